/** DROP. */

import type { DropStatement, DroppedKind, Statement } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { acceptsWords } from './parse-words.ts';
import { parseTableName } from './parse-table-name.ts';
import { parseUnsupported } from './parse-unsupported.ts';

const droppable: readonly DroppedKind[] = [
  'SCHEMA',
  'TABLE FUNCTION',
  'TABLE',
  'VIEW',
  'MATERIALIZED VIEW',
  'SNAPSHOT TABLE',
  'FUNCTION',
  'PROCEDURE',
];

/** `DROP kind [IF EXISTS] name [CASCADE | RESTRICT]`. */
export function parseDrop(p: Cursor): Statement {
  const at = p.expect('DROP').start;
  const dropped = droppable.find((kind) => acceptsWords(p, kind));
  if (dropped === undefined) return parseUnsupported(p, at);
  const ifExists = p.accepts('IF', 'EXISTS');
  const name = parseTableName(p);
  const cascade = dropped === 'SCHEMA' && p.accepts('CASCADE');
  if (dropped === 'SCHEMA' && !cascade) p.accepts('RESTRICT');
  return { kind: 'drop', at, end: p.end, dropped, name, ifExists, cascade } satisfies DropStatement;
}
