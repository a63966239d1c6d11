/** The parser's place in the tokens: looking, taking, and saying what was expected. */

import type { Expression, Identifier } from './ast-expression.ts';
import type { Query } from './ast-query.ts';
import type { Statement } from './ast-statement.ts';
import { isKeyword, reservedKeywords } from './keywords.ts';
import { SqlError } from './sql-error.ts';
import { TokenKind, areAdjacent, type Token } from './token.ts';
import { unescapeString } from './unescape.ts';

/**
 * How deep parentheses, calls, queries and types may nest. The parser recurses over them, and this keeps it within half of
 * a default thread's stack (984 KiB) even before the engine has compiled it, when frames are largest.
 */
const maxNesting = 200;

/**
 * How high syntax trees may grow: what nests, and chains such as `a + b + c`, which lean left and so are as high as long.
 * Everything behind the parser recurses over the tree, with smaller frames than the parser's.
 */
const maxHeight = 400;

/** The mutually recursive entry points of the grammar; passed in, so that its files need no import cycle. */
export interface Grammar {
  readonly expression: (p: Cursor) => Expression;
  /** An expression that binds more tightly than comparisons. */
  readonly tightExpression: (p: Cursor) => Expression;
  readonly query: (p: Cursor) => Query;
  /** Goes on with a query whose first operand, in parentheses, has been read already. */
  readonly queryAfter: (p: Cursor, first: Query) => Query;
  readonly statement: (p: Cursor) => Statement;
}

/** A moving place in one text's tokens. */
export class Cursor {
  readonly text: string;
  readonly grammar: Grammar;
  readonly #tokens: readonly Token[];
  readonly #last: Token;
  #index = 0;
  #depth = 0;
  /** The lowest level that what is being measured has reached, counted from the root. */
  #lowest = 0;
  #positionalParameters = 0;

  constructor(text: string, tokens: readonly Token[], grammar: Grammar) {
    this.text = text;
    this.grammar = grammar;
    this.#tokens = tokens;
    this.#last = tokens.at(-1) ?? { kind: TokenKind.end, start: 0, end: 0, word: '' };
  }

  /** The token `ahead` places from here; the end token when there is none. */
  peek(ahead = 0): Token {
    return this.#tokens[this.#index + ahead] ?? this.#last;
  }

  /** The token taken last. */
  previous(): Token {
    return this.#tokens[this.#index - 1] ?? this.peek();
  }

  /** Offset of the next token. */
  get at(): number {
    return this.peek().start;
  }

  /** Offset behind the token taken last. */
  get end(): number {
    return this.previous().end;
  }

  /** A place to come back to. */
  mark(): number {
    return this.#index;
  }

  rewind(mark: number): void {
    this.#index = mark;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== TokenKind.end) this.#index++;
    return token;
  }

  /** Whether the next tokens are these keywords or symbols. */
  sees(word: string, second?: string, third?: string): boolean {
    if (this.peek().word !== word) return false;
    if (second !== undefined && this.peek(1).word !== second) return false;
    return third === undefined || this.peek(2).word === third;
  }

  /** Takes these keywords or symbols if they are next. */
  accepts(word: string, second?: string, third?: string): boolean {
    if (!this.sees(word, second, third)) return false;
    this.#index += third !== undefined ? 3 : second !== undefined ? 2 : 1;
    return true;
  }

  /** Takes the keyword or symbol that must be next. */
  expect(word: string): Token {
    if (this.peek().word === word) return this.next();
    throw this.unexpected(describeWord(word));
  }

  /** Takes several that must be next. */
  expectAll(...words: readonly string[]): void {
    for (const word of words) this.expect(word);
  }

  /** The error that the next token does not belong here; `wanted` names what would. */
  unexpected(wanted?: string): SqlError {
    const found = this.#describe(this.peek());
    const at = this.peek().kind === TokenKind.end && this.#index > 0 ? this.end : this.at;
    if (this.sees('OVER')) return new SqlError('Syntax error: OVER keyword must follow a function call', at);
    return new SqlError(
      wanted === undefined ? `Syntax error: Unexpected ${found}` : `Syntax error: Expected ${wanted} but got ${found}`,
      at,
    );
  }

  #describe(token: Token): string {
    const text = this.text.slice(token.start, token.end);
    switch (token.kind) {
      case TokenKind.end:
        return 'end of script';
      case TokenKind.word:
        return isKeyword(token.word) ? `keyword ${token.word}` : `identifier "${text}"`;
      case TokenKind.quotedName:
        return `identifier ${text}`;
      case TokenKind.integer:
        return `integer literal "${text}"`;
      case TokenKind.float:
        return `floating point literal "${text}"`;
      case TokenKind.string:
        return `string literal ${shorten(text)}`;
      case TokenKind.bytes:
        return `bytes literal ${shorten(text)}`;
      case TokenKind.symbol:
        return `"${text}"`;
    }
  }

  /** Whether the next token can be an identifier. */
  seesIdentifier(): boolean {
    const token = this.peek();
    return token.kind === TokenKind.quotedName || (token.kind === TokenKind.word && !reservedKeywords.has(token.word));
  }

  identifier(): Identifier {
    if (!this.seesIdentifier()) throw this.unexpected();
    return this.#takeName();
  }

  /** A name behind a dot, where keywords are names too. */
  fieldName(): Identifier {
    const { kind } = this.peek();
    if (kind !== TokenKind.word && kind !== TokenKind.quotedName) throw this.unexpected();
    return this.#takeName();
  }

  #takeName(): Identifier {
    const token = this.next();
    const name =
      token.kind === TokenKind.quotedName
        ? unescapeString(this.text, token.start, token.end)
        : this.text.slice(token.start, token.end);
    return { name, at: token.start };
  }

  /** The text of a string literal that must be next. */
  stringLiteral(): string {
    const token = this.peek();
    if (token.kind !== TokenKind.string) throw this.unexpected('string literal');
    this.next();
    return unescapeString(this.text, token.start, token.end);
  }

  /** `AS name`, or a bare name, or nothing. */
  optionalAlias(): Identifier | undefined {
    if (this.accepts('AS')) return this.identifier();
    if (!this.seesIdentifier()) return undefined;
    const before = this.previous();
    const literal = before.kind >= TokenKind.integer && before.kind <= TokenKind.bytes;
    if (literal && areAdjacent(before, this.peek())) {
      throw new SqlError('Syntax error: Missing whitespace between literal and alias', this.at);
    }
    return this.identifier();
  }

  /** The position of the next `?`, from 1. */
  nextPositionalParameter(): number {
    return ++this.#positionalParameters;
  }

  /** One or more things with commas (or another separator) between. */
  list<T>(one: () => T, separator = ','): readonly T[] {
    const items = [one()];
    while (this.accepts(separator)) items.push(one());
    return items;
  }

  /** Runs a rule one level deeper; refuses input that nests without measure. */
  nested<T>(rule: (p: Cursor) => T): T {
    if (this.#depth >= maxNesting) throw this.#tooDeep();
    this.#depth++;
    if (this.#depth > this.#lowest) this.#lowest = this.#depth;
    const node = rule(this);
    this.#depth--;
    return node;
  }

  /** Begins a chain that leans left; answers what `endChain` needs when it is over. */
  startChain(): number {
    const before = this.#lowest;
    this.#lowest = this.#depth;
    return before;
  }

  /** Puts all that the chain has so far one level deeper, below its next link; refuses chains without measure. */
  link(): void {
    this.#lowest++;
    if (this.#lowest > maxHeight) throw this.#tooDeep();
  }

  /** Ends a chain: what stands around it is at least as high. */
  endChain(before: number): void {
    if (before > this.#lowest) this.#lowest = before;
  }

  #tooDeep(): SqlError {
    return new SqlError('Out of stack space due to deeply nested query expression', this.at);
  }

  expression(): Expression {
    return this.nested(this.grammar.expression);
  }

  tightExpression(): Expression {
    return this.nested(this.grammar.tightExpression);
  }

  query(): Query {
    return this.nested(this.grammar.query);
  }

  queryAfter(first: Query): Query {
    return this.grammar.queryAfter(this, first);
  }

  statement(): Statement {
    return this.nested(this.grammar.statement);
  }
}

function describeWord(word: string): string {
  return /^[A-Z]/.test(word) ? `keyword ${word}` : `"${word}"`;
}

const LONGEST_SHOWN = 50;

/** A literal as errors quote it: line breaks escaped, long ones cut. */
function shorten(literal: string): string {
  const line = literal.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN - 4)}...${line.at(-1) ?? ''}` : line;
}
