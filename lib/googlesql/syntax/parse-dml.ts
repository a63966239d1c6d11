/** INSERT, UPDATE, DELETE, TRUNCATE. */

import type { Expression, Identifier } from './ast-expression.ts';
import type {
  DeleteStatement,
  InsertRow,
  InsertStatement,
  TruncateStatement,
  UpdateItem,
  UpdateStatement,
} from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { parseFrom } from './parse-from.ts';
import { parsePath } from './parse-primary.ts';
import { parseTableName } from './parse-table-name.ts';

/** `INSERT [INTO] table [(columns)] {VALUES … | query}`. */
export function parseInsert(p: Cursor): InsertStatement {
  const at = p.expect('INSERT').start;
  p.accepts('INTO');
  const target = parseTableName(p);
  const columns = p.sees('(') && !opensQuery(p) ? parseColumnNames(p) : undefined;
  const source: InsertStatement['source'] = p.accepts('VALUES')
    ? { kind: 'values', rows: p.list(() => parseRow(p)) }
    : { kind: 'query', query: p.query() };
  return { kind: 'insert', at, end: p.end, target, ...(columns === undefined ? {} : { columns }), source };
}

function opensQuery(p: Cursor): boolean {
  let ahead = 0;
  while (p.peek(ahead).word === '(') ahead++;
  return /^(?:SELECT|WITH|FROM)$/.test(p.peek(ahead).word);
}

/** `(a, b)`. */
export function parseColumnNames(p: Cursor): readonly Identifier[] {
  p.expect('(');
  const names = p.list(() => p.identifier());
  p.expect(')');
  return names;
}

/** `(value, DEFAULT, …)`. */
export function parseRow(p: Cursor): InsertRow {
  const at = p.expect('(').start;
  const values = p.list(() => parseValue(p));
  p.expect(')');
  return { at, values };
}

function parseValue(p: Cursor): Expression {
  const { at } = p;
  return p.accepts('DEFAULT') ? { kind: 'default', at } : p.expression();
}

/** `UPDATE [table] [alias] SET … [FROM …] [WHERE …]`. */
export function parseUpdate(p: Cursor): UpdateStatement {
  const at = p.expect('UPDATE').start;
  const target = parseTableName(p);
  const alias = p.optionalAlias();
  p.expect('SET');
  const items = parseUpdateItems(p);
  const from = p.accepts('FROM') ? parseFrom(p) : undefined;
  const where = p.accepts('WHERE') ? p.expression() : undefined;
  return {
    kind: 'update',
    at,
    end: p.end,
    target,
    ...(alias === undefined ? {} : { alias }),
    items,
    ...(from === undefined ? {} : { from }),
    ...(where === undefined ? {} : { where }),
  };
}

/** `a = 1, b.c = DEFAULT`. */
export function parseUpdateItems(p: Cursor): readonly UpdateItem[] {
  return p.list(() => {
    const target = parsePath(p);
    p.expect('=');
    return { target, value: parseValue(p) };
  });
}

/** `DELETE [FROM] table [alias] [WHERE …]`. */
export function parseDelete(p: Cursor): DeleteStatement {
  const at = p.expect('DELETE').start;
  p.accepts('FROM');
  const target = parseTableName(p);
  const alias = p.optionalAlias();
  const where = p.accepts('WHERE') ? p.expression() : undefined;
  return {
    kind: 'delete',
    at,
    end: p.end,
    target,
    ...(alias === undefined ? {} : { alias }),
    ...(where === undefined ? {} : { where }),
  };
}

/** `TRUNCATE TABLE table`. */
export function parseTruncate(p: Cursor): TruncateStatement {
  const at = p.expect('TRUNCATE').start;
  p.expect('TABLE');
  const target = parseTableName(p);
  return { kind: 'truncate', at, end: p.end, target };
}
