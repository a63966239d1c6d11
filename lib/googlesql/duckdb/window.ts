/** Functions over windows as DuckDB SQL. */

import type { OrderKey } from '../tree/expression.ts';
import type { FrameEdge, WindowCall, WindowFrame } from '../tree/scan.ts';
import { callText } from './aggregate.ts';
import type { Context } from './context.ts';
import { orderText, rangeValue, singleKeyText } from './order.ts';

/** A function over a window. */
export function windowText(call: WindowCall, context: Context): string {
  const { frame, windowOrder } = call;
  const [key] = windowOrder;
  if (frame === undefined || key === undefined || !isRangeOfOffsets(frame)) {
    return over(call, context, { partition: [], order: orderText(windowOrder, context), frame });
  }
  if (key.expression.type.kind === 'FLOAT64') return floatRangeText(call, key, frame, context);
  return over(call, context, { partition: [], order: singleKeyText(key, context), frame });
}

interface Window {
  /** Keys beside those of the call. */
  readonly partition: readonly string[];
  readonly order: string;
  readonly frame: WindowFrame | undefined;
}

function over(call: WindowCall, context: Context, { partition, order, frame }: Window): string {
  const keys = [...call.partitionBy.map((item) => context.emit.expression(item, context)), ...partition];
  const parts = [
    ...(keys.length === 0 ? [] : [`PARTITION BY ${keys.join(', ')}`]),
    ...(order === '' ? [] : [`ORDER BY ${order}`]),
    ...(frame === undefined ? [] : [frameText(frame, context)]),
  ];
  return callText(call, context, { over: ` OVER (${parts.join(' ')})` });
}

const hasOffset = (edge: FrameEdge): boolean => 'offset' in edge;

function isRangeOfOffsets({ unit, start, end }: WindowFrame): boolean {
  return unit === 'RANGE' && (hasOffset(start) || hasOffset(end));
}

function frameText({ unit, start, end }: WindowFrame, context: Context): string {
  const edge = unit === 'RANGE' ? rangeEdgeText : edgeText;
  return `${unit} BETWEEN ${edge(start, context)} AND ${edge(end, context)}`;
}

function edgeText(edge: FrameEdge, context: Context): string {
  return 'offset' in edge ? `${context.emit.expression(edge.offset, context)} ${edge.kind}` : edge.kind;
}

function rangeEdgeText(edge: FrameEdge, context: Context): string {
  if (!('offset' in edge)) return edge.kind;
  return `${rangeValue(context.emit.expression(edge.offset, context), edge.offset.type)} ${edge.kind}`;
}

/**
 * A RANGE frame of offsets over doubles. NaN stands between NULL and -inf, at no distance from anything: for rows of NaN
 * and of NULL an offset reaches their like, and they are in the frames of others only where these have no bound. DuckDB
 * has NaN above all numbers, so rows of the two kinds get a window of their own.
 */
function floatRangeText(call: WindowCall, key: OrderKey, frame: WindowFrame, context: Context): string {
  const text = context.emit.expression(key.expression, context);
  const direction = `${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`;
  const toNaN = key.descending ? frame.end : frame.start;
  const numbers = over(
    call,
    context,
    toNaN.kind.startsWith('UNBOUNDED')
      ? {
          partition: [],
          order: `(CASE WHEN isnan(${text}) THEN CAST('-inf' AS DOUBLE) ELSE ${text} END) ${direction}`,
          frame,
        }
      : { partition: [`coalesce(isnan(${text}), false)`], order: `(${text} + 0) ${direction}`, frame },
  );
  const others = over(call, context, {
    partition: [],
    order: `(${text} IS NULL) ${key.nullsFirst ? 'DESC' : 'ASC'}, (isnan(${text})) ${key.descending ? 'ASC' : 'DESC'}`,
    frame: { unit: 'RANGE', start: withoutOffset(frame.start), end: withoutOffset(frame.end) },
  });
  return `(CASE WHEN ${text} IS NULL OR isnan(${text}) THEN ${others} ELSE ${numbers} END)`;
}

function withoutOffset(edge: FrameEdge): FrameEdge {
  return 'offset' in edge ? { kind: 'CURRENT ROW' } : edge;
}
