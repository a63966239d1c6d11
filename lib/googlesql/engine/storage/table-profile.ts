/** How many rows a stored table has and how wide they are: what statistics and cost estimates are made of. */

import type { CatalogTable } from '../../analysis/catalog.ts';
import { logicalSize } from '../../duckdb/logical-size.ts';
import { storageOf, type StoredRows } from '../../duckdb/storage.ts';
import type { EngineState } from '../state.ts';

/** Rows looked at to learn how wide a column is. */
const SAMPLE_ROWS = 1000;

export interface TableProfile {
  readonly rows: number;
  /** Mean logical bytes of a row. */
  readonly rowBytes: number;
}

/** The profile of a stored table. */
export async function tableProfile(
  state: EngineState,
  table: CatalogTable,
  storage: StoredRows,
): Promise<TableProfile> {
  const known = state.profiles.get(storage.relation);
  if (known !== undefined) return known;
  const profile = await profileOf(state, storage.relation, table, storage.columnNames);
  state.profiles.set(storage.relation, profile);
  return profile;
}

/** The profile of a relation (a DuckDB table, perhaps with a WHERE behind it) from its columns' names and types. */
export async function profileOf(
  { database }: Pick<EngineState, 'database'>,
  from: string,
  { columns }: Pick<CatalogTable, 'columns'>,
  names: readonly string[],
): Promise<TableProfile> {
  const sizes = columns.map(({ type }, i) => logicalSize(names[i] ?? '', type));
  const row = sizes.length === 0 ? '0' : sizes.join(' + ');
  return database.withConnection(async (connection) => {
    const reader = await connection.runAndReadAll(
      `SELECT (SELECT count(*) FROM ${from}), (SELECT avg(${row}) FROM (FROM ${from} LIMIT ${SAMPLE_ROWS}))`,
    );
    const [rows, bytes] = reader.getRows()[0] ?? [];
    return { rows: Number(rows ?? 0), rowBytes: Number(bytes ?? 0) };
  });
}

/** The logical bytes that a query over these tables reads: of each, all rows. */
export async function bytesRead(state: EngineState, tables: Iterable<CatalogTable>): Promise<number> {
  let total = 0;
  for (const table of tables) {
    if (table.kind === 'view') continue;
    const storage = storageOf(table);
    if (storage.kind !== 'stored' || table.path.dataset === '' || table.path.name.includes('.')) continue;
    const { rows, rowBytes } = await tableProfile(state, table, storage);
    total += rows * rowBytes;
  }
  return Math.round(total);
}
