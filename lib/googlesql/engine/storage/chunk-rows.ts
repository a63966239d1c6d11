/** Rows of a DuckDB chunk as values, made one by one: what a chunk holds may be more than fits into JavaScript's memory. */

import {
  DuckDBListVector,
  DuckDBStructVector,
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBType,
  type DuckDBVector,
} from '@duckdb/node-api';
import type { SqlValue } from '../../values/sql-value.ts';
import { failure } from '../failure.ts';
import { duckReader } from './duck-values.ts';

/** Most elements of one array that leaves DuckDB; beyond, its row would be larger than a row may be. */
const MAX_ELEMENTS = 4_000_000;

/**
 * The rows of a query that is known to have so many, in order; none behind a chunk whose arrays have more than `maxElements` elements.
 * DuckDB's client tells nothing of an error in the midst of a stream: it just ends. Throws `resourcesExceeded` at a row that is too
 * large, and `backendError` when rows are missing.
 */
export async function* streamedRows(
  connection: DuckDBConnection,
  { sql, rows }: { readonly sql: string; readonly rows: number },
  maxElements = Infinity,
): AsyncGenerator<readonly SqlValue[], undefined> {
  const result = await connection.stream(sql);
  const types = result.columnTypes();
  let read = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    if (maxElements !== Infinity && elementsOf(chunk) > maxElements) return;
    read += chunk.rowCount;
    yield* chunkRows(chunk, types);
  }
  if (read < rows) throw failure('backendError', 'Error encountered during execution. Retrying may solve the problem.');
}

/** The rows, in order. Throws `resourcesExceeded` at one that is too large. */
function* chunkRows(chunk: DuckDBDataChunk, types: readonly DuckDBType[]): Generator<readonly SqlValue[], undefined> {
  const columns = types.map((type, i) => ({ read: duckReader(type), vector: chunk.getColumnVector(i) }));
  for (let row = 0; row < chunk.rowCount; row++) {
    for (const { vector } of columns) checkSize(vector, row);
    yield columns.map(({ read, vector }) => read(vector.getItem(row)));
  }
}

function checkSize(vector: DuckDBVector, row: number): void {
  if (!(vector instanceof DuckDBListVector) || vector.getEntryLength(row) <= MAX_ELEMENTS) return;
  throw failure(
    'resourcesExceeded',
    'Resources exceeded during query execution: Cannot query rows larger than 100MB limit.',
  );
}

/** How many elements the arrays of a chunk have, arrays in them counted too. */
function elementsOf(chunk: DuckDBDataChunk): number {
  let elements = 0;
  for (let i = 0; i < chunk.columnCount; i++) elements += elementsIn(chunk.getColumnVector(i));
  return elements;
}

function elementsIn(vector: DuckDBVector): number {
  if (vector instanceof DuckDBListVector) return vector.childVector.itemCount + elementsIn(vector.childVector);
  if (!(vector instanceof DuckDBStructVector)) return 0;
  return vector.type.entryTypes.reduce((sum, _, i) => sum + elementsIn(vector.entryVectorAt(i)), 0);
}
