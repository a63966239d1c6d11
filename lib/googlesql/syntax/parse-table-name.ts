/** Names of tables, where the project may hold dashes without quotes: `my-project-1.sales.orders`. */

import type { Identifier, PathName } from './ast-expression.ts';
import type { Cursor } from './cursor.ts';
import { TokenKind, areAdjacent } from './token.ts';

/** A table, view, routine or dataset name. */
export function parseTableName(p: Cursor): PathName {
  const first = parseDashed(p);
  const path = [first.name];
  if (first.dotTaken) path.push(p.fieldName());
  while (p.sees('.') && p.peek(1).word !== '*') {
    p.next();
    path.push(p.fieldName());
  }
  return path;
}

/** `my-project-1`; a number such as `1.` at the end has swallowed the dot behind it. */
function parseDashed(p: Cursor): { readonly name: Identifier; readonly dotTaken: boolean } {
  const name = p.identifier();
  if (p.previous().kind !== TokenKind.word) return { name, dotTaken: false };
  let dotTaken = false;
  while (!dotTaken && p.sees('-') && areAdjacent(p.previous(), p.peek()) && areAdjacent(p.peek(), p.peek(1))) {
    p.next();
    const part = p.peek();
    if (part.kind !== TokenKind.word && part.kind !== TokenKind.integer && part.kind !== TokenKind.float) {
      throw p.unexpected();
    }
    p.next();
    dotTaken = part.kind === TokenKind.float && p.text.charAt(part.end - 1) === '.';
    if (part.kind === TokenKind.integer && p.peek().kind === TokenKind.word && areAdjacent(part, p.peek())) p.next();
  }
  const end = dotTaken ? p.end - 1 : p.end;
  return { name: { name: p.text.slice(name.at, end), at: name.at }, dotTaken };
}
