/** Where the engine keeps a table's rows, as the generator needs to know it. */

import type { CatalogTable } from '../analysis/catalog.ts';
import type { SqlValue } from '../values/sql-value.ts';

/** Rows in a DuckDB table. */
export interface StoredRows {
  readonly kind: 'stored';
  /** The DuckDB table, qualified. */
  readonly relation: string;
  /** Its columns in order, by DuckDB name; those of the GoogleSQL table are named by `columnNames`. */
  readonly physicalColumns: readonly string[];
  /** DuckDB name of each column of the GoogleSQL table. */
  readonly columnNames: readonly string[];
  /** DuckDB column with the start of each row's partition, of a table partitioned by ingestion time. */
  readonly partitionTime?: string;
}

/** Rows that are made up when asked for: INFORMATION_SCHEMA. */
export interface ComputedRows {
  readonly kind: 'computed';
  readonly rows: () => readonly (readonly SqlValue[])[];
}

export type TableStorage = StoredRows | ComputedRows;

/** The storage that the engine attached to a table of its catalog. */
export function storageOf(table: CatalogTable): TableStorage {
  const { storage } = table;
  if (typeof storage !== 'object' || storage === null || !('kind' in storage)) {
    throw new Error(`table ${table.path.name} has no storage`);
  }
  // Only the engine makes catalog tables that are generated from, and it attaches nothing else.
  return storage as TableStorage;
}
