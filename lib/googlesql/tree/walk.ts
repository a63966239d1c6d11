/** Walking and rewriting typed trees. */

import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import type { AggregateCall, Expression, OrderKey, QueryTree } from './expression.ts';
import type { FrameEdge, Scan, WindowCall } from './scan.ts';

/** Answers a replacement, which is not looked into any further, or undefined to go on into the parts. */
export type Rewrite = (expression: Expression) => Expression | undefined;

/** The expression with every part that `rewrite` replaces replaced, inner queries included. */
export function rewriteExpression(expression: Expression, rewrite: Rewrite): Expression {
  return (
    rewrite(expression) ?? byKind(expressionRules, expression, (part) => rewriteExpression(part, rewrite), rewrite)
  );
}

type Each = (part: Expression) => Expression;

const asIs = <Node extends Expression>(node: Node): Node => node;

const expressionRules: RulesByKind<Expression, [Each, Rewrite], Expression> = {
  literal: asIs,
  parameter: asIs,
  variable: asIs,
  column: asIs,
  part: asIs,
  step: (node, each) => ({ ...node, count: each(node.count) }),
  call: (node, each) => ({ ...node, arguments: node.arguments.map(each) }),
  cast: (node, each) => ({
    ...node,
    operand: each(node.operand),
    ...(node.format === undefined ? {} : { format: each(node.format) }),
    ...(node.timeZone === undefined ? {} : { timeZone: each(node.timeZone) }),
  }),
  struct: (node, each) => ({ ...node, fields: node.fields.map(each) }),
  field: (node, each) => ({ ...node, base: each(node.base) }),
  array: (node, each) => ({ ...node, elements: node.elements.map(each) }),
  case: (node, each) => ({
    ...node,
    branches: node.branches.map(({ when, result }) => ({ when: each(when), result: each(result) })),
    otherwise: each(node.otherwise),
  }),
  logical: (node, each) => ({ ...node, operands: node.operands.map(each) }),
  in: (node, each) => ({ ...node, operand: each(node.operand), items: node.items.map(each) }),
  subquery: (node, each, rewrite) => ({
    ...node,
    query: rewriteQuery(node.query, rewrite),
    ...(node.operand === undefined ? {} : { operand: each(node.operand) }),
  }),
  let: (node, each) => ({
    ...node,
    bindings: node.bindings.map(({ column, value }) => ({ column, value: each(value) })),
    body: each(node.body),
  }),
};

function rewriteQuery(query: QueryTree, rewrite: Rewrite): QueryTree {
  return { ...query, scan: rewriteScan(query.scan, rewrite) };
}

/** An aggregate's call with its parts rewritten. */
function rewriteAggregate<Call extends AggregateCall>(call: Call, rewrite: Rewrite): Call {
  const each = (part: Expression): Expression => rewriteExpression(part, rewrite);
  return {
    ...call,
    arguments: call.arguments.map(each),
    orderBy: rewriteKeys(call.orderBy, rewrite),
    ...(call.having === undefined ? {} : { having: { ...call.having, expression: each(call.having.expression) } }),
    ...(call.filter === undefined ? {} : { filter: each(call.filter) }),
  };
}

/** A window function's call with its parts rewritten. */
export function rewriteWindow(call: WindowCall, rewrite: Rewrite): WindowCall {
  const edge = (e: FrameEdge): FrameEdge =>
    'offset' in e ? { ...e, offset: rewriteExpression(e.offset, rewrite) } : e;
  return {
    ...rewriteAggregate(call, rewrite),
    partitionBy: call.partitionBy.map((part) => rewriteExpression(part, rewrite)),
    windowOrder: rewriteKeys(call.windowOrder, rewrite),
    ...(call.frame === undefined
      ? {}
      : { frame: { ...call.frame, start: edge(call.frame.start), end: edge(call.frame.end) } }),
  };
}

/** Order keys with their expressions rewritten. */
function rewriteKeys(keys: readonly OrderKey[], rewrite: Rewrite): readonly OrderKey[] {
  return keys.map((key) => ({ ...key, expression: rewriteExpression(key.expression, rewrite) }));
}

/** The scan with every expression in it rewritten. */
function rewriteScan(scan: Scan, rewrite: Rewrite): Scan {
  return byKind(
    scanRules,
    scan,
    (part) => rewriteExpression(part, rewrite),
    (inner) => rewriteScan(inner, rewrite),
    rewrite,
  );
}

type EachScan = (inner: Scan) => Scan;

const scanAsIs = <Node extends Scan>(scan: Node): Node => scan;

const scanRules: RulesByKind<Scan, [Each, EachScan, Rewrite], Scan> = {
  singleRow: scanAsIs,
  table: scanAsIs,
  withRef: scanAsIs,
  values: (scan, each) => ({ ...scan, rows: scan.rows.map((row) => row.map(each)) }),
  join: (scan, each, inner) => ({
    ...scan,
    left: inner(scan.left),
    right: inner(scan.right),
    ...(scan.condition === undefined ? {} : { condition: each(scan.condition) }),
  }),
  unnest: (scan, each) => ({ ...scan, array: each(scan.array) }),
  filter: (scan, each, inner) => ({ ...scan, input: inner(scan.input), condition: each(scan.condition) }),
  project: (scan, each, inner) => ({
    ...scan,
    input: inner(scan.input),
    computed: scan.computed.map(({ column, value }) => ({ column, value: each(value) })),
  }),
  aggregate: (scan, each, inner, rewrite) => ({
    ...scan,
    input: inner(scan.input),
    keys: scan.keys.map(({ column, value }) => ({ column, value: each(value) })),
    aggregates: scan.aggregates.map(({ column, call }) => ({ column, call: rewriteAggregate(call, rewrite) })),
  }),
  window: (scan, _each, inner, rewrite) => ({
    ...scan,
    input: inner(scan.input),
    functions: scan.functions.map(({ column, call }) => ({ column, call: rewriteWindow(call, rewrite) })),
  }),
  order: (scan, _each, inner, rewrite) => ({
    ...scan,
    input: inner(scan.input),
    keys: rewriteKeys(scan.keys, rewrite),
  }),
  limit: (scan, _each, inner) => ({ ...scan, input: inner(scan.input) }),
  distinct: (scan, _each, inner) => ({ ...scan, input: inner(scan.input) }),
  sample: (scan, _each, inner) => ({ ...scan, input: inner(scan.input) }),
  set: (scan, _each, inner) => ({ ...scan, inputs: scan.inputs.map((one) => ({ ...one, scan: inner(one.scan) })) }),
  with: (scan, _each, inner, rewrite) => ({
    ...scan,
    tables: scan.tables.map((table) => ({ ...table, query: rewriteQuery(table.query, rewrite) })),
    body: inner(scan.body),
  }),
};

/** Calls `see` for the expression and everything in it. */
export function visitExpression(expression: Expression, see: (part: Expression) => void): void {
  rewriteExpression(expression, (part) => {
    see(part);
    return undefined;
  });
}

/** The same without what is inside the queries of subqueries. */
export function visitOwnExpression(expression: Expression, see: (part: Expression) => void): void {
  rewriteExpression(expression, (part) => {
    see(part);
    if (part.kind !== 'subquery') return undefined;
    if (part.operand !== undefined) visitOwnExpression(part.operand, see);
    return part;
  });
}

/** Calls `see` for every expression of a scan. */
export function visitScan(scan: Scan, see: (part: Expression) => void): void {
  rewriteScan(scan, (part) => {
    see(part);
    return undefined;
  });
}

/** Whether any part of the expression passes the test. */
export function someExpression(expression: Expression, test: (part: Expression) => boolean): boolean {
  let found = false;
  visitExpression(expression, (part) => {
    found ||= test(part);
  });
  return found;
}

export function containsSubquery(expression: Expression): boolean {
  return someExpression(expression, (part) => part.kind === 'subquery');
}

/** Whether computing the expression twice may give two values. */
export function isVolatile(expression: Expression): boolean {
  return someExpression(expression, (part) => part.kind === 'call' && part.definition.volatile === true);
}
