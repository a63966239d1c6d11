/** Conditions: WHERE, ON, HAVING, QUALIFY. */

import type { Expression as SyntaxExpression } from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { BOOL, typeName } from '../types/sql-type.ts';
import { coerce, coerces } from './coerce.ts';
import type { ExpressionScope } from './context.ts';

/** A BOOL, or something that becomes one. */
export function resolveCondition(node: SyntaxExpression, scope: ExpressionScope): Expression {
  const value = scope.analysis.resolve.expression(node, scope);
  if (!coerces(value, BOOL)) {
    throw new SqlError(`${scope.clause} should return type BOOL, but returns ${typeName(value.type)}`, node.at);
  }
  return coerce(value, BOOL, { at: node.at, timeZone: scope.analysis.options.timeZone });
}
