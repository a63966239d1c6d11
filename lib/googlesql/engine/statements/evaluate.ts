/** Computes constant expressions: options, conditions, values of variables. */

import { emitExpression } from '../../duckdb/expression.ts';
import { newContext } from '../../duckdb/query.ts';
import type { Expression } from '../../tree/expression.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import { duckReader } from '../storage/duck-values.ts';
import { execute, sessionOf, type Run } from './run.ts';

/** The value of an expression that refers to no columns. */
export async function evaluate(run: Run, expression: Expression): Promise<SqlValue> {
  if (expression.kind === 'literal') return expression.value;
  const text = emitExpression(expression, newContext(sessionOf(run)));
  const reader = await execute(run, () => run.connection.runAndReadAll(`SELECT ${text}`));
  return duckReader(reader.columnType(0))(reader.getRows()[0]?.[0] ?? null);
}
