/** A SELECT being put together: scans are stacked into one block for as long as SQL's clause order allows. */

import type { Column } from '../tree/expression.ts';
import { columnName, freshName, type Context } from './context.ts';

/** One SELECT in pieces. */
export interface Block {
  /** The FROM clause, or empty. */
  readonly from: string;
  /** Columns that FROM brings, under their names. */
  readonly base: readonly Column[];
  /** Columns computed in the SELECT list. */
  readonly computed: ReadonlyMap<number, string>;
  readonly computedColumns: readonly Column[];
  readonly where: readonly string[];
  readonly groupBy: string;
  readonly orderBy: string;
  readonly limit: string;
  readonly distinct: boolean;
}

/** A block of a FROM clause alone. */
export function blockOf(from: string, base: readonly Column[]): Block {
  return {
    from,
    base,
    computed: new Map(),
    computedColumns: [],
    where: [],
    groupBy: '',
    orderBy: '',
    limit: '',
    distinct: false,
  };
}

/** All columns of the block's rows. */
export function columnsOf(block: Block): readonly Column[] {
  return [...block.base, ...block.computedColumns];
}

/** Whether nothing stands behind FROM and WHERE yet. */
export function isOpen(block: Block): boolean {
  return block.groupBy === '' && block.orderBy === '' && block.limit === '' && !block.distinct;
}

/** Whether the block is its FROM clause and nothing else. */
function isBare(block: Block): boolean {
  return isOpen(block) && block.where.length === 0 && block.computed.size === 0 && block.from !== '';
}

/** The block as `SELECT …`, with just the given columns in their order, each under the given name. */
function renderBlock(block: Block, outputs: readonly { readonly column: Column; readonly name: string }[]): string {
  const items = outputs.map(({ column, name }) => {
    const text = block.computed.get(column.id) ?? columnName(column.id);
    return text === name ? text : `${text} AS ${name}`;
  });
  const parts = [`SELECT ${block.distinct ? 'DISTINCT ' : ''}${items.length === 0 ? 'NULL' : items.join(', ')}`];
  if (block.from !== '') parts.push(`FROM ${block.from}`);
  if (block.where.length > 0) parts.push(`WHERE ${block.where.join(' AND ')}`);
  if (block.groupBy !== '') parts.push(block.groupBy);
  if (block.orderBy !== '') parts.push(`ORDER BY ${block.orderBy}`);
  if (block.limit !== '') parts.push(block.limit);
  return parts.join(' ');
}

/** The block as `SELECT …` under the columns' own names. */
export function renderOwn(block: Block, columns: readonly Column[] = columnsOf(block)): string {
  return renderBlock(
    block,
    columns.map((column) => ({ column, name: columnName(column.id) })),
  );
}

/** The block as `SELECT …` under positions: `o0`, `o1`; the same column may stand there twice. */
export function renderPositions(block: Block, columns: readonly Column[]): string {
  return renderBlock(
    block,
    columns.map((column, i) => ({ column, name: `o${i}` })),
  );
}

/** The block behind parentheses, unless it is nothing but its FROM. */
export function wrapped(block: Block, context: Context): Block {
  return isBare(block) ? block : blockOf(`(${renderOwn(block)}) AS ${freshName(context, 'x')}`, columnsOf(block));
}

/** The block with more columns, each by what it is computed from. */
export function withComputed(block: Block, added: readonly (readonly [Column, string])[]): Block {
  return {
    ...block,
    computed: new Map([...block.computed, ...added.map(([{ id }, text]) => [id, text] as const)]),
    computedColumns: [...block.computedColumns, ...added.map(([column]) => column)],
  };
}
