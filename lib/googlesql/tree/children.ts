/** The immediate parts of scans, and walking all scans of a tree. */

import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import type { AggregateCall, Expression, OrderKey } from './expression.ts';
import type { FrameEdge, Scan, WindowCall } from './scan.ts';
import { visitOwnExpression } from './walk.ts';

const none = (): readonly never[] => [];
const input = ({ input: inner }: { readonly input: Scan }): readonly Scan[] => [inner];
const keyExpressions = (keys: readonly OrderKey[]): readonly Expression[] => keys.map(({ expression }) => expression);

const inputs: RulesByKind<Scan, [], readonly Scan[]> = {
  singleRow: none,
  table: none,
  withRef: none,
  values: none,
  unnest: none,
  join: ({ left, right }) => [left, right],
  filter: input,
  project: input,
  aggregate: input,
  window: input,
  order: input,
  limit: input,
  distinct: input,
  sample: input,
  set: (scan) => scan.inputs.map((one) => one.scan),
  with: ({ tables, body }) => [...tables.map(({ query }) => query.scan), body],
};

/** The scans that a scan reads from, those of WITH tables first. */
export function scanInputs(scan: Scan): readonly Scan[] {
  return byKind(inputs, scan);
}

/** All parts of an aggregate's call. */
export function callExpressions(call: AggregateCall): readonly Expression[] {
  const optional = [call.having?.expression, call.limit, call.filter].filter((part) => part !== undefined);
  return [...call.arguments, ...keyExpressions(call.orderBy), ...optional];
}

/** Expressions of a window function's call. */
export function windowExpressions(call: WindowCall): readonly Expression[] {
  const edges = [call.frame?.start, call.frame?.end].flatMap((edge: FrameEdge | undefined) =>
    edge !== undefined && 'offset' in edge ? [edge.offset] : [],
  );
  return [...callExpressions(call), ...call.partitionBy, ...keyExpressions(call.windowOrder), ...edges];
}

const expressions: RulesByKind<Scan, [], readonly Expression[]> = {
  singleRow: none,
  table: none,
  withRef: none,
  values: ({ rows }) => rows.flat(),
  unnest: ({ array }) => [array],
  join: ({ condition }) => (condition === undefined ? [] : [condition]),
  filter: ({ condition }) => [condition],
  project: ({ computed }) => computed.map(({ value }) => value),
  aggregate: ({ keys, aggregates }) => [
    ...keys.map(({ value }) => value),
    ...aggregates.flatMap(({ call }) => callExpressions(call)),
  ],
  window: ({ functions }) => functions.flatMap(({ call }) => windowExpressions(call)),
  order: ({ keys }) => keyExpressions(keys),
  limit: ({ count, offset }) => (offset === undefined ? [count] : [count, offset]),
  distinct: none,
  sample: ({ size }) => [size],
  set: none,
  with: none,
};

/** The expressions of the scan itself, not those of its inputs. */
export function scanExpressions(scan: Scan): readonly Expression[] {
  return byKind(expressions, scan);
}

/** Calls `see` for the scan and all scans in it, those of subqueries included. */
export function visitScans(scan: Scan, see: (part: Scan) => void): void {
  see(scan);
  for (const inner of scanInputs(scan)) visitScans(inner, see);
  for (const expression of scanExpressions(scan)) {
    visitOwnExpression(expression, (part) => {
      if (part.kind === 'subquery') visitScans(part.query.scan, see);
    });
  }
}
