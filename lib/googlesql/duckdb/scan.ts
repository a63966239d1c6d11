/** Scans as SELECT blocks: one rule for each kind of scan. */

import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import { SqlError } from '../syntax/sql-error.ts';
import { windowExpressions } from '../tree/children.ts';
import type { Expression } from '../tree/expression.ts';
import type {
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
import { emitAggregate, usesOfAggregate } from './aggregate-scan.ts';
import { blockOf, columnsOf, isOpen, renderOwn, renderPositions, withComputed, wrapped, type Block } from './block.ts';
import { columnName, countParts, freshName, type Context } from './context.ts';
import { orderText } from './order.ts';
import { emitTable } from './table.ts';
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
  aggregate: (scan, context) => emitAggregate(scan, plainBlock(scan.input, context, usesOfAggregate(scan)), context),
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
  return withComputed(
    block,
    scan.computed.map(({ column, value }) => [column, context.emit.expression(value, context)]),
  );
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

function emitWindow(scan: WindowScan, context: Context): Block {
  countParts(context, 'windows', scan.functions.length);
  const uses = scan.functions.flatMap(({ call }) => windowExpressions(call));
  const block = plainBlock(scan.input, context, uses);
  const texts = scan.functions.map(({ column, call }) => [column, windowText(call, context)] as const);
  return wrapped(withComputed(block, texts), context);
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
