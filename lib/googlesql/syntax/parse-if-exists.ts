/** `IF NOT EXISTS` and `IF EXISTS`. */

import type { IfExists } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';

/** `IF NOT EXISTS` of a CREATE, which excludes OR REPLACE. */
export function parseIfExists(p: Cursor, replace: boolean): IfExists {
  if (!replace && p.accepts('IF', 'NOT', 'EXISTS')) return 'SKIP';
  return replace ? 'REPLACE' : 'FAIL';
}
