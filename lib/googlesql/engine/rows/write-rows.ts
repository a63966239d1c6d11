/** Puts values into a DuckDB table, chunk by chunk. */

import { BOOLEAN, DuckDBDataChunk, TIMESTAMPTZ, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';
import { TIMESTAMP } from '../../types/sql-type.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import { duckDBType, duckWriter, type DuckWriter } from '../storage/duck-values.ts';
import { fieldType, physicalOf } from '../storage/physical.ts';
import type { TableRecord } from '../storage/records.ts';

/** Rows of a DuckDB vector. */
const CHUNK_ROWS = 2048;

interface ChunkColumn {
  readonly type: DuckDBType;
  readonly write: DuckWriter;
  readonly valueOf: (row: readonly SqlValue[]) => SqlValue;
}

/** Appends rows, values in order of the fields, in the connection's transaction; `time` is their partition's start. */
export async function writeRows(
  connection: DuckDBConnection,
  record: TableRecord,
  rows: readonly (readonly SqlValue[])[],
  time: bigint | undefined,
): Promise<void> {
  const columns = chunkColumns(record, time);
  const types = columns.map(({ type }) => type);
  const appender = await connection.createAppender(`t${physicalOf(record).id}`, 'data', 'store');
  try {
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const part = rows.slice(from, from + CHUNK_ROWS);
      const chunk = DuckDBDataChunk.create(types, part.length);
      for (const [i, { write, valueOf }] of columns.entries()) {
        chunk.setColumnValues(
          i,
          part.map((row) => write(valueOf(row))),
        );
      }
      appender.appendDataChunk(chunk);
    }
  } finally {
    appender.closeSync();
  }
}

/** DuckDB's order of columns: the partition time in front, then by number. */
function chunkColumns(record: TableRecord, time: bigint | undefined): readonly ChunkColumn[] {
  const { fields } = record.definition;
  const { columns, partitionTime } = physicalOf(record);
  const own = fields.map((field, index): ChunkColumn & { readonly number: number } => {
    const type = fieldType(field);
    return {
      number: columns[index] ?? 0,
      type: duckDBType(type),
      write: duckWriter(type),
      valueOf: (row) => row[index] ?? null,
    };
  });
  const inOrder: readonly ChunkColumn[] = own.toSorted((a, b) => a.number - b.number);
  const front: ChunkColumn = { type: TIMESTAMPTZ, write: duckWriter(TIMESTAMP), valueOf: () => time ?? null };
  if (partitionTime) return [front, ...inOrder];
  if (inOrder.length > 0) return inOrder;
  return [{ type: BOOLEAN, write: () => null, valueOf: () => null }];
}
