/** Runs generated SQL and keeps its rows: few as values, many in a table of the result store. */

import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlValue } from '../../values/sql-value.ts';
import { streamedRows } from '../storage/chunk-rows.ts';
import type { HeldRows, ResultStore } from '../storage/result-store.ts';
import { valueBytes } from '../storage/value-bytes.ts';

/** Results of up to so many values, and so many bytes, stay in JavaScript. */
const MAX_FEW_VALUES = 20_000;
const MAX_FEW_BYTES = 4 * 1024 * 1024;

/** The rows of a query, counted. */
export interface CollectedRows {
  readonly totalRows: number;
  readonly rows: HeldRows;
}

/**
 * Runs `sql`, whose columns are named `o0`, `o1`, …. All of it goes into a table first: of an error behind the first rows of a
 * stream DuckDB's client tells nothing, as if the stream had ended there.
 */
export async function collectRows(
  connection: DuckDBConnection,
  results: ResultStore,
  sql: string,
): Promise<CollectedRows> {
  const relation = results.resultRelation();
  const created = await connection.runAndReadAll(`CREATE TABLE ${relation} AS ${sql}`);
  const totalRows = Number(created.getRows()[0]?.[0] ?? 0);
  let rows: readonly (readonly SqlValue[])[] | undefined;
  try {
    rows = await fewRows(connection, relation, totalRows);
  } catch (error) {
    await results.dropRelation(relation);
    throw error;
  }
  if (rows === undefined) return { totalRows, rows: { kind: 'table', relation } };
  await results.dropRelation(relation);
  return { totalRows, rows: { kind: 'values', rows } };
}

/** The rows of a table as values; undefined when they are too many or too large to be held here. */
async function fewRows(
  connection: DuckDBConnection,
  relation: string,
  totalRows: number,
): Promise<readonly (readonly SqlValue[])[] | undefined> {
  if (totalRows > MAX_FEW_VALUES) return undefined;
  const rows: (readonly SqlValue[])[] = [];
  let bytes = 0;
  let values = 0;
  const source = { sql: `SELECT * FROM ${relation} ORDER BY rowid`, rows: totalRows };
  for await (const row of streamedRows(connection, source, MAX_FEW_VALUES)) {
    bytes += valueBytes(row);
    values += row.length;
    if (bytes > MAX_FEW_BYTES || values > MAX_FEW_VALUES) return undefined;
    rows.push(row);
  }
  return rows.length < totalRows ? undefined : rows;
}
