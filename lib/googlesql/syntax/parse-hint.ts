/** Hints: `@{key = value}` is read and has no effect here. */

import type { Cursor } from './cursor.ts';
import { TokenKind, areAdjacent } from './token.ts';

/** Takes a hint if one is next. */
export function skipHint(p: Cursor): void {
  if (!p.sees('@') || p.peek(1).word !== '{' || !areAdjacent(p.peek(), p.peek(1))) return;
  while (!p.sees('}')) {
    if (p.peek().kind === TokenKind.end) throw p.unexpected('"}"');
    p.next();
  }
  p.next();
}
