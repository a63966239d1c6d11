/** Scans as SELECT blocks: one rule for each kind of scan. */

import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import { SqlError } from '../syntax/sql-error.ts';
import { callExpressions, windowExpressions } from '../tree/children.ts';
import type { AggregateCall, Column, Expression } from '../tree/expression.ts';
import type {
  AggregateScan,
  FilterScan,
  JoinScan,
  OrderScan,
  ProjectScan,
  Scan,
  SetScan,
  UnnestScan,
  ValuesScan,
  WindowScan,
} from '../tree/scan.ts';
import { visitExpression } from '../tree/walk.ts';
import { aggregateText, extremeOfGroup } from './aggregate.ts';
import { blockOf, columnsOf, isOpen, renderOwn, renderPositions, wrap, type Block } from './block.ts';
import { columnName, countParts, freshName, newColumnId, type Context } from './context.ts';
import { countedSets, maskOf } from './grouping-sets.ts';
import { orderText } from './order.ts';
import { emitTable } from './table.ts';
import { INT64 } from '../types/sql-type.ts';
import { duckType } from './types.ts';
import { windowText } from './window.ts';
import { emitWith } from './with.ts';

/** The scan's block. */
export function emitScan(scan: Scan, context: Context): Block {
  return byKind(rules, scan, context);
}

const rules: RulesByKind<Scan, [Context], Block> = {
  singleRow: () => blockOf('', []),
  table: emitTable,
  values: emitValues,
  join: emitJoin,
  unnest: emitUnnest,
  filter: emitFilter,
  project: emitProject,
  aggregate: emitAggregate,
  window: emitWindow,
  distinct: (scan, context) => {
    const inner = wrapped(emitScan(scan.input, context), context);
    const columns = [...new Map(scan.columns.map((column) => [column.id, column])).values()];
    return wrapped({ ...inner, base: columns, distinct: true }, context);
  },
  order: emitOrder,
  limit: (scan, context) => {
    const inner = emitScan(scan.input, context);
    const block = inner.limit === '' ? inner : wrapped(inner, context);
    const offset = scan.offset === undefined ? '' : ` OFFSET ${context.emit.expression(scan.offset, context)}`;
    return { ...block, limit: `LIMIT ${context.emit.expression(scan.count, context)}${offset}` };
  },
  set: emitSet,
  with: (scan, context) => emitWith(scan, context, emitScan),
  withRef: (scan, context) => {
    const names = scan.columns.map((column) => columnName(column.id)).join(', ');
    return blockOf(`w${scan.id} AS ${freshName(context, 'x')}(${names})`, scan.columns);
  },
  sample: (scan, context) => {
    const inner = wrapped(emitScan(scan.input, context), context);
    const size = sampleSize(scan.size, context);
    const unit = scan.unit === 'PERCENT' ? `(${size} PERCENT)` : `(${size} ROWS)`;
    return { ...inner, from: `(${renderOwn(inner)} USING SAMPLE ${unit}) AS ${freshName(context, 'x')}` };
  },
};

/** How much to sample; DuckDB takes nothing but a number here. */
function sampleSize(size: Expression, { session }: Context): string {
  const value =
    size.kind === 'literal'
      ? size.value
      : size.kind === 'parameter'
        ? session.parameters.get(size.key)?.value
        : size.kind === 'variable'
          ? session.variables.get(size.name)?.value
          : undefined;
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  throw new SqlError('TABLESAMPLE needs a number that is a literal, a parameter or a variable');
}

/** The block behind parentheses, unless it is nothing but its FROM. */
function wrapped(block: Block, context: Context): Block {
  return wrap(block, freshName(context, 'x'));
}

/** A block whose rows' columns all have names that expressions can use: nothing computed, nothing grouped or cut. */
function plainBlock(scan: Scan, context: Context, uses: readonly Expression[]): Block {
  const block = emitScan(scan, context);
  return isOpen(block) && !uses.some((use) => usesComputed(use, block)) ? block : wrapped(block, context);
}

function usesComputed(expression: Expression, block: Block): boolean {
  if (block.computed.size === 0) return false;
  let found = false;
  visitExpression(expression, (part) => {
    if (part.kind === 'column' && block.computed.has(part.column.id)) found = true;
  });
  return found;
}

function emitValues(scan: ValuesScan, context: Context): Block {
  const names = scan.columns.map((column) => columnName(column.id)).join(', ');
  const alias = `${freshName(context, 'x')}(${names})`;
  if (scan.rows.length === 0) {
    const nulls = scan.columns.map((column) => `CAST(NULL AS ${duckType(column.type)})`).join(', ');
    return blockOf(`(SELECT ${nulls} WHERE false) AS ${alias}`, scan.columns);
  }
  const rows = scan.rows.map((row) => `(${row.map((value) => context.emit.expression(value, context)).join(', ')})`);
  return blockOf(`(VALUES ${rows.join(', ')}) AS ${alias}`, scan.columns);
}

function emitUnnest(scan: UnnestScan, context: Context): Block {
  const array = context.emit.expression(scan.array, context);
  const element = columnName(scan.element.id);
  const alias = freshName(context, 'x');
  if (scan.offset === undefined) return blockOf(`(SELECT unnest(${array}) AS ${element}) AS ${alias}`, [scan.element]);
  const text = `(SELECT unnest(${array}) AS ${element}, unnest(range(len(${array}))) AS ${columnName(scan.offset.id)}) AS ${alias}`;
  return blockOf(text, [scan.element, scan.offset]);
}

function emitFilter(scan: FilterScan, context: Context): Block {
  const block = plainBlock(scan.input, context, [scan.condition]);
  return { ...block, where: [...block.where, context.emit.expression(scan.condition, context)] };
}

function emitProject(scan: ProjectScan, context: Context): Block {
  const block = plainBlock(
    scan.input,
    context,
    scan.computed.map(({ value }) => value),
  );
  const computed = scan.computed.map(
    ({ column, value }) => [column.id, context.emit.expression(value, context)] as const,
  );
  return {
    ...block,
    computed: new Map([...block.computed, ...computed]),
    computedColumns: [...block.computedColumns, ...scan.computed.map(({ column }) => column)],
  };
}

function emitJoin(scan: JoinScan, context: Context): Block {
  const left = wrapped(emitScan(scan.left, context), context);
  const right = wrapped(emitScan(scan.right, context), context);
  const columns = [...columnsOf(left), ...columnsOf(right)];
  const leftText = left.from === '' ? `(SELECT 1) AS ${freshName(context, 'x')}` : left.from;
  const rightText = scan.lateral ? `LATERAL ${lateralText(right, context)}` : joinable(right, context);
  if (scan.join === 'CROSS') return blockOf(`${leftText} CROSS JOIN ${rightText}`, columns);
  const condition = scan.condition === undefined ? 'true' : context.emit.expression(scan.condition, context);
  return blockOf(`${leftText} ${scan.join} JOIN ${rightText} ON ${condition}`, columns);
}

/** The right side of a join: something that is itself a join goes into parentheses. */
function joinable(block: Block, context: Context): string {
  return block.from.includes(' JOIN ') ? `(${renderOwn(block)}) AS ${freshName(context, 'x')}` : block.from;
}

function lateralText(block: Block, context: Context): string {
  return block.from.startsWith('(') && !block.from.includes(' JOIN ')
    ? block.from
    : `(${renderOwn(block)}) AS ${freshName(context, 'x')}`;
}

function emitAggregate(scan: AggregateScan, context: Context): Block {
  const uses = [
    ...scan.keys.map(({ value }) => value),
    ...scan.aggregates.flatMap(({ call }) => callExpressions(call)),
  ];
  const { input, conditions } = withExtremes(plainBlock(scan.input, context, uses), scan, context);
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
  const added: { readonly column: Column; readonly text: string }[] = [];
  for (const { column, call } of scan.aggregates) {
    const found = extremeOfGroup(call, keys, context);
    if (found === undefined) continue;
    if (scan.groupingSets !== undefined) throw extremeOfSets(call);
    const extreme: Column = { id: newColumnId(context), name: '', type: call.having?.expression.type ?? column.type };
    added.push({ column: extreme, text: found.extreme });
    conditions.set(column.id, `${found.key} = ${columnName(extreme.id)}`);
  }
  if (added.length === 0) return { input, conditions };
  const merged: Block = {
    ...input,
    computed: new Map([...input.computed, ...added.map(({ column, text }) => [column.id, text] as const)]),
    computedColumns: [...input.computedColumns, ...added.map(({ column }) => column)],
  };
  return { input: wrapped(merged, context), conditions };
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
  const computed = scan.keys.map(({ column, value }) => [column.id, context.emit.expression(value, context)] as const);
  return {
    ...input,
    computed: new Map([...input.computed, ...computed]),
    computedColumns: [...input.computedColumns, ...scan.keys.map(({ column }) => column)],
  };
}

/** Grouping sets that are there several times are computed once, and their rows repeated. */
function repeated(block: Block, scan: AggregateScan, context: Context): Block {
  const counts = countedSets(scan);
  if ([...counts.values()].every(({ times }) => times === 1)) return wrapped(block, context);
  const times: Column = { id: newColumnId(context), name: '', type: INT64 };
  const names = scan.keys.map(({ column }) => columnName(column.id));
  const cases = [...counts.values()].map(({ set, times: n }) => `WHEN ${maskOf(set, names.length)} THEN ${n}`);
  const text = `CASE grouping(${names.join(', ')}) ${cases.join(' ')} END`;
  const inner = wrapped(
    {
      ...block,
      computed: new Map([...block.computed, [times.id, text]]),
      computedColumns: [...block.computedColumns, times],
    },
    context,
  );
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

function emitWindow(scan: WindowScan, context: Context): Block {
  countParts(context, 'windows', scan.functions.length);
  const uses = scan.functions.flatMap(({ call }) => windowExpressions(call));
  const block = plainBlock(scan.input, context, uses);
  const computed = scan.functions.map(({ column, call }) => [column.id, windowText(call, context)] as const);
  const merged: Block = {
    ...block,
    computed: new Map([...block.computed, ...computed]),
    computedColumns: [...block.computedColumns, ...scan.functions.map(({ column }) => column)],
  };
  return wrapped(merged, context);
}

function emitOrder(scan: OrderScan, context: Context): Block {
  const inner = emitScan(scan.input, context);
  const usesOwn = scan.keys.some((key) => usesComputed(key.expression, inner) || inner.distinct);
  const block = inner.orderBy !== '' || inner.limit !== '' || usesOwn ? wrapped(inner, context) : inner;
  return { ...block, orderBy: orderText(scan.keys, context) };
}

function emitSet(scan: SetScan, context: Context): Block {
  countParts(context, 'inputs', scan.inputs.length);
  const operator = scan.operator === 'UNION' && !scan.distinct ? 'UNION ALL' : scan.operator;
  const inputs = scan.inputs.map((input) => `(${renderPositions(emitScan(input.scan, context), input.columns)})`);
  const names = scan.columns.map((column) => columnName(column.id)).join(', ');
  const [first] = inputs;
  if (first === undefined) throw new SqlError('A set operation has no inputs');
  return blockOf(`(${inputs.join(` ${operator} `)}) AS ${freshName(context, 'x')}(${names})`, scan.columns);
}
