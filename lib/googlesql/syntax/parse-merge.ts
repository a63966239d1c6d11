/** MERGE. */

import type { MergeAction, MergeClause, MergeStatement } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { parseColumnNames, parseRow, parseUpdateItems } from './parse-dml.ts';
import { parseFromItem } from './parse-from.ts';
import { parseTableName } from './parse-table-name.ts';

/** `MERGE [INTO] target [alias] USING source ON condition WHEN … THEN …`. */
export function parseMerge(p: Cursor): MergeStatement {
  const at = p.expect('MERGE').start;
  p.accepts('INTO');
  const target = parseTableName(p);
  const alias = p.optionalAlias();
  p.expect('USING');
  const source = parseFromItem(p);
  p.expect('ON');
  const on = p.expression();
  const clauses: MergeClause[] = [];
  do clauses.push(parseClause(p));
  while (p.sees('WHEN'));
  return { kind: 'merge', at, end: p.end, target, ...(alias === undefined ? {} : { alias }), source, on, clauses };
}

function parseClause(p: Cursor): MergeClause {
  const at = p.expect('WHEN').start;
  const match = parseMatch(p);
  const condition = p.accepts('AND') ? p.expression() : undefined;
  p.expect('THEN');
  return { at, match, ...(condition === undefined ? {} : { condition }), action: parseAction(p) };
}

function parseMatch(p: Cursor): MergeClause['match'] {
  if (p.accepts('MATCHED')) return 'MATCHED';
  p.expectAll('NOT', 'MATCHED');
  if (p.accepts('BY', 'SOURCE')) return 'NOT MATCHED BY SOURCE';
  p.accepts('BY', 'TARGET');
  return 'NOT MATCHED BY TARGET';
}

function parseAction(p: Cursor): MergeAction {
  if (p.accepts('DELETE')) return { kind: 'delete' };
  if (p.accepts('UPDATE')) {
    p.expect('SET');
    return { kind: 'update', items: parseUpdateItems(p) };
  }
  p.expect('INSERT');
  const columns = p.sees('(') ? parseColumnNames(p) : undefined;
  if (p.accepts('ROW')) return { kind: 'insert', ...(columns === undefined ? {} : { columns }), values: 'ROW' };
  p.expect('VALUES');
  return { kind: 'insert', ...(columns === undefined ? {} : { columns }), values: parseRow(p).values };
}
