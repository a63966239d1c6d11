/** Aggregates and window functions as DuckDB SQL. */

import { SqlError } from '../syntax/sql-error.ts';
import type { AggregateCall } from '../tree/expression.ts';
import type { FrameEdge, WindowCall } from '../tree/scan.ts';
import type { Context } from './context.ts';
import { uncheckedText } from './float-arithmetic.ts';
import { orderText, rangeValue, singleKeyText } from './order.ts';
import { duckType } from './types.ts';

/** An aggregate over the rows of a group. */
export function aggregateText(call: AggregateCall, context: Context): string {
  return callText(call, context, '');
}

/** A function over a window. */
export function windowText(call: WindowCall, context: Context): string {
  const parts: string[] = [];
  if (call.partitionBy.length > 0) {
    parts.push(`PARTITION BY ${call.partitionBy.map((item) => context.emit.expression(item, context)).join(', ')}`);
  }
  if (call.windowOrder.length > 0) parts.push(`ORDER BY ${windowOrderText(call, context)}`);
  if (call.frame !== undefined) {
    const { unit, start, end } = call.frame;
    const edge = unit === 'RANGE' ? rangeEdgeText : edgeText;
    parts.push(`${unit} BETWEEN ${edge(start, context)} AND ${edge(end, context)}`);
  }
  return callText(call, context, ` OVER (${parts.join(' ')})`);
}

function windowOrderText(call: WindowCall, context: Context): string {
  const [key] = call.windowOrder;
  const offsets = call.frame !== undefined && ('offset' in call.frame.start || 'offset' in call.frame.end);
  if (call.frame?.unit === 'RANGE' && offsets && key !== undefined) return singleKeyText(key, context);
  return orderText(call.windowOrder, context);
}

function edgeText(edge: FrameEdge, context: Context): string {
  return 'offset' in edge ? `${context.emit.expression(edge.offset, context)} ${edge.kind}` : edge.kind;
}

function rangeEdgeText(edge: FrameEdge, context: Context): string {
  if (!('offset' in edge)) return edge.kind;
  return `${rangeValue(context.emit.expression(edge.offset, context), edge.offset.type)} ${edge.kind}`;
}

function callText(call: AggregateCall, context: Context, over: string): string {
  const { template } = call.overload;
  const quick = context.session.sums === 'quick' ? template.quick : undefined;
  const { calls, result } = quick ?? template;
  // A sum shows by itself that one of its numbers is not finite.
  const operand = quick === undefined ? context.emit.expression : uncheckedText;
  const texts = call.arguments.map((argument) => operand(argument, context));
  const fill = (text: string): string => text.replaceAll(/\$(\d)/g, (_, n: string) => texts[Number(n) - 1] ?? '');
  const values = calls.map((one) => {
    const text = `${decorate(fill(one), call, texts, context)}${over}`;
    return template.list === true ? cut(text, call, context) : text;
  });
  if (result === undefined) return values[0] ?? 'NULL';
  return fill(result).replaceAll(/#(\d)/g, (_, n: string) => values[Number(n) - 1] ?? 'NULL');
}

/** LIMIT of a list-building aggregate. */
function cut(text: string, call: AggregateCall, context: Context): string {
  if (call.limit === undefined) return text;
  return `nullif((${text})[1:${context.emit.expression(call.limit, context)}], CAST([] AS ${duckType(call.type)}))`;
}

/** Puts DISTINCT, ORDER BY, NULL handling and FILTER into a DuckDB aggregate. */
function decorate(text: string, call: AggregateCall, texts: readonly string[], context: Context): string {
  if (call.having !== undefined) return withHaving(call, texts, context);
  const open = text.indexOf('(') + 1;
  const inner = text.slice(open, -1);
  const distinct = call.distinct && !inner.startsWith('DISTINCT ') && inner !== '*' ? 'DISTINCT ' : '';
  const order = call.orderBy.length === 0 ? '' : ` ORDER BY ${orderText(call.orderBy, context)}`;
  const native = call.definition.kind === 'window' && call.overload.template.skipNulls !== true;
  const nulls = call.nulls !== undefined && native ? ` ${call.nulls} NULLS` : '';
  return `${text.slice(0, open)}${distinct}${inner}${order}${nulls})${filterText(call, texts, context)}`;
}

function filterText(call: AggregateCall, texts: readonly string[], context: Context): string {
  const conditions: string[] = [];
  const [first] = texts;
  const { skipNulls } = call.overload.template;
  const byDefault = skipNulls === true && call.nulls !== 'RESPECT';
  const skips = byDefault || (call.nulls === 'IGNORE' && call.definition.kind === 'aggregate');
  if (skips && first !== undefined) conditions.push(`${first} IS NOT NULL`);
  if (call.filter !== undefined) conditions.push(context.emit.expression(call.filter, context));
  return conditions.length === 0 ? '' : ` FILTER (WHERE ${conditions.join(' AND ')})`;
}

/** `HAVING MAX key`: only rows with the greatest key count. */
function withHaving(call: AggregateCall, [value]: readonly string[], context: Context): string {
  const { having } = call;
  if (having === undefined || call.definition.name !== 'ANY_VALUE' || value === undefined) {
    throw new SqlError(
      `HAVING MAX and HAVING MIN in ${call.definition.name} are not supported locally`,
      undefined,
      'notImplemented',
    );
  }
  const key = context.emit.expression(having.expression, context);
  return `arg_${having.extreme.toLowerCase()}_null(${value}, ${key})${filterText(call, [value], context)}`;
}
