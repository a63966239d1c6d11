/** Expressions of scripting statements, which see variables and no columns. */

import { coerce, coerces } from '../../analysis/coerce.ts';
import type { Analysis, ExpressionScope } from '../../analysis/context.ts';
import { noNames, scopeOf } from '../../analysis/names.ts';
import { resolveCondition } from '../../analysis/resolve-condition.ts';
import type { TypedValue } from '../../duckdb/context.ts';
import type { Expression as SyntaxExpression } from '../../syntax/ast-expression.ts';
import { SqlError } from '../../syntax/sql-error.ts';
import type { Expression } from '../../tree/expression.ts';
import { typeName, type SqlType } from '../../types/sql-type.ts';
import { evaluate } from './evaluate.ts';
import { newAnalysis, type Run } from './run.ts';

function scopeIn(analysis: Analysis, clause: string): ExpressionScope {
  return { analysis, withTables: new Map(), names: scopeOf(noNames), clause };
}

/** A BOOL. Throws a `SqlError`. */
export function conditionOf(analysis: Analysis, node: SyntaxExpression, clause: string): Expression {
  return resolveCondition(node, scopeIn(analysis, clause));
}

/** The value of an expression with its type. */
export async function typedValueOf(run: Run, node: SyntaxExpression): Promise<TypedValue> {
  const analysis = newAnalysis(run);
  const expression = analysis.resolve.expression(node, scopeIn(analysis, 'script expression'));
  return { type: expression.type, value: await evaluate(run, expression) };
}

/** The value of an expression as a type; `what` begins the message of a refusal. */
export async function valueAs(run: Run, node: SyntaxExpression, type: SqlType, what: string): Promise<TypedValue> {
  const analysis = newAnalysis(run);
  const expression = analysis.resolve.expression(node, scopeIn(analysis, 'script expression'));
  if (!coerces(expression, type)) {
    throw new SqlError(
      `${what} of type ${typeName(type)} cannot be given a value of type ${typeName(expression.type)}`,
      node.at,
    );
  }
  const place = { at: node.at, timeZone: analysis.options.timeZone };
  return { type, value: await evaluate(run, coerce(expression, type, place)) };
}

/** Whether a condition holds now; NULL does not. */
export async function holds(run: Run, node: SyntaxExpression, clause: string): Promise<boolean> {
  return (await evaluate(run, conditionOf(newAnalysis(run), node, clause))) === true;
}
