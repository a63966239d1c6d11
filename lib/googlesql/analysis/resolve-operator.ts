/** Operators: arithmetic, comparison, logic, LIKE, IN, BETWEEN, IS. */

import type * as ast from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { isEquatable, isOrderable } from '../types/capabilities.ts';
import { BOOL, typeName } from '../types/sql-type.ts';
import { commonSupertype } from '../types/supertype.ts';
import { callBuiltin } from './call-builtin.ts';
import { coerce, coerces } from './coerce.ts';
import type { ExpressionScope } from './context.ts';
import { candidateOf } from './literal.ts';
import { resolveFloat, resolveInt } from './resolve-number.ts';
import { resolveArrayOf, resolveInQuery } from './resolve-subquery.ts';
import { noMatchingSignature } from './signature-error.ts';

/** `-x`, `+x`, `~x`, `NOT x`. */
export function resolveUnary(node: ast.UnaryExpression, scope: ExpressionScope): Expression {
  const { operand, operator } = node;
  if (operator === '-' && operand.kind === 'int' && !operand.text.startsWith('-')) {
    return resolveInt(`-${operand.text}`, node.at);
  }
  if (operator === '-' && operand.kind === 'float') return resolveFloat(`-${operand.text}`, node.at);
  const value = scope.analysis.resolve.expression(operand, scope);
  const name = operator === '-' ? 'UNARY -' : operator === '+' ? 'UNARY +' : operator;
  return callBuiltin(scope.analysis, name, [value], { at: node.at, shownAs: operator });
}

const equalities: ReadonlySet<string> = new Set(['=', '!=', '<>']);
const orderings: Readonly<Record<string, string>> = {
  '<': 'Less than',
  '<=': 'Less than or equal',
  '>': 'Greater than',
  '>=': 'Greater than or equal',
};

/** `a + b`, `a = b`, `a || b`. */
export function resolveBinary(node: ast.BinaryExpression, scope: ExpressionScope): Expression {
  const left = scope.analysis.resolve.expression(node.left, scope);
  const right = scope.analysis.resolve.expression(node.right, scope);
  const operator = node.operator === '<>' ? '!=' : node.operator;
  return compareOrCompute(scope, operator, [left, right], node.at);
}

/** A binary operator on typed operands. */
function compareOrCompute(
  scope: ExpressionScope,
  operator: string,
  operands: readonly [Expression, Expression],
  at: number,
): Expression {
  const call = callBuiltin(scope.analysis, operator, operands, { at });
  const type = call.kind === 'call' ? call.arguments[0]?.type : undefined;
  if (type === undefined) return call;
  if (equalities.has(operator) && !isEquatable(type)) {
    throw new SqlError(`Equality is not defined for arguments of type ${typeName(type)}`, at);
  }
  const ordering = orderings[operator];
  if (ordering !== undefined && !isOrderable(type)) {
    throw new SqlError(`${ordering} is not defined for arguments of type ${typeName(type)}`, at);
  }
  return call;
}

/** A chain of ANDs or ORs. */
export function resolveLogical(node: ast.LogicalExpression, scope: ExpressionScope): Expression {
  const operands = node.operands.map((operand) => resolveCondition(operand, scope, node.operator));
  return { kind: 'logical', type: BOOL, operator: node.operator, operands };
}

function resolveCondition(node: ast.Expression, scope: ExpressionScope, operator: string): Expression {
  const value = scope.analysis.resolve.expression(node, scope);
  if (!coerces(value, BOOL)) {
    throw noMatchingSignature(operator, [value], [], node.at);
  }
  return coerce(value, BOOL, { at: node.at, timeZone: scope.analysis.options.timeZone });
}

/** `x IS [NOT] NULL | TRUE | FALSE | UNKNOWN`. */
export function resolveIs(node: ast.IsExpression, scope: ExpressionScope): Expression {
  const value = scope.analysis.resolve.expression(node.operand, scope);
  const test = node.test === 'UNKNOWN' ? 'NULL' : node.test;
  const place = { at: node.at, shownAs: 'IS' };
  const operand = node.test === 'NULL' || coerces(value, BOOL) ? value : undefined;
  if (operand === undefined) throw noMatchingSignature(`IS ${node.test}`, [value], [], node.at);
  return negate(scope, callBuiltin(scope.analysis, `IS ${test}`, [operand], place), node.negated, node.at);
}

function negate(scope: ExpressionScope, value: Expression, negated: boolean, at: number): Expression {
  return negated ? callBuiltin(scope.analysis, 'NOT', [value], { at }) : value;
}

/** `a IS [NOT] DISTINCT FROM b`. */
export function resolveIsDistinct(node: ast.IsDistinctExpression, scope: ExpressionScope): Expression {
  const left = scope.analysis.resolve.expression(node.left, scope);
  const right = scope.analysis.resolve.expression(node.right, scope);
  const name = node.negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM';
  return callBuiltin(scope.analysis, name, [left, right], { at: node.at });
}

/** `x [NOT] BETWEEN low AND high`. */
export function resolveBetween(node: ast.BetweenExpression, scope: ExpressionScope): Expression {
  const list = [node.operand, node.low, node.high].map((part) => scope.analysis.resolve.expression(part, scope));
  const call = callBuiltin(scope.analysis, 'BETWEEN', list, { at: node.at });
  const type = call.kind === 'call' ? call.arguments[0]?.type : undefined;
  if (type !== undefined && !isOrderable(type)) {
    throw new SqlError(`BETWEEN is not defined for arguments of type ${typeName(type)}`, node.at);
  }
  return negate(scope, call, node.negated, node.at);
}

/** `x [NOT] LIKE pattern`. */
export function resolveLike(node: ast.LikeExpression, scope: ExpressionScope): Expression {
  const list = [node.operand, node.pattern].map((part) => scope.analysis.resolve.expression(part, scope));
  return negate(scope, callBuiltin(scope.analysis, 'LIKE', list, { at: node.at }), node.negated, node.at);
}

/** `x [NOT] LIKE ANY (…)`: a chain of LIKEs. NOT LIKE ANY means that some pattern does not match. */
export function resolveQuantifiedLike(node: ast.QuantifiedLikeExpression, scope: ExpressionScope): Expression {
  const operand = scope.analysis.resolve.expression(node.operand, scope);
  if (node.collection.kind !== 'list') return likeCollection(node, operand, scope);
  const operands = node.collection.items.map((item) => {
    const pattern = scope.analysis.resolve.expression(item, scope);
    const like = callBuiltin(scope.analysis, 'LIKE', [operand, pattern], { at: node.at });
    return negate(scope, like, node.negated, node.at);
  });
  const operator = node.quantifier === 'ANY' ? 'OR' : 'AND';
  return { kind: 'logical', type: BOOL, operator, operands };
}

/**
 * Patterns of an array or a subquery. Without any, NOT LIKE ANY is true, and LIKE ALL and NOT LIKE ALL differ between the
 * two. Source: GoogleSQL "Quantified LIKE operator", semantic rules.
 */
function likeCollection(node: ast.QuantifiedLikeExpression, operand: Expression, scope: ExpressionScope): Expression {
  const { collection, quantifier, negated, at } = node;
  const shownAs = `LIKE ${quantifier}`;
  const isQuery = collection.kind === 'query';
  const patterns = isQuery
    ? resolveArrayOf(collection.query, shownAs, scope)
    : scope.analysis.resolve.expression(collection.kind === 'unnest' ? collection.array : node, scope);
  const ofNone = quantifier === 'ANY' ? negated : isQuery !== negated;
  const name = `${negated ? 'NOT ' : ''}${shownAs}`;
  return callBuiltin(scope.analysis, name, [operand, patterns], { at, shownAs, options: { of_none: ofNone } });
}

/** `x [NOT] IN (…)`. */
export function resolveIn(node: ast.InExpression, scope: ExpressionScope): Expression {
  const operand = scope.analysis.resolve.expression(node.operand, scope);
  return negate(scope, resolveMembership(node, operand, scope), node.negated, node.at);
}

function resolveMembership(node: ast.InExpression, operand: Expression, scope: ExpressionScope): Expression {
  const { collection, at } = node;
  if (collection.kind === 'query') return resolveInQuery(collection.query, operand, scope, at);
  if (collection.kind === 'unnest') {
    const array = scope.analysis.resolve.expression(collection.array, scope);
    return callBuiltin(scope.analysis, 'IN UNNEST', [operand, array], { at, shownAs: 'IN UNNEST' });
  }
  const items = collection.items.map((item) => scope.analysis.resolve.expression(item, scope));
  const type = commonSupertype([operand, ...items].map(candidateOf));
  if (type === undefined) throw noMatchingSignature('IN', [operand, ...items], [], at);
  if (!isEquatable(type)) throw new SqlError(`IN is not defined for arguments of type ${typeName(type)}`, at);
  const place = { at, timeZone: scope.analysis.options.timeZone };
  return {
    kind: 'in',
    type: BOOL,
    operand: coerce(operand, type, place),
    items: items.map((item) => coerce(item, type, place)),
  };
}
