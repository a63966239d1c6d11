/** ORDER BY lists. */

import type { OrderItem } from './ast-expression.ts';
import type { Cursor } from './cursor.ts';
import { SqlError } from './sql-error.ts';

/** `BY a, b DESC NULLS LAST`; ORDER has been taken. */
export function parseOrderItems(p: Cursor): readonly OrderItem[] {
  p.expect('BY');
  return p.list(() => {
    const expression = p.expression();
    if (p.sees('COLLATE')) throw new SqlError('COLLATE is not supported locally', p.at, 'notImplemented');
    return { expression, ...parseDirection(p) };
  });
}

/** `[ASC | DESC] [NULLS FIRST | NULLS LAST]`. */
export function parseDirection(p: Cursor): { readonly descending: boolean; readonly nulls?: 'FIRST' | 'LAST' } {
  const descending = p.accepts('DESC');
  if (!descending) p.accepts('ASC');
  if (p.accepts('NULLS', 'FIRST')) return { descending, nulls: 'FIRST' };
  if (p.accepts('NULLS', 'LAST')) return { descending, nulls: 'LAST' };
  return { descending };
}
