/** Turns SQL text into one array of tokens, in one pass and linear time. */

import { SqlError } from './sql-error.ts';
import { TokenKind, type Token } from './token.ts';

interface Scan {
  readonly text: string;
  readonly tokens: Token[];
  at: number;
}

const SPACE = 1;
const LETTER = 2;
const DIGIT = 3;
const QUOTE = 4;
const BACKTICK = 5;
const SYMBOL = 6;

/** What a character below 128 may start. */
const classes: Uint8Array = (() => {
  const table = new Uint8Array(128);
  const mark = (characters: string, value: number): void => {
    for (const character of characters) table[character.charCodeAt(0)] = value;
  };
  mark(' \t\n\r\f\v\b', SPACE);
  mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', LETTER);
  mark('0123456789', DIGIT);
  mark('\'"', QUOTE);
  mark('`', BACKTICK);
  mark('()[]{},;.:+-*/<>=!|&^~@?%', SYMBOL);
  return table;
})();

/** Symbols of two characters. `>>` is left as two tokens, because it also closes nested types. */
const pairs: ReadonlySet<string> = new Set(['<=', '>=', '!=', '<>', '||', '|>', '=>', '->', '+=', '-=', '@@', '<<']);

const pairStarts = '<>!|=-+@';

/** Unicode spaces that GoogleSQL takes as white space. */
const unicodeSpace = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/;

/**
 * The tokens of a text, the last one of kind `end`.
 * Throws a `SqlError` at the first character that starts no token, or at an unclosed literal, name or comment.
 */
export function tokenize(text: string): readonly Token[] {
  const scan: Scan = { text, tokens: [], at: 0 };
  for (;;) {
    skipBlank(scan);
    if (scan.at >= text.length) break;
    scan.tokens.push(nextToken(scan));
  }
  scan.tokens.push({ kind: TokenKind.end, start: text.length, end: text.length, word: '' });
  return scan.tokens;
}

function classOf(text: string, at: number): number {
  return classes[text.charCodeAt(at)] ?? 0;
}

function skipBlank(scan: Scan): void {
  const { text } = scan;
  while (scan.at < text.length) {
    const kind = classOf(text, scan.at);
    if (kind === SPACE) {
      scan.at++;
    } else if (kind === LETTER) {
      return;
    } else if (startsLineComment(text, scan.at)) {
      scan.at = endOfLine(text, scan.at);
    } else if (text.startsWith('/*', scan.at)) {
      const close = text.indexOf('*/', scan.at + 2);
      if (close < 0) throw new SqlError('Syntax error: Unclosed comment', scan.at);
      scan.at = close + 2;
    } else if (text.charCodeAt(scan.at) >= 128 && unicodeSpace.test(text.charAt(scan.at))) {
      scan.at++;
    } else {
      return;
    }
  }
}

function startsLineComment(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit === 0x23 || (unit === 0x2d && text.charCodeAt(at + 1) === 0x2d);
}

function endOfLine(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x0a || unit === 0x0d) return i;
  }
  return text.length;
}

function nextToken(scan: Scan): Token {
  const { text, at } = scan;
  if (followsDot(scan) && isWordCharacter(text, at)) return word(scan);
  switch (classOf(text, at)) {
    case LETTER:
      return startsPrefixedLiteral(text, at) ? literal(scan) : word(scan);
    case DIGIT:
      return number(scan);
    case QUOTE:
      return literal(scan);
    case BACKTICK:
      return quotedName(scan);
    case SYMBOL:
      return startsFraction(scan) ? number(scan) : symbol(scan);
    default: {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      throw new SqlError(`Syntax error: Illegal input character "${character}"`, at);
    }
  }
}

/** Behind the dot of a path any word is a name, even `2024_plays` or `select`. */
function followsDot(scan: Scan): boolean {
  const dot = scan.tokens[scan.tokens.length - 1];
  return dot?.word === '.' && dot.end === scan.at && endsPath(scan.tokens[scan.tokens.length - 2]);
}

/** `.5`, but not the dot of `t.5`. */
function startsFraction(scan: Scan): boolean {
  if (scan.text.charCodeAt(scan.at) !== 0x2e || classOf(scan.text, scan.at + 1) !== DIGIT) return false;
  const before = scan.tokens[scan.tokens.length - 1];
  return !(before?.end === scan.at && endsPath(before));
}

function endsPath(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return (
    token.kind === TokenKind.word || token.kind === TokenKind.quotedName || token.word === ')' || token.word === ']'
  );
}

function isWordCharacter(text: string, at: number): boolean {
  const kind = classOf(text, at);
  return kind === LETTER || kind === DIGIT;
}

function word(scan: Scan): Token {
  const { text, at: start } = scan;
  let end = start + 1;
  for (let kind = classOf(text, end); kind === LETTER || kind === DIGIT; kind = classOf(text, end)) end++;
  scan.at = end;
  return { kind: TokenKind.word, start, end, word: text.slice(start, end).toUpperCase() };
}

const numberPattern = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;

function number(scan: Scan): Token {
  const start = scan.at;
  numberPattern.lastIndex = start;
  const matched = numberPattern.exec(scan.text)?.[0] ?? scan.text.charAt(start);
  scan.at = start + matched.length;
  const integer = /^(?:\d+|0[xX][0-9a-fA-F]+)$/.test(matched);
  return { kind: integer ? TokenKind.integer : TokenKind.float, start, end: scan.at, word: '' };
}

function symbol(scan: Scan): Token {
  const start = scan.at;
  const single = scan.text.charAt(start);
  const pair = pairStarts.includes(single) ? scan.text.slice(start, start + 2) : single;
  const text = pairs.has(pair) ? pair : single;
  if (text === '!' || text === '%') throw new SqlError(`Syntax error: Illegal input character "${text}"`, start);
  scan.at = start + text.length;
  return { kind: TokenKind.symbol, start, end: scan.at, word: text };
}

function startsPrefixedLiteral(text: string, at: number): boolean {
  const prefix = prefixLength(text, at);
  return prefix > 0 && classOf(text, at + prefix) === QUOTE;
}

/** Length of `r`, `b`, `rb` or `br` (any case) at a place, else 0. */
function prefixLength(text: string, at: number): number {
  const first = text.charAt(at).toLowerCase();
  if (first !== 'r' && first !== 'b') return 0;
  const second = text.charAt(at + 1).toLowerCase();
  return (second === 'r' || second === 'b') && second !== first ? 2 : 1;
}

function literal(scan: Scan): Token {
  const start = scan.at;
  const prefix = classOf(scan.text, start) === QUOTE ? 0 : prefixLength(scan.text, start);
  const bytes = scan.text
    .slice(start, start + prefix)
    .toLowerCase()
    .includes('b');
  scan.at = endOfQuoted(scan.text, start, start + prefix, bytes ? 'bytes' : 'string');
  return { kind: bytes ? TokenKind.bytes : TokenKind.string, start, end: scan.at, word: '' };
}

function endOfQuoted(text: string, start: number, open: number, what: string): number {
  const quote = text.charAt(open);
  const triple = text.startsWith(quote.repeat(3), open);
  const close = triple ? quote.repeat(3) : quote;
  for (let i = open + close.length; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '\\') i++;
    else if (character === quote && (!triple || text.startsWith(close, i))) return i + close.length;
    else if (!triple && (character === '\n' || character === '\r')) break;
  }
  throw new SqlError(`Syntax error: Unclosed ${triple ? 'triple-quoted ' : ''}${what} literal`, start);
}

function quotedName(scan: Scan): Token {
  const start = scan.at;
  for (let i = start + 1; i < scan.text.length; i++) {
    const character = scan.text.charAt(i);
    if (character === '\\') i++;
    else if (character === '\n' || character === '\r') break;
    else if (character === '`') {
      if (i === start + 1) throw new SqlError('Syntax error: Invalid empty identifier', start);
      scan.at = i + 1;
      return { kind: TokenKind.quotedName, start, end: scan.at, word: '' };
    }
  }
  throw new SqlError('Syntax error: Unclosed identifier literal', start);
}
