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
  return (await evaluateAll(run, [expression]))[0] ?? null;
}

/** The values of several such expressions, computed together. */
export async function evaluateAll(run: Run, expressions: readonly Expression[]): Promise<readonly SqlValue[]> {
  if (expressions.length === 0) return [];
  const context = newContext(sessionOf(run));
  const texts = expressions.map((expression) => emitExpression(expression, context));
  const sql = `SELECT ${texts.join(', ')}`;
  const reader = await run.remote.rounds(run.stop, () => execute(run, () => run.connection.runAndReadAll(sql)));
  const row = reader.getRows()[0] ?? [];
  return expressions.map((_, i) => duckReader(reader.columnType(i))(row[i] ?? null));
}
