/** Statements that BigQuery has and that are only named here, so that the refusal can say which. */

import type { UnsupportedStatement } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { TokenKind } from './token.ts';

const LONGEST_NAME = 3;

/** Takes everything up to the next semicolon; the name is the statement's first words. */
export function parseUnsupported(p: Cursor, at: number): UnsupportedStatement {
  if (p.peek().kind !== TokenKind.word) throw p.unexpected();
  while (p.peek().kind !== TokenKind.end && !p.sees(';')) p.next();
  const words = p.text.slice(at, p.end).split(/\s+/);
  const keywords = words.slice(0, LONGEST_NAME).filter((word) => /^[A-Za-z]+$/.test(word));
  return { kind: 'unsupported', at, end: p.end, name: keywords.join(' ').toUpperCase() };
}
