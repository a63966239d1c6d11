/** How many rows the partitions of stored tables have and how large they are, kept until rows change. */

import type { DuckDBConnection } from '@duckdb/node-api';
import type { CatalogTable } from '../../analysis/catalog.ts';
import { leafSizes } from '../../duckdb/logical-size.ts';
import type { StoredRows } from '../../duckdb/storage.ts';
import { partitionIdText } from '../catalog/partitions-relation.ts';
import type { Database } from './database.ts';

/** One partition. */
export interface PartitionSize {
  readonly rows: number;
  /** Logical bytes of each leaf. */
  readonly bytes: readonly number[];
}

/** A table's partitions by id; one that is not partitioned has one, without an id. */
export interface TableSize {
  /** Paths of what can be read by itself: `0`, `1.2`. */
  readonly leaves: readonly string[];
  readonly partitions: ReadonlyMap<string | undefined, PartitionSize>;
}

interface Kept extends TableSize {
  /** What it was counted for: another one has other columns. */
  readonly table: CatalogTable;
  /** Rows counted in it are before this one. */
  nextRow: number;
  /** Rows were added since. */
  grown: boolean;
}

/** Logical bytes of all leaves of a partition. */
export function allBytes({ bytes }: PartitionSize): number {
  return bytes.reduce((sum, one) => sum + one, 0);
}

export class TableSizes {
  readonly #database: Database;
  /** By relation. */
  readonly #kept = new Map<string, Kept>();
  /** Counts changes, so that what was read before one is not kept after it. */
  #changes = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Rows were changed, or columns. */
  changed(relation: string): void {
    this.#changes++;
    this.#kept.delete(relation);
  }

  /** Rows were only added. */
  grown(relation: string): void {
    this.#changes++;
    const kept = this.#kept.get(relation);
    if (kept !== undefined) kept.grown = true;
  }

  /** The size of a table as it is now; after rows were added only those are looked at. */
  async sizeOf(table: CatalogTable, storage: StoredRows): Promise<TableSize> {
    const found = this.#kept.get(storage.relation);
    const kept = found?.table === table ? found : undefined;
    if (kept !== undefined && !kept.grown) return kept;
    const before = this.#changes;
    const size = await this.#database.withConnection(async (connection) => {
      const more = kept === undefined ? undefined : await grownSize(connection, kept, storage);
      return more ?? (await freshSize(connection, table, storage));
    });
    if (this.#changes === before) this.#kept.set(storage.relation, size);
    return size;
  }
}

async function freshSize(connection: DuckDBConnection, table: CatalogTable, storage: StoredRows): Promise<Kept> {
  const leaves = leavesOf(table, storage);
  const paths = leaves.map(({ path }) => path);
  return addRows(connection, { table, leaves: paths, partitions: new Map(), nextRow: 0, grown: false }, storage);
}

/** Undefined when the rows counted before are no longer those that are there. */
async function grownSize(connection: DuckDBConnection, kept: Kept, storage: StoredRows): Promise<Kept | undefined> {
  const size = await addRows(connection, kept, storage);
  // DuckDB numbers rows anew when it tidies up after deletions.
  const reader = await connection.runAndReadAll(`SELECT count(*) FROM ${storage.relation}`);
  const counted = [...size.partitions.values()].reduce((sum, { rows }) => sum + rows, 0);
  return Number(reader.getRows()[0]?.[0]) === counted ? size : undefined;
}

/** The size with the rows from `nextRow` on added. */
async function addRows(connection: DuckDBConnection, size: Kept, storage: StoredRows): Promise<Kept> {
  const { table } = size;
  const sums = leavesOf(table, storage).map((leaf) => `sum(${leaf.size})`);
  const columns = [`${partitionText(table, storage)} AS id`, 'count(*)', 'max(rowid)', ...sums].join(', ');
  const reader = await connection.runAndReadAll(
    `SELECT ${columns} FROM ${storage.relation} WHERE rowid >= ${size.nextRow} GROUP BY id`,
  );
  const partitions = new Map(size.partitions);
  let { nextRow } = size;
  for (const [id, rows, last, ...more] of reader.getRows()) {
    const key = typeof id === 'string' ? id : undefined;
    const before = partitions.get(key);
    const bytes = more.map((sum, i) => Number(sum ?? 0) + (before?.bytes[i] ?? 0));
    partitions.set(key, { rows: Number(rows) + (before?.rows ?? 0), bytes });
    nextRow = Math.max(nextRow, Number(last) + 1);
  }
  return { ...size, partitions, nextRow, grown: false };
}

function leavesOf({ columns }: CatalogTable, { columnNames }: StoredRows): ReturnType<typeof leafSizes> {
  return columns.flatMap(({ type }, i) => leafSizes(columnNames[i] ?? '', type, String(i)));
}

function partitionText({ partitioning, columns }: CatalogTable, storage: StoredRows): string {
  if (partitioning === undefined) return 'NULL::VARCHAR';
  if (partitioning.kind === 'ingestion') return partitionIdText(storage.partitionTime ?? '', partitioning);
  const index = columns.findIndex(({ name }) => name.toLowerCase() === partitioning.column.toLowerCase());
  return partitionIdText(storage.columnNames[index] ?? '', partitioning);
}
