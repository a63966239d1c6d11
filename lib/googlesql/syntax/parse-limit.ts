/** LIMIT and OFFSET. */

import type { Limit } from './ast-query.ts';
import type { Cursor } from './cursor.ts';

/** `LIMIT count [OFFSET skip]`, or nothing. */
export function parseLimit(p: Cursor): Limit | undefined {
  const { at } = p;
  if (!p.accepts('LIMIT')) return undefined;
  const count = p.expression();
  return p.accepts('OFFSET') ? { at, count, offset: p.expression() } : { at, count };
}
