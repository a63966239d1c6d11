/**
 * Parses expressions by operator precedence.
 * Source: https://cloud.google.com/workflows/docs/reference/syntax/datatypes#order-operations
 */
import { fitsInteger } from '../values/json.ts';
import type { BinaryOperator, Syntax } from './syntax.ts';
import { dottedName } from './syntax.ts';
import { ExpressionError, tokenize, type Token } from './tokens.ts';

/** How tightly binary operators bind; all of them group from the left. */
const BINDING: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  in: 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '//': 5,
  '%': 5,
};

/** Operators that are words: all lower case or all upper case, never mixed. */
const WORD_OPERATORS: Readonly<Record<string, string>> = {
  and: 'and',
  AND: 'and',
  or: 'or',
  OR: 'or',
  not: 'not',
  NOT: 'not',
  in: 'in',
  IN: 'in',
};

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
  ['null', null],
]);

/** True for words that mean something in an expression, so that no variable can be called so. */
export function isReserved(word: string): boolean {
  return WORD_OPERATORS[word] !== undefined || CONSTANTS.has(word);
}

/** @throws ExpressionError with the offset in the text of what is wrong */
export function parseExpression(text: string): Syntax {
  const parser = new Parser(tokenize(text));
  const syntax = parser.expression(0);
  parser.expectEnd();
  return syntax;
}

/** Owns the place in the tokens while one expression is read. */
class Parser {
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  expression(least: number): Syntax {
    let left = this.#prefix();
    for (;;) {
      const token = this.#peek();
      const operator = operatorOf(token);
      const binding = operator === undefined ? undefined : BINDING[operator];
      if (operator === undefined || binding === undefined || binding <= least) return left;
      this.#index += 1;
      const right = this.expression(binding);
      // What BINDING lists are the binary operators.
      left = { kind: 'binary', operator: operator as BinaryOperator, left, right, at: token.at };
    }
  }

  expectEnd(): void {
    const token = this.#peek();
    if (token.kind !== 'end') throw new ExpressionError(token.at, `unexpected ${describe(token)}`);
  }

  #prefix(): Syntax {
    const token = this.#peek();
    const operator = operatorOf(token);
    if (operator === 'not') {
      this.#index += 1;
      return { kind: 'unary', operator: 'not', operand: this.#prefix(), at: token.at };
    }
    if (operator === '-') {
      this.#index += 1;
      return this.#negated(token.at);
    }
    return this.#postfix(this.#primary());
  }

  /** A minus before a number is part of the number, so that the smallest integer can be written. */
  #negated(at: number): Syntax {
    const token = this.#peek();
    if (token.kind !== 'integer' && token.kind !== 'double') {
      return { kind: 'unary', operator: '-', operand: this.#prefix(), at };
    }
    this.#index += 1;
    return this.#postfix({ kind: 'literal', value: -token.value, at });
  }

  #primary(): Syntax {
    const token = this.#next();
    switch (token.kind) {
      case 'integer':
        if (!fitsInteger(token.value)) throw new ExpressionError(token.at, `integer ${token.value} needs over 64 bits`);
        return { kind: 'literal', value: token.value, at: token.at };
      case 'double':
      case 'string':
        return { kind: 'literal', value: token.value, at: token.at };
      case 'word':
        return wordSyntax(token.text, token.at);
      case 'symbol':
        return this.#bracketed(token.text, token.at);
      default:
        throw new ExpressionError(token.at, 'expression ends too early');
    }
  }

  #bracketed(symbol: string, at: number): Syntax {
    if (symbol === '(') {
      const inner = this.expression(0);
      this.#expect(')');
      return inner;
    }
    if (symbol === '[') return { kind: 'list', items: this.#separated(']', () => this.expression(0)), at };
    if (symbol === '{') return { kind: 'map', entries: this.#separated('}', () => this.#entry()), at };
    throw new ExpressionError(at, `unexpected '${symbol}'`);
  }

  #entry(): readonly [string, Syntax] {
    const key = this.#next();
    if (key.kind !== 'string') throw new ExpressionError(key.at, 'a key of a map must be a string in quotes');
    this.#expect(':');
    return [key.value, this.expression(0)];
  }

  #postfix(start: Syntax): Syntax {
    let syntax = start;
    for (;;) {
      const token = this.#peek();
      if (token.kind !== 'symbol') return syntax;
      if (token.text === '.') syntax = this.#dotted(syntax, token.at);
      else if (token.text === '[') syntax = this.#indexed(syntax, token.at);
      else if (token.text === '(') syntax = this.#called(syntax, token.at);
      else return syntax;
    }
  }

  #dotted(object: Syntax, at: number): Syntax {
    this.#index += 1;
    const name = this.#next();
    if (name.kind !== 'word') throw new ExpressionError(name.at, `expected a name after '.', not ${describe(name)}`);
    return { kind: 'member', object, key: { kind: 'literal', value: name.text, at: name.at }, dotted: true, at };
  }

  #indexed(object: Syntax, at: number): Syntax {
    this.#index += 1;
    const key = this.expression(0);
    this.#expect(']');
    return { kind: 'member', object, key, dotted: false, at };
  }

  #called(callee: Syntax, at: number): Syntax {
    const name = dottedName(callee);
    if (name === undefined) throw new ExpressionError(at, 'only a function can be called');
    this.#index += 1;
    return { kind: 'call', name, args: this.#separated(')', () => this.expression(0)), at: callee.at };
  }

  #separated<Item>(close: string, read: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.#skip(close)) {
      if (items.length > 0) {
        this.#expect(',');
        if (this.#skip(close)) break;
      }
      items.push(read());
    }
    return items;
  }

  #peek(): Token {
    // The last token is 'end', and the index never moves past it.
    return this.#tokens[this.#index] ?? { kind: 'end', at: 0 };
  }

  #next(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#index += 1;
    return token;
  }

  #skip(symbol: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return false;
    this.#index += 1;
    return true;
  }

  #expect(symbol: string): void {
    if (this.#skip(symbol)) return;
    const token = this.#peek();
    throw new ExpressionError(token.at, `expected '${symbol}', found ${describe(token)}`);
  }
}

function operatorOf(token: Token): string | undefined {
  if (token.kind === 'word') return WORD_OPERATORS[token.text];
  return token.kind === 'symbol' ? token.text : undefined;
}

function wordSyntax(word: string, at: number): Syntax {
  const constant = CONSTANTS.get(word);
  if (constant !== undefined) return { kind: 'literal', value: constant, at };
  if (WORD_OPERATORS[word] !== undefined) throw new ExpressionError(at, `unexpected '${word}'`);
  return { kind: 'name', name: word, at };
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the expression';
    case 'string':
      return `"${token.value}"`;
    case 'integer':
    case 'double':
      return String(token.value);
    default:
      return `'${token.text}'`;
  }
}
