/** Stored tables in FROM. */

import type { Column } from '../tree/expression.ts';
import type { TableScan } from '../tree/scan.ts';
import { MICROS_PER_DAY } from '../values/civil.ts';
import { partitionRange } from '../values/partition.ts';
import { SqlError } from '../syntax/sql-error.ts';
import { blockOf, type Block } from './block.ts';
import { columnName, freshName, type Context } from './context.ts';
import { duckLiteral } from './literal.ts';
import { storageOf, type ComputedRows, type StoredRows } from './storage.ts';
import { quoteText } from './text.ts';
import { duckType } from './types.ts';

/** The table's block: its columns under their names, the partition of a decorator picked out. */
export function emitTable(scan: TableScan, context: Context): Block {
  const storage = storageOf(scan.table);
  return storage.kind === 'stored' ? emitStored(scan, storage, context) : emitComputed(scan, storage, context);
}

function emitStored(scan: TableScan, storage: StoredRows, context: Context): Block {
  const names = new Map<string, string>();
  const columns: Column[] = [];
  for (const { column, source } of scan.columns) {
    if (source.kind !== 'column') continue;
    names.set(storage.columnNames[source.index] ?? '', columnName(column.id));
    columns.push(column);
  }
  const alias = freshName(context, 'x');
  const physical = storage.physicalColumns.map((name) => names.get(name) ?? `${alias}_${name}`);
  const from = `${storage.relation} AS ${alias}(${physical.join(', ')})`;
  const time = storage.partitionTime === undefined ? undefined : `${alias}_${storage.partitionTime}`;
  const computed = new Map<number, string>();
  const computedColumns: Column[] = [];
  const compute = (column: Column, text: string): void => {
    computed.set(column.id, text);
    computedColumns.push(column);
  };
  for (const { column, source } of scan.columns) {
    if (source.kind === 'constant') compute(column, quoteText(source.value));
    if (source.kind === 'pseudo') {
      const text = source.name === '_PARTITIONTIME' ? `${time}` : `CAST(timezone('UTC', ${time}) AS DATE)`;
      compute(column, time === undefined ? `CAST(NULL AS ${duckType(column.type)})` : text);
    }
  }
  if (scan.rowId !== undefined) compute(scan.rowId, `${alias}.rowid`);
  const where = scan.partition === undefined ? [] : [partitionCondition(scan, scan.partition, storage, time)];
  return { ...blockOf(from, columns), computed, computedColumns, where };
}

/** Rows of one partition, as `table$20260801` names it. */
function partitionCondition(scan: TableScan, partition: string, storage: StoredRows, time: string | undefined): string {
  const { partitioning, path } = scan.table;
  if (partitioning === undefined) throw new SqlError(`Table ${path.name} is not partitioned: $${partition}`);
  const range = partitionRange(partition, partitioning);
  if (range === undefined) throw new SqlError(`Invalid partition id ${partition} of table ${path.name}`);
  const column =
    partitioning.kind === 'ingestion'
      ? undefined
      : scan.table.columns.findIndex((one) => one.name.toLowerCase() === partitioning.column.toLowerCase());
  const read = scan.columns.find(({ source }) => source.kind === 'column' && source.index === column)?.column;
  const text = read === undefined ? (time ?? storage.columnNames[0] ?? '') : columnName(read.id);
  if (range.kind === 'null') return `${text} IS NULL`;
  const type = read?.type ?? ({ kind: 'TIMESTAMP' } as const);
  const bound = (value: bigint): string =>
    duckLiteral(type.kind === 'DATE' ? Number(value / MICROS_PER_DAY) : value, type);
  return `${text} >= ${bound(range.start)} AND ${text} < ${bound(range.end)}`;
}

function emitComputed(scan: TableScan, storage: ComputedRows, context: Context): Block {
  const columns = scan.columns.map(({ column }) => column);
  const names = columns.map((column) => columnName(column.id)).join(', ');
  const alias = `${freshName(context, 'x')}(${names})`;
  const { columns: types } = scan.table;
  const rows = storage.rows();
  if (rows.length === 0) {
    const nulls = types.map(({ type }) => `CAST(NULL AS ${duckType(type)})`).join(', ');
    return blockOf(`(SELECT ${nulls} WHERE false) AS ${alias}`, columns);
  }
  const texts = rows.map((row) => `(${types.map(({ type }, i) => duckLiteral(row[i] ?? null, type)).join(', ')})`);
  return blockOf(`(VALUES ${texts.join(', ')}) AS ${alias}`, columns);
}
