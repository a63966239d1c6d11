/** Aggregation as SELECT blocks: keys, grouping sets, and aggregates over some rows of their group. */

import { SqlError } from '../syntax/sql-error.ts';
import { callExpressions } from '../tree/children.ts';
import type { AggregateCall, Column, Expression } from '../tree/expression.ts';
import type { AggregateScan } from '../tree/scan.ts';
import { INT64 } from '../types/sql-type.ts';
import { aggregateText, extremeOfGroup } from './aggregate.ts';
import { blockOf, withComputed, wrapped, type Block } from './block.ts';
import { columnName, freshName, newColumnId, type Context } from './context.ts';
import { countedSets, maskOf } from './grouping-sets.ts';

/** The expressions over the rows of the input. */
export function usesOfAggregate({ keys, aggregates }: AggregateScan): readonly Expression[] {
  return [...keys.map(({ value }) => value), ...aggregates.flatMap(({ call }) => callExpressions(call))];
}

/** The groups of the rows of `plain`, whose columns all have names that expressions can use. */
export function emitAggregate(scan: AggregateScan, plain: Block, context: Context): Block {
  const { input, conditions } = withExtremes(plain, scan, context);
  const keyed = scan.groupingSets === undefined ? input : wrapped(withKeys(input, scan, context), context);
  const items = new Map<number, string>();
  for (const { column, value } of scan.keys) {
    items.set(
      column.id,
      scan.groupingSets === undefined ? context.emit.expression(value, context) : columnName(column.id),
    );
  }
  for (const { column, call } of scan.aggregates) {
    items.set(column.id, aggregateText(call, context, conditions.get(column.id)));
  }
  for (const { column, key } of scan.groupings) {
    const name = columnName(scan.keys[key]?.column.id ?? 0);
    items.set(column.id, scan.groupingSets === undefined ? '0::BIGINT' : `CAST(grouping(${name}) AS BIGINT)`);
  }
  const computedColumns = [...scan.keys, ...scan.aggregates, ...scan.groupings].map(({ column }) => column);
  const block: Block = { ...keyed, base: [], computed: items, computedColumns, groupBy: groupText(scan, items) };
  if (scan.groupingSets !== undefined) return repeated(block, scan, context);
  if (block.groupBy !== '') return wrapped(block, context);
  // Without keys there is one group; without aggregates DuckDB would not see that.
  return wrapped({ ...block, groupBy: scan.aggregates.length === 0 ? 'HAVING count(*) >= 0' : ' ' }, context);
}

/** The rows with the greatest and least keys of their groups, and the condition of each aggregate that looks at them. */
function withExtremes(
  input: Block,
  scan: AggregateScan,
  context: Context,
): { readonly input: Block; readonly conditions: ReadonlyMap<number, string> } {
  const keys = scan.keys.map(({ value }) => context.emit.expression(value, context));
  const conditions = new Map<number, string>();
  const added: (readonly [Column, string])[] = [];
  for (const { column, call } of scan.aggregates) {
    const found = extremeOfGroup(call, keys, context);
    if (found === undefined) continue;
    if (scan.groupingSets !== undefined) throw extremeOfSets(call);
    const extreme: Column = { id: newColumnId(context), name: '', type: call.having?.expression.type ?? column.type };
    added.push([extreme, found.extreme]);
    conditions.set(column.id, `${found.key} = ${columnName(extreme.id)}`);
  }
  if (added.length === 0) return { input, conditions };
  return { input: wrapped(withComputed(input, added), context), conditions };
}

function extremeOfSets({ definition }: AggregateCall): SqlError {
  return new SqlError(
    `HAVING MAX and HAVING MIN in ${definition.name} over grouping sets are not supported locally`,
    undefined,
    'notImplemented',
  );
}

/** Keys as columns of their own, which grouping sets name. */
function withKeys(input: Block, scan: AggregateScan, context: Context): Block {
  return withComputed(
    input,
    scan.keys.map(({ column, value }) => [column, context.emit.expression(value, context)]),
  );
}

/** Grouping sets that are there several times are computed once, and their rows repeated. */
function repeated(block: Block, scan: AggregateScan, context: Context): Block {
  const counts = countedSets(scan);
  if ([...counts.values()].every(({ times }) => times === 1)) return wrapped(block, context);
  const times: Column = { id: newColumnId(context), name: '', type: INT64 };
  const names = scan.keys.map(({ column }) => columnName(column.id));
  const cases = [...counts.values()].map(({ set, times: n }) => `WHEN ${maskOf(set, names.length)} THEN ${n}`);
  const text = `CASE grouping(${names.join(', ')}) ${cases.join(' ')} END`;
  const inner = wrapped(withComputed(block, [[times, text]]), context);
  const turns = `(SELECT unnest(range(CAST(${columnName(times.id)} AS BIGINT)))) AS ${freshName(context, 'x')}`;
  return blockOf(`${inner.from} CROSS JOIN LATERAL ${turns}`, block.computedColumns);
}

function groupText(scan: AggregateScan, items: ReadonlyMap<number, string>): string {
  if (scan.groupingSets !== undefined) {
    const sets = [...countedSets(scan).values()].map(
      ({ set }) => `(${set.map((key) => columnName(scan.keys[key]?.column.id ?? 0)).join(', ')})`,
    );
    return `GROUP BY GROUPING SETS (${sets.join(', ')})`;
  }
  if (scan.keys.length === 0) return '';
  return `GROUP BY ${scan.keys.map(({ column }) => groupable(items.get(column.id) ?? '')).join(', ')}`;
}

/** A bare constant would be an ordinal, or refused. */
function groupable(text: string): string {
  return /^[A-Za-z_]\w*$/.test(text) ? text : `(${text})`;
}
