/** Aggregate calls: what may stand inside them, and where they may stand. */

import type { AggregateDefinition, AggregateModifier } from '../functions/definition.ts';
import type { FunctionCall, OrderItem } from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { AggregateCall, Expression, OrderKey } from '../tree/expression.ts';
import { isGroupable, isOrderable, ungroupablePart } from '../types/capabilities.ts';
import { INT64, typeName, withoutParameters } from '../types/sql-type.ts';
import { coerceOptional } from './call-builtin.ts';
import { coerce, coerces } from './coerce.ts';
import { plainScope, type ExpressionScope } from './context.ts';
import { matchOverload } from './match-signature.ts';
import { noMatchingSignature } from './signature-error.ts';

/** An aggregate without OVER; its value is a column of the SELECT's aggregation. */
export function resolveAggregate(
  node: FunctionCall,
  definition: AggregateDefinition,
  scope: ExpressionScope,
  safe: boolean,
): Expression {
  if (definition.kind === 'window') {
    throw new SqlError(`Analytic function ${definition.name} cannot be called without an OVER clause`, node.at);
  }
  if (scope.within === 'aggregate') throw new SqlError('Aggregations of aggregations are not allowed', node.at);
  if (scope.aggregates === undefined) {
    throw new SqlError(`Aggregate function ${definition.name} not allowed in ${scope.clause}`, node.at);
  }
  const inner: ExpressionScope = { ...plainScope(scope, `arguments to ${definition.name}`), within: 'aggregate' };
  return scope.aggregates.add(aggregateCall(node, definition, inner, safe));
}

/** The typed call; its arguments are resolved in `scope`. */
export function aggregateCall(
  node: FunctionCall,
  definition: AggregateDefinition,
  scope: ExpressionScope,
  safe: boolean,
): AggregateCall {
  checkModifiers(node, definition);
  const star = node.arguments[0]?.kind === 'star';
  if (star && definition.name !== 'COUNT') throw new SqlError('Argument * can only be used in COUNT(*)', node.at);
  if (star && node.distinct) throw new SqlError('COUNT(*) cannot be used with DISTINCT', node.at);
  const list = star ? [] : node.arguments.map((argument) => scope.analysis.resolve.expression(argument, scope));
  checkNotArray(definition, list, node.at);
  const match = matchOverload(definition.overloads, list);
  if (!('overload' in match)) throw noMatchingSignature(definition.name, list, match, node.at);
  const place = { at: node.at, timeZone: scope.analysis.options.timeZone };
  const converted = list.map((argument, i) => coerceOptional(argument, match.types[i], place));
  if (node.distinct) checkDistinct(definition, converted, node.at);
  const { nulls } = node;
  return {
    definition,
    overload: match.overload,
    type: withoutParameters(match.result),
    arguments: converted,
    options: {},
    distinct: node.distinct,
    orderBy: orderKeys(node.orderBy, scope),
    safe,
    ...(nulls === undefined ? {} : { nulls }),
    ...(node.having === undefined ? {} : { having: resolveHaving(node.having, scope) }),
    ...(node.limit === undefined ? {} : { limit: resolveLimit(node.limit, scope) }),
  };
}

function resolveHaving(
  having: NonNullable<FunctionCall['having']>,
  scope: ExpressionScope,
): NonNullable<AggregateCall['having']> {
  const expression = scope.analysis.resolve.expression(having.expression, scope);
  if (!isOrderable(expression.type)) {
    throw new SqlError(
      `HAVING modifier does not support expressions of type ${typeName(expression.type)}`,
      having.expression.at,
    );
  }
  return { extreme: having.extreme, expression };
}

function resolveLimit(node: NonNullable<FunctionCall['limit']>, scope: ExpressionScope): Expression {
  const value = scope.analysis.resolve.expression(node, scope);
  const constant = value.kind === 'literal' || value.kind === 'parameter' || value.kind === 'variable';
  if (!constant || !coerces(value, INT64)) {
    throw new SqlError('LIMIT expects an integer literal or parameter', node.at);
  }
  return coerce(value, INT64, { at: node.at, timeZone: scope.analysis.options.timeZone });
}

/** ORDER BY items as keys, NULLs placed. */
export function orderKeys(items: readonly OrderItem[], scope: ExpressionScope): readonly OrderKey[] {
  return items.map((item) => {
    const expression = scope.analysis.resolve.expression(item.expression, scope);
    return orderKey(expression, item, item.expression.at);
  });
}

/** One key. NULLs are smallest: first when ascending, last when descending, unless the query says otherwise. */
export function orderKey(
  expression: Expression,
  { descending, nulls }: { readonly descending: boolean; readonly nulls?: 'FIRST' | 'LAST' },
  at: number,
): OrderKey {
  if (!isOrderable(expression.type)) {
    throw new SqlError(`ORDER BY does not support expressions of type ${typeName(expression.type)}`, at);
  }
  return { expression, descending, nullsFirst: nulls === undefined ? !descending : nulls === 'FIRST' };
}

function checkNotArray({ name }: AggregateDefinition, [first]: readonly Expression[], at: number): void {
  if (name !== 'ARRAY_AGG' || first?.type.kind !== 'ARRAY') return;
  throw new SqlError(`The argument to ARRAY_AGG must not be an array type but was ${typeName(first.type)}`, at);
}

function checkDistinct(definition: AggregateDefinition, list: readonly Expression[], at: number): void {
  const [first] = list;
  if (first !== undefined && !isGroupable(first.type)) {
    throw new SqlError(
      `Aggregate functions with DISTINCT cannot be used with arguments of type ${ungroupablePart(first.type)}`,
      at,
    );
  }
  if (list.length === 0)
    throw new SqlError(`DISTINCT function call with no arguments is not allowed: ${definition.name}`, at);
}

function checkModifiers(node: FunctionCall, definition: AggregateDefinition): void {
  const given: readonly (readonly [AggregateModifier, boolean, string])[] = [
    ['distinct', node.distinct, 'DISTINCT'],
    ['nulls', node.nulls !== undefined, 'IGNORE NULLS and RESPECT NULLS'],
    ['having', node.having !== undefined, 'HAVING MAX and HAVING MIN'],
    ['order', node.orderBy.length > 0, 'ORDER BY in arguments'],
    ['limit', node.limit !== undefined, 'LIMIT in arguments'],
  ];
  for (const [modifier, present, words] of given) {
    if (present && !definition.modifiers.includes(modifier)) {
      throw new SqlError(`Function ${definition.name} does not support ${words}`, node.at);
    }
  }
}

/** `GROUPING(key)`. */
export function resolveGrouping(node: FunctionCall, scope: ExpressionScope): Expression {
  const [argument, second] = node.arguments;
  if (argument === undefined || second !== undefined) {
    throw new SqlError('GROUPING takes exactly one argument', node.at);
  }
  if (scope.aggregates === undefined) throw new SqlError(`GROUPING function not allowed in ${scope.clause}`, node.at);
  return scope.aggregates.grouping(scope.analysis.resolve.expression(argument, scope), node.at);
}
