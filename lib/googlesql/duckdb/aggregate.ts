/** Aggregates and window functions as DuckDB SQL. */

import type { AggregateCall } from '../tree/expression.ts';
import type { Context } from './context.ts';
import { uncheckedText } from './float-arithmetic.ts';
import { orderText } from './order.ts';
import { duckType } from './types.ts';

/** An aggregate over the rows of a group, or over those of them that meet a condition beside its own. */
export function aggregateText(call: AggregateCall, context: Context, condition?: string): string {
  return callText(call, context, { over: '', ...(condition === undefined ? {} : { condition }) });
}

/** What stands behind a DuckDB aggregate: OVER, empty or with a blank before it, and a condition of its rows. */
interface Surroundings {
  readonly over: string;
  readonly condition?: string;
}

/**
 * The greatest or least key of a group's rows under HAVING MAX or HAVING MIN, as a window over the rows before grouping:
 * rows with another key do not count. ANY_VALUE has a DuckDB aggregate for that; undefined for it and for calls without.
 */
export function extremeOfGroup(
  call: AggregateCall,
  keys: readonly string[],
  context: Context,
): { readonly key: string; readonly extreme: string } | undefined {
  const { having, definition, filter } = call;
  if (having === undefined || definition.name === 'ANY_VALUE') return undefined;
  const key = context.emit.expression(having.expression, context);
  const where = filter === undefined ? '' : ` FILTER (WHERE ${context.emit.expression(filter, context)})`;
  const over = `${where} OVER (${keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')}`})`;
  const extreme = `${having.extreme.toLowerCase()}(${key})${over}`;
  if (having.expression.type.kind !== 'FLOAT64') return { key, extreme };
  // MAX and MIN of rows with NaN are NaN, which equals nothing.
  return { key, extreme: `CASE WHEN bool_or(isnan(${key}))${over} THEN NULL ELSE ${extreme} END` };
}

/** The call with what surrounds each DuckDB aggregate that it is made of. */
export function callText(call: AggregateCall, context: Context, around: Surroundings): string {
  const { template } = call.overload;
  const quick = context.session.sums === 'quick' ? template.quick : undefined;
  const { calls, result } = quick ?? template;
  // A sum shows by itself that one of its numbers is not finite.
  const operand = quick === undefined ? context.emit.expression : uncheckedText;
  const texts = call.arguments.map((argument) => operand(argument, context));
  const fill = (text: string): string => text.replaceAll(/\$(\d)/g, (_, n: string) => texts[Number(n) - 1] ?? '');
  const values = calls.map((one) => {
    const text = `${decorate(fill(one), { call, texts, around }, context)}${around.over}`;
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

/** A call with its arguments' texts. */
interface Written {
  readonly call: AggregateCall;
  readonly texts: readonly string[];
  readonly around: Surroundings;
}

/** Puts DISTINCT, ORDER BY, NULL handling and FILTER into a DuckDB aggregate. */
function decorate(text: string, written: Written, context: Context): string {
  const { call } = written;
  if (call.having !== undefined && call.definition.name === 'ANY_VALUE') return withHaving(written, context);
  const open = text.indexOf('(') + 1;
  const inner = text.slice(open, -1);
  const distinct = call.distinct && !inner.startsWith('DISTINCT ') && inner !== '*' ? 'DISTINCT ' : '';
  const order = call.orderBy.length === 0 ? '' : ` ORDER BY ${orderText(call.orderBy, context)}`;
  const native = call.definition.kind === 'window' && call.overload.template.skipNulls !== true;
  const nulls = call.nulls !== undefined && native ? ` ${call.nulls} NULLS` : '';
  return `${text.slice(0, open)}${distinct}${inner}${order}${nulls})${filterText(written, context)}`;
}

function filterText({ call, texts, around }: Written, context: Context): string {
  const conditions: string[] = around.condition === undefined ? [] : [around.condition];
  const [first] = texts;
  const { skipNulls } = call.overload.template;
  const byDefault = skipNulls === true && call.nulls !== 'RESPECT';
  const skips = byDefault || (call.nulls === 'IGNORE' && call.definition.kind === 'aggregate');
  if (skips && first !== undefined) conditions.push(`${first} IS NOT NULL`);
  if (call.filter !== undefined) conditions.push(context.emit.expression(call.filter, context));
  return conditions.length === 0 ? '' : ` FILTER (WHERE ${conditions.join(' AND ')})`;
}

/** ANY_VALUE of the rows with the greatest or least key. */
function withHaving(written: Written, context: Context): string {
  const { having } = written.call;
  if (having === undefined) throw new Error('the call has HAVING');
  const key = context.emit.expression(having.expression, context);
  return `arg_${having.extreme.toLowerCase()}_null(${written.texts[0] ?? 'NULL'}, ${key})${filterText(written, context)}`;
}
