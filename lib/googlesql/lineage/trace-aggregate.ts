/** Where aggregates and window functions come from. */

import type { AggregateDefinition } from '../functions/definition.ts';
import type { AggregateCall, OrderKey } from '../tree/expression.ts';
import type { FrameEdge, WindowCall } from '../tree/scan.ts';
import { hasFields, mergeOrigins, stepped, type Origin, type Reach } from './origin.ts';
import { collect, deciding, traceExpression } from './trace-expression.ts';
import type { Tracing } from './tracing.ts';
import { ways, type Way } from './ways.ts';

/** An aggregate over the rows of a group. */
export function traceAggregate(call: AggregateCall, tracing: Tracing): Origin {
  return deciding(traceArguments(call, tracing), (into) => {
    collectKeys(call.orderBy, ways.order, into, tracing);
    if (call.having !== undefined) collect(call.having.expression, ways.condition, into, tracing);
    if (call.filter !== undefined) collect(call.filter, ways.filter, into, tracing);
  });
}

/** A function over a window of rows. */
export function traceWindow(call: WindowCall, tracing: Tracing): Origin {
  return deciding(traceAggregate(call, tracing), (into) => {
    for (const part of call.partitionBy) collect(part, ways.window, into, tracing);
    collectKeys(call.windowOrder, ways.window, into, tracing);
    collectEdge(call.frame?.start, into, tracing);
    collectEdge(call.frame?.end, into, tracing);
  });
}

/** Adds the values that rows are ordered by. */
export function collectKeys(keys: readonly OrderKey[], way: Way, into: Reach, tracing: Tracing): void {
  for (const { expression } of keys) collect(expression, way, into, tracing);
}

function collectEdge(edge: FrameEdge | undefined, into: Reach, tracing: Tracing): void {
  if (edge !== undefined && 'offset' in edge) collect(edge.offset, ways.window, into, tracing);
}

function traceArguments(call: AggregateCall, tracing: Tracing): Origin {
  const { definition, type } = call;
  const decides = (i: number): boolean => definition.conditions?.includes(i) === true;
  const way = valueWay(definition);
  const reach: Reach = new Map();
  const passed: Origin[] = [];
  for (const [i, argument] of call.arguments.entries()) {
    if (decides(i)) collect(argument, ways.condition, reach, tracing);
    else if (definition.passesThrough === true && hasFields(type)) {
      passed.push(stepped(traceExpression(argument, tracing), way));
    } else collect(argument, way, reach, tracing);
  }
  return passed.length === 0 ? { reach } : mergeOrigins([...passed, { reach }], type);
}

/**
 * LAG and its like hand on the value of another row as it is; everything else makes one of many. What is not known to combine or to
 * count is taken to show its values.
 */
function valueWay({ kind, passesThrough, counts, combines }: AggregateDefinition): Way {
  if (counts === true) return ways.counted;
  if (combines === true) return ways.combined;
  return kind === 'window' && passesThrough === true ? ways.identity : ways.aggregated;
}
