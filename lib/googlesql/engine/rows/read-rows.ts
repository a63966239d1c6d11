/** Reads pages of rows: of kept results, and of tables and their partitions. */

import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlValue } from '../../values/sql-value.ts';
import type { RestField } from '../../types/rest-schema.ts';
import type { TableRef } from '../definitions.ts';
import { failure } from '../failure.ts';
import { getTableRecord } from '../objects/tables.ts';
import type { ReadRowsOptions, RowSource, RowsPage } from '../requests.ts';
import type { EngineState } from '../state.ts';
import { streamedRows } from '../storage/chunk-rows.ts';
import { inTransaction } from '../storage/database.ts';
import { physicalColumn, relationName, tableText } from '../storage/records.ts';
import { rowWriter } from './cell-json.ts';
import { splitDecorator } from './partition-decorator.ts';
import { partitionCondition } from './partition-rows.ts';
import { selectFields, type SelectedColumn } from './selected-fields.ts';

/** Largest page, bytes of JSON. Source: BigQuery, "Paging through results". */
const MAX_PAGE_BYTES = 10 * 1024 * 1024;

/** Values of the selected columns, row by row. */
type Rows = AsyncIterable<readonly SqlValue[]> | Iterable<readonly SqlValue[]>;

/** A page. Throws `notFound`, or `invalid` for a view. */
export async function readRows(
  state: EngineState,
  source: RowSource,
  options: ReadRowsOptions,
  nowMs: number,
): Promise<RowsPage> {
  return source.kind === 'result'
    ? readResult(state, source.resultId, options)
    : state.retired.reading(() => readTable(state, source.table, options, nowMs));
}

async function readResult(state: EngineState, resultId: string, options: ReadRowsOptions): Promise<RowsPage> {
  const { schema, rows, totalRows } = state.results.get(resultId);
  const columns = selectFields(schema.fields, options.selectedFields);
  const { offset, maxRows } = options;
  if (rows.kind === 'values') {
    const picked = rows.rows
      .slice(offset, offset + maxRows)
      .map((row) => columns.map(({ index }) => row[index] ?? null));
    return page(picked, columns, totalRows, options);
  }
  const names = columns.map(({ index }) => `o${index}`).join(', ');
  const last = offset + maxRows;
  const sql = `SELECT ${names} FROM ${rows.relation} WHERE rowid >= ${offset} AND rowid < ${last} ORDER BY rowid`;
  const expected = { sql, rows: Math.min(maxRows, Math.max(0, totalRows - offset)) };
  return state.database.withConnection((connection) =>
    page(streamedRows(connection, expected), columns, totalRows, options),
  );
}

async function readTable(
  state: EngineState,
  ref: TableRef,
  options: ReadRowsOptions,
  nowMs: number,
): Promise<RowsPage> {
  const { table, partition } = splitDecorator(ref);
  const record = getTableRecord(state, table, nowMs);
  const { physical, definition } = record;
  if (physical === undefined) {
    throw failure('invalid', `Cannot list a table of type ${definition.type}: ${tableText(table)}.`);
  }
  const columns = selectFields(definition.fields, options.selectedFields);
  const from = `FROM ${relationName(physical.id)}${
    partition === undefined ? '' : ` WHERE ${partitionCondition(record, partition)}`
  }`;
  const pageOf = async (connection: DuckDBConnection): Promise<RowsPage> => {
    const counted = await connection.runAndReadAll(`SELECT count(*) ${from}`);
    const totalRows = Number(counted.getRows()[0]?.[0] ?? 0);
    const { offset, maxRows } = options;
    if (offset >= totalRows || maxRows === 0) return page([], columns, totalRows, options);
    const names = columns.map(({ index }) => physicalColumn(physical.columns[index] ?? 0)).join(', ');
    const list = names === '' ? 'NULL' : names;
    const sql = `SELECT ${list} ${from} ORDER BY rowid LIMIT ${maxRows} OFFSET ${offset}`;
    const expected = { sql, rows: Math.min(maxRows, totalRows - offset) };
    return page(streamedRows(connection, expected), columns, totalRows, options);
  };
  // So that what is counted is what is read.
  return state.database.withConnection((connection) => inTransaction(connection, () => pageOf(connection)));
}

async function page(
  rows: Rows,
  columns: readonly SelectedColumn[],
  totalRows: number,
  { maxBytes = MAX_PAGE_BYTES, timestamps }: ReadRowsOptions,
): Promise<RowsPage> {
  const write = rowWriter(
    columns.map(({ type }) => type),
    timestamps,
  );
  const texts: string[] = [];
  let bytes = 0;
  for await (const row of rows) {
    const text = write(columns.map(({ project }, i) => project(row[i] ?? null)));
    texts.push(text);
    bytes += text.length;
    if (bytes > maxBytes) break;
  }
  const fields: readonly RestField[] = columns.map(({ field }) => field);
  return { rowsJson: Buffer.from(`[${texts.join(',')}]`), rowCount: texts.length, totalRows, schema: { fields } };
}
