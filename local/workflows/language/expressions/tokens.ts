/** Splits the text of an expression into tokens. */

export type Token =
  | { readonly kind: 'integer'; readonly value: bigint; readonly at: number }
  | { readonly kind: 'double'; readonly value: number; readonly at: number }
  | { readonly kind: 'string'; readonly value: string; readonly at: number }
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

/** An expression that is not one; `at` is the offset in its text. */
export class ExpressionError extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.name = 'ExpressionError';
    this.at = at;
  }
}

const SPACE = /[ \t\r\n]+/y;
const NUMBER = /(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const SYMBOL = /\/\/|<=|>=|==|!=|[-+*/%<>()[\]{},.:]/y;

/** @throws ExpressionError at the first character that starts no token */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const space = matchAt(SPACE, text, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const { token, length } = readToken(text, at);
    tokens.push(token);
    at += length;
  }
  tokens.push({ kind: 'end', at: text.length });
  return tokens;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function readToken(text: string, at: number): { token: Token; length: number } {
  const character = text.charAt(at);
  if (character === '"' || character === "'") return readString(text, at);
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return { token: numberToken(number, at), length: number.length };
  const word = matchAt(WORD, text, at);
  if (word !== undefined) return { token: { kind: 'word', text: word, at }, length: word.length };
  const symbol = matchAt(SYMBOL, text, at);
  if (symbol !== undefined) return { token: { kind: 'symbol', text: symbol, at }, length: symbol.length };
  throw new ExpressionError(at, `unexpected character '${String.fromCodePoint(text.codePointAt(at) ?? 0)}'`);
}

function numberToken(text: string, at: number): Token {
  if (!/^\d+$/.test(text)) return { kind: 'double', value: Number(text), at };
  return { kind: 'integer', value: BigInt(text), at };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
  '/': '/',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

function readString(text: string, start: number): { token: Token; length: number } {
  const quote = text.charAt(start);
  let value = '';
  let at = start + 1;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === quote) return { token: { kind: 'string', value, at: start }, length: at + 1 - start };
    if (character === '\\') {
      const escape = readEscape(text, at);
      value += escape.value;
      at += escape.length;
    } else {
      value += character;
      at += 1;
    }
  }
  throw new ExpressionError(start, `string starts with ${quote} and does not end`);
}

function readEscape(text: string, at: number): { value: string; length: number } {
  const letter = text.charAt(at + 1);
  if (letter === 'u' || letter === 'x') {
    const digits = letter === 'u' ? 4 : 2;
    const hex = text.slice(at + 2, at + 2 + digits);
    if (!new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(hex)) {
      throw new ExpressionError(at, `\\${letter} needs ${digits} hexadecimal digits`);
    }
    return { value: String.fromCharCode(Number.parseInt(hex, 16)), length: 2 + digits };
  }
  const value = ESCAPES[letter];
  if (value === undefined) throw new ExpressionError(at, `unknown escape '\\${letter}' in a string`);
  return { value, length: 2 };
}
