/** CREATE TABLE in its forms: columns, AS query, LIKE, COPY, CLONE, snapshots. */

import type { CreateTableStatement } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { parseOptions, parseTableElements } from './parse-column.ts';
import { parseIfExists } from './parse-if-exists.ts';
import { parsePath } from './parse-primary.ts';
import { parseTableName } from './parse-table-name.ts';

interface Head {
  readonly at: number;
  readonly replace: boolean;
  readonly temporary: boolean;
  readonly snapshot: boolean;
}

/** What follows CREATE … TABLE. */
export function parseCreateTable(p: Cursor, { at, replace, temporary, snapshot }: Head): CreateTableStatement {
  const ifExists = parseIfExists(p, replace);
  const name = parseTableName(p);
  const source = parseSource(p, snapshot);
  const elements = p.sees('(') ? parseTableElements(p) : undefined;
  const partitionBy = p.accepts('PARTITION', 'BY') ? p.expression() : undefined;
  const clusterBy = p.accepts('CLUSTER', 'BY') ? p.list(() => parsePath(p)) : [];
  const options = parseOptions(p);
  const query = p.accepts('AS') ? p.query() : undefined;
  return {
    kind: 'createTable',
    at,
    end: p.end,
    name,
    ifExists,
    temporary,
    ...(elements === undefined ? {} : { columns: elements.columns }),
    constraints: elements?.constraints ?? [],
    ...(partitionBy === undefined ? {} : { partitionBy }),
    clusterBy,
    options,
    ...(query === undefined ? {} : { query }),
    ...(source === undefined ? {} : { source }),
  };
}

function parseSource(p: Cursor, snapshot: boolean): CreateTableStatement['source'] {
  if (snapshot) {
    p.expect('CLONE');
    return { kind: 'SNAPSHOT', table: parseTableName(p) };
  }
  for (const kind of ['LIKE', 'COPY', 'CLONE'] as const) {
    if (p.accepts(kind)) return { kind, table: parseTableName(p) };
  }
  return undefined;
}
