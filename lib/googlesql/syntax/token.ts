/** Tokens: what the lexer hands to the parser. */

export const TokenKind = {
  end: 0,
  /** An unquoted name or keyword. */
  word: 1,
  /** A name in backticks. */
  quotedName: 2,
  integer: 3,
  float: 4,
  string: 5,
  bytes: 6,
  symbol: 7,
} as const;

export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

export interface Token {
  readonly kind: TokenKind;
  /** Offset of the first character. */
  readonly start: number;
  /** Offset behind the last character. */
  readonly end: number;
  /** The upper-case word or the symbol itself; empty for literals and quoted names. */
  readonly word: string;
}

/** Whether two tokens stand next to each other with nothing between. */
export function areAdjacent(left: Token, right: Token): boolean {
  return left.end === right.start;
}
