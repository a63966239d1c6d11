/** What may follow a table: PIVOT, UNPIVOT, TABLESAMPLE. */

import type { Expression, Identifier, PathName } from './ast-expression.ts';
import type { PivotOperator, SampleOperator, TableOperator, UnpivotOperator } from './ast-query.ts';
import type { Cursor } from './cursor.ts';
import { parsePath } from './parse-primary.ts';

/** Whether a table operator, and not an alias, is next. */
export function seesTableOperator(p: Cursor): boolean {
  if (p.sees('TABLESAMPLE') || p.sees('PIVOT', '(') || p.sees('UNPIVOT', '(')) return true;
  return p.sees('UNPIVOT', 'INCLUDE') || p.sees('UNPIVOT', 'EXCLUDE');
}

/** All table operators that follow. */
export function parseTableOperators(p: Cursor): readonly TableOperator[] {
  const operators: TableOperator[] = [];
  while (seesTableOperator(p)) {
    p.link();
    operators.push(parseTableOperator(p));
  }
  return operators;
}

/** The one that is next. */
export function parseTableOperator(p: Cursor): TableOperator {
  if (p.sees('PIVOT')) return parsePivot(p);
  return p.sees('UNPIVOT') ? parseUnpivot(p) : parseSample(p);
}

interface Aliased {
  readonly value: Expression;
  readonly alias?: Identifier;
}

function parseAliased(p: Cursor): Aliased {
  const value = p.expression();
  const alias = p.optionalAlias();
  return alias === undefined ? { value } : { value, alias };
}

function parsePivot(p: Cursor): PivotOperator {
  const at = p.expect('PIVOT').start;
  p.expect('(');
  const aggregates = p.list(() => parseAliased(p));
  p.expect('FOR');
  const input = p.tightExpression();
  p.expect('IN');
  p.expect('(');
  const values = p.list(() => parseAliased(p));
  p.expect(')');
  p.expect(')');
  const alias = seesTableOperator(p) ? undefined : p.optionalAlias();
  return { kind: 'pivot', at, aggregates, input, values, ...(alias === undefined ? {} : { alias }) };
}

function parseUnpivot(p: Cursor): UnpivotOperator {
  const at = p.expect('UNPIVOT').start;
  const includeNulls = p.accepts('INCLUDE', 'NULLS');
  if (!includeNulls) p.accepts('EXCLUDE', 'NULLS');
  p.expect('(');
  const values = parseOneOrMany(p, () => p.identifier());
  p.expect('FOR');
  const name = p.identifier();
  p.expect('IN');
  p.expect('(');
  const columns = p.list(() => parseUnpivotColumns(p));
  p.expect(')');
  p.expect(')');
  const alias = seesTableOperator(p) ? undefined : p.optionalAlias();
  return { kind: 'unpivot', at, includeNulls, values, name, columns, ...(alias === undefined ? {} : { alias }) };
}

function parseUnpivotColumns(p: Cursor): { readonly columns: readonly PathName[]; readonly label?: Expression } {
  const columns = parseOneOrMany(p, () => parsePath(p));
  if (p.accepts('AS') || !(p.sees(',') || p.sees(')'))) return { columns, label: p.expression() };
  return { columns };
}

function parseOneOrMany<T>(p: Cursor, one: () => T): readonly T[] {
  if (!p.accepts('(')) return [one()];
  const many = p.list(one);
  p.expect(')');
  return many;
}

function parseSample(p: Cursor): SampleOperator {
  const at = p.expect('TABLESAMPLE').start;
  const method = p.identifier().name.toUpperCase();
  p.expect('(');
  const size = p.expression();
  const unit = p.accepts('ROWS') ? 'ROWS' : 'PERCENT';
  if (unit === 'PERCENT') p.expect('PERCENT');
  p.expect(')');
  return { kind: 'sample', at, method, size, unit };
}
