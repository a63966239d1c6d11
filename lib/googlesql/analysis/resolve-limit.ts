/** LIMIT and OFFSET. */

import type { Expression as SyntaxExpression } from '../syntax/ast-expression.ts';
import type { Limit } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import type { Scan } from '../tree/scan.ts';
import { INT64 } from '../types/sql-type.ts';
import { coerce, coerces } from './coerce.ts';
import type { QueryScope } from './context.ts';
import { noNames, scopeOf } from './names.ts';

/** The scan cut to a count of rows behind a number of skipped ones; both constants, parameters or variables. */
export function resolveLimit(limit: Limit, input: Scan, scope: QueryScope): Scan {
  const count = resolveCount(limit.count, 'LIMIT', scope);
  if (limit.offset === undefined) return { kind: 'limit', input, count };
  return { kind: 'limit', input, count, offset: resolveCount(limit.offset, 'OFFSET', scope) };
}

function resolveCount(node: SyntaxExpression, clause: string, scope: QueryScope): Expression {
  const { analysis, withTables } = scope;
  const value = analysis.resolve.expression(node, { analysis, withTables, names: scopeOf(noNames), clause });
  const constant = value.kind === 'literal' || value.kind === 'parameter' || value.kind === 'variable';
  if (!constant || !coerces(value, INT64)) {
    throw new SqlError(`${clause} expects an integer literal or parameter`, node.at);
  }
  const count = coerce(value, INT64, { at: node.at, timeZone: analysis.options.timeZone });
  if (count.kind === 'literal' && count.undeclared === undefined && (count.value === null || Number(count.value) < 0)) {
    throw new SqlError(`${clause} expects a non-negative integer literal or parameter`, node.at);
  }
  return count;
}
