/** How many rows a table or partition has, and how large they are. */

import { catalogTable } from '../catalog/catalog-table.ts';
import type { TableRef, TableStatistics } from '../definitions.ts';
import { getTableRecord } from '../objects/tables.ts';
import type { EngineState } from '../state.ts';
import { storedRows } from '../storage/physical.ts';
import { allBytes } from '../storage/table-sizes.ts';
import { rangeOf, splitDecorator } from './partition-decorator.ts';

/** Throws `notFound`. */
export async function tableStatistics(state: EngineState, ref: TableRef, nowMs: number): Promise<TableStatistics> {
  const { table, partition } = splitDecorator(ref);
  const record = getTableRecord(state, table, nowMs);
  const { definition, physical } = record;
  if (physical === undefined) return { rows: 0, bytes: 0, exact: true, modifiedMs: definition.modifiedMs };
  // A decorator that is none of the table's is refused.
  if (partition !== undefined) rangeOf(definition, partition);
  const { partitions } = await state.retired.reading(() =>
    state.sizes.sizeOf(catalogTable(record), storedRows(physical)),
  );
  const wanted = [...partitions].flatMap(([id, size]) => (partition === undefined || id === partition ? [size] : []));
  const rows = wanted.reduce((sum, size) => sum + size.rows, 0);
  const bytes = wanted.reduce((sum, size) => sum + allBytes(size), 0);
  const modifiedMs = Math.max(definition.modifiedMs, state.rowChanges.get(physical.id) ?? 0);
  return { rows, bytes, exact: true, modifiedMs };
}
