/** CREATE: what all forms share, and the dispatch; tables and functions have files of their own. */

import type { CreateSchemaStatement, CreateViewStatement, Statement } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { parseOptions } from './parse-column.ts';
import { parseCreateFunction } from './parse-create-function.ts';
import { parseCreateTable } from './parse-create-table.ts';
import { parseIfExists } from './parse-if-exists.ts';
import { parseTableName } from './parse-table-name.ts';
import { parseUnsupported } from './parse-unsupported.ts';

/** `CREATE [OR REPLACE] [TEMP] …`. */
export function parseCreate(p: Cursor): Statement {
  const at = p.expect('CREATE').start;
  const replace = p.accepts('OR', 'REPLACE');
  const temporary = p.accepts('TEMP') || p.accepts('TEMPORARY');
  const head = { at, replace, temporary };
  if (p.accepts('TABLE', 'FUNCTION')) return parseCreateFunction(p, { ...head, form: 'table' });
  if (p.accepts('AGGREGATE', 'FUNCTION')) return parseCreateFunction(p, { ...head, form: 'aggregate' });
  if (p.accepts('FUNCTION')) return parseCreateFunction(p, { ...head, form: 'scalar' });
  if (p.accepts('SNAPSHOT', 'TABLE')) return parseCreateTable(p, { ...head, snapshot: true });
  if (p.accepts('TABLE')) return parseCreateTable(p, { ...head, snapshot: false });
  if (p.accepts('SCHEMA')) return parseCreateSchema(p, at, replace);
  if (p.accepts('VIEW')) return parseCreateView(p, { ...head, materialized: false });
  if (p.accepts('MATERIALIZED', 'VIEW')) return parseCreateView(p, { ...head, materialized: true });
  return parseUnsupported(p, at);
}

function parseCreateSchema(p: Cursor, at: number, replace: boolean): CreateSchemaStatement {
  const ifExists = parseIfExists(p, replace);
  const name = parseTableName(p);
  const options = parseOptions(p);
  return { kind: 'createSchema', at, end: p.end, name, ifExists, options };
}

interface ViewHead {
  readonly at: number;
  readonly replace: boolean;
  readonly materialized: boolean;
}

function parseCreateView(p: Cursor, { at, replace, materialized }: ViewHead): CreateViewStatement {
  const ifExists = parseIfExists(p, replace);
  const name = parseTableName(p);
  const columns = p.sees('(') ? parseViewColumns(p) : undefined;
  if (materialized) skipMaterializedClauses(p);
  const options = parseOptions(p);
  p.expect('AS');
  const from = p.at;
  const query = p.query();
  const queryText = p.text.slice(from, p.end);
  return {
    kind: 'createView',
    at,
    end: p.end,
    name,
    ifExists,
    materialized,
    ...(columns === undefined ? {} : { columns }),
    options,
    query,
    queryText,
  };
}

function parseViewColumns(p: Cursor): NonNullable<CreateViewStatement['columns']> {
  p.expect('(');
  const columns = p.list(() => ({ name: p.identifier(), options: parseOptions(p) }));
  p.expect(')');
  return columns;
}

function skipMaterializedClauses(p: Cursor): void {
  if (p.accepts('PARTITION', 'BY')) p.list(() => p.expression());
  if (p.accepts('CLUSTER', 'BY')) p.list(() => p.expression());
}
