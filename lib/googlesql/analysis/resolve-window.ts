/** Window function calls: `f(…) OVER (…)`. */

import type { AggregateDefinition } from '../functions/definition.ts';
import type * as ast from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression, OrderKey } from '../tree/expression.ts';
import type { FrameEdge, WindowCall, WindowFrame } from '../tree/scan.ts';
import { isGroupable, ungroupablePart } from '../types/capabilities.ts';
import { INT64, isNumeric, typeName } from '../types/sql-type.ts';
import { coerce, coerces } from './coerce.ts';
import type { ExpressionScope, WindowCollector } from './context.ts';
import { aggregateCall, orderKeys } from './resolve-aggregate.ts';

/** A call with OVER; its value is a column of the SELECT's window scan. */
export function resolveWindowCall(
  node: ast.FunctionCall,
  definition: AggregateDefinition,
  scope: ExpressionScope,
  safe: boolean,
): Expression {
  const { windows } = scope;
  if (windows === undefined || scope.within !== undefined) {
    throw new SqlError(`Analytic function not allowed in ${scope.clause}`, node.at);
  }
  if (!definition.analytic) {
    throw new SqlError(`Aggregate function ${definition.name} does not support an OVER clause`, node.at);
  }
  if (node.having !== undefined) {
    throw new SqlError('HAVING modifier is not supported on analytic functions', node.having.at);
  }
  const { windows: _none, ...rest } = scope;
  const inner: ExpressionScope = {
    ...rest,
    within: 'window',
    clause: `arguments to analytic function ${definition.name}`,
  };
  const call = aggregateCall(node, definition, inner, safe);
  const specification = flatten(node.over ?? { at: node.at, partitionBy: [], orderBy: [] }, windows);
  if (node.distinct && specification.orderBy.length > 0) {
    throw new SqlError('Window ORDER BY is not allowed if DISTINCT is specified', specification.at);
  }
  return windows.add({ ...call, ...resolveWindow(specification, definition, inner) });
}

/** The specification with the named windows that it is made of put in. */
function flatten(specification: ast.WindowSpecification, windows: WindowCollector): ast.WindowSpecification {
  if (specification.base === undefined) return specification;
  const base = flatten(windows.find(specification.base), windows);
  const { frame } = specification;
  if (specification.partitionBy.length > 0) {
    throw new SqlError('If a window has a PARTITION BY clause, it cannot refine a named window', specification.at);
  }
  if (base.orderBy.length > 0 && specification.orderBy.length > 0) {
    throw new SqlError('If a window has an ORDER BY clause, the named window that it refines cannot', specification.at);
  }
  const framed = frame ?? base.frame;
  return {
    at: specification.at,
    partitionBy: base.partitionBy,
    orderBy: specification.orderBy.length > 0 ? specification.orderBy : base.orderBy,
    ...(framed === undefined ? {} : { frame: framed }),
  };
}

type Window = Pick<WindowCall, 'partitionBy' | 'windowOrder' | 'frame'>;

function resolveWindow(
  specification: ast.WindowSpecification,
  definition: AggregateDefinition,
  scope: ExpressionScope,
): Window {
  const { order, frame } = definition.window;
  if (order === 'required' && specification.orderBy.length === 0) {
    throw new SqlError(`Window ORDER BY is required for analytic function ${definition.name}`, specification.at);
  }
  if (order === 'forbidden' && specification.orderBy.length > 0) {
    throw new SqlError(`Window ORDER BY is not allowed for analytic function ${definition.name}`, specification.at);
  }
  if (!frame && specification.frame !== undefined) {
    throw new SqlError(
      `Window framing clause is not allowed for analytic function ${definition.name}`,
      specification.frame.at,
    );
  }
  const partitionBy = specification.partitionBy.map((item) => resolvePartition(item, scope));
  const windowOrder = orderKeys(specification.orderBy, scope);
  const resolved =
    specification.frame === undefined ? undefined : resolveFrame(specification.frame, windowOrder, scope);
  return { partitionBy, windowOrder, ...(resolved === undefined ? {} : { frame: resolved }) };
}

function resolvePartition(item: ast.Expression, scope: ExpressionScope): Expression {
  const value = scope.analysis.resolve.expression(item, scope);
  if (!isGroupable(value.type)) {
    throw new SqlError(`Partitioning by expressions of type ${ungroupablePart(value.type)} is not allowed`, item.at);
  }
  return value;
}

function resolveFrame(frame: ast.WindowFrame, keys: readonly OrderKey[], scope: ExpressionScope): WindowFrame {
  if (frame.unit === 'RANGE' && hasOffset(frame)) checkRangeKeys(keys, frame.at);
  const start = resolveEdge(frame.start, frame.unit, keys, scope);
  const end = resolveEdge(frame.end, frame.unit, keys, scope);
  if (rank(start) > rank(end)) {
    throw new SqlError(
      'Starting window framing expression must not be greater than the ending framing expression',
      frame.at,
    );
  }
  return { unit: frame.unit, start, end };
}

function hasOffset(frame: ast.WindowFrame): boolean {
  return 'offset' in frame.start || 'offset' in frame.end;
}

function checkRangeKeys(keys: readonly OrderKey[], at: number): void {
  const [key, second] = keys;
  if (key === undefined || second !== undefined) {
    throw new SqlError(
      'A RANGE-based window with OFFSET PRECEDING or OFFSET FOLLOWING boundaries must have exactly one ORDER BY key',
      at,
    );
  }
  if (!isNumeric(key.expression.type)) {
    throw new SqlError(
      `ORDER BY key must be numeric in a RANGE-based window with OFFSET PRECEDING or OFFSET FOLLOWING boundaries, but has type ${typeName(key.expression.type)}`,
      at,
    );
  }
}

const ranks: Readonly<Record<FrameEdge['kind'], number>> = {
  'UNBOUNDED PRECEDING': 0,
  PRECEDING: 1,
  'CURRENT ROW': 2,
  FOLLOWING: 3,
  'UNBOUNDED FOLLOWING': 4,
};

function rank(edge: FrameEdge): number {
  return ranks[edge.kind];
}

function resolveEdge(
  bound: ast.FrameBound,
  unit: 'ROWS' | 'RANGE',
  keys: readonly OrderKey[],
  scope: ExpressionScope,
): FrameEdge {
  if (!('offset' in bound)) return { kind: bound.kind };
  const value = scope.analysis.resolve.expression(bound.offset, scope);
  const wanted = unit === 'ROWS' ? INT64 : (keys[0]?.expression.type ?? INT64);
  if (!coerces(value, wanted)) {
    throw new SqlError(
      `Window framing expression has type ${typeName(value.type)} that cannot coerce to type ${typeName(wanted)}`,
      bound.offset.at,
    );
  }
  const offset = coerce(value, wanted, { at: bound.offset.at, timeZone: scope.analysis.options.timeZone });
  if (offset.kind === 'literal' && (offset.value === null || Number(offset.value) < 0)) {
    throw new SqlError('Window framing expression must be a non-negative constant', bound.offset.at);
  }
  return { kind: bound.kind, offset };
}
