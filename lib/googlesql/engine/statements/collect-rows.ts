/** Runs generated SQL and keeps its rows: few as values, many in a table of the result store. */

import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import type { SqlValue } from '../../values/sql-value.ts';
import { chunkRows, elementsOf } from '../storage/chunk-rows.ts';
import type { HeldRows, ResultStore } from '../storage/result-store.ts';
import { outOfMemory } from '../../values/output-size.ts';
import { valueBytes } from '../storage/value-bytes.ts';

/** Results of up to so many values, and so many bytes, stay in JavaScript. */
const MAX_FEW_VALUES = 20_000;
const MAX_FEW_BYTES = 4 * 1024 * 1024;

/** The rows of a query, counted. */
export interface CollectedRows {
  readonly totalRows: number;
  readonly rows: HeldRows;
}

/** Runs `sql`, whose columns are named `o0`, `o1`, …. */
export async function collectRows(
  connection: DuckDBConnection,
  results: ResultStore,
  sql: string,
): Promise<CollectedRows> {
  const result = await connection.stream(sql);
  const chunks: DuckDBDataChunk[] = [];
  let rows = 0;
  let bytes = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    chunks.push(chunk);
    rows += chunk.rowCount;
    bytes += guessedBytes(chunk, result);
    if (rows * result.columnCount > MAX_FEW_VALUES || bytes > MAX_FEW_BYTES) return spool(result, chunks, results);
  }
  const values = fewValues(result, chunks);
  if (values === undefined) return spool(result, chunks, results);
  return { totalRows: rows, rows: { kind: 'values', rows: values } };
}

/** The values of chunks; undefined when they are too large to be held here. */
function fewValues(
  result: DuckDBResult,
  chunks: readonly DuckDBDataChunk[],
): readonly (readonly SqlValue[])[] | undefined {
  const rows: (readonly SqlValue[])[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    if (elementsOf(chunk) > MAX_FEW_VALUES) return undefined;
    for (const row of chunkRows(chunk, result.columnTypes())) {
      bytes += valueBytes(row);
      if (bytes > MAX_FEW_BYTES) return undefined;
      rows.push(row);
    }
  }
  return rows;
}

/** Puts chunks, those at hand and all that follow, into a table. */
async function spool(
  result: DuckDBResult,
  chunks: readonly DuckDBDataChunk[],
  results: ResultStore,
): Promise<CollectedRows> {
  const add = (chunk: DuckDBDataChunk): void => {
    if (guessedBytes(chunk, result) > MAX_CHUNK_BYTES) throw outOfMemory();
    table.append(chunk);
    totalRows += chunk.rowCount;
  };
  const columns = result.columnTypes().map((type, i) => `o${i} ${type.toString()}`);
  const table = await results.createTable(columns);
  let totalRows = 0;
  try {
    for (const chunk of chunks) add(chunk);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      add(chunk);
    }
    table.close();
    return { totalRows, rows: { kind: 'table', relation: table.relation } };
  } catch (error) {
    table.close();
    await results.dropRelation(table.relation);
    throw error;
  }
}

/** Most bytes of a chunk that goes into a table: while it does, it is in memory several times, and in no limit of DuckDB's. */
const MAX_CHUNK_BYTES = 256 * 1024 * 1024;

/** The bytes of a chunk, going by its first row. */
function guessedBytes(chunk: DuckDBDataChunk, result: DuckDBResult): number {
  const first = chunkRows(chunk, result.columnTypes()).next().value;
  return first === undefined ? 0 : valueBytes(first) * chunk.rowCount;
}
