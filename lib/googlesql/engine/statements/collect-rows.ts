/** Runs generated SQL and keeps its rows: few as values, many in a table of the result store. */

import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import type { SqlValue } from '../../values/sql-value.ts';
import { duckReader } from '../storage/duck-values.ts';
import type { HeldRows, ResultStore } from '../storage/result-store.ts';

/** Results of up to so many values stay in JavaScript. */
const MAX_FEW_VALUES = 20_000;

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
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    chunks.push(chunk);
    rows += chunk.rowCount;
    if (rows * result.columnCount > MAX_FEW_VALUES) return spool(result, chunks, results);
  }
  return { totalRows: rows, rows: { kind: 'values', rows: valuesOf(result, chunks) } };
}

function valuesOf(result: DuckDBResult, chunks: readonly DuckDBDataChunk[]): readonly (readonly SqlValue[])[] {
  const readers = result.columnTypes().map(duckReader);
  const rows: SqlValue[][] = [];
  for (const chunk of chunks) {
    const vectors = readers.map((read, i) => ({ read, vector: chunk.getColumnVector(i) }));
    for (let row = 0; row < chunk.rowCount; row++) {
      rows.push(vectors.map(({ read, vector }) => read(vector.getItem(row))));
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
  const columns = result.columnTypes().map((type, i) => `o${i} ${type.toString()}`);
  const table = await results.createTable(columns);
  let totalRows = 0;
  try {
    for (const chunk of chunks) {
      table.append(chunk);
      totalRows += chunk.rowCount;
    }
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      table.append(chunk);
      totalRows += chunk.rowCount;
    }
    table.close();
    return { totalRows, rows: { kind: 'table', relation: table.relation } };
  } catch (error) {
    table.close();
    await results.dropRelation(table.relation);
    throw error;
  }
}
