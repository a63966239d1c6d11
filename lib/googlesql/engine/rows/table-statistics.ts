/** How many rows a table or partition has, and how large they are. */

import { catalogTable } from '../catalog/catalog-table.ts';
import type { TableRef, TableStatistics } from '../definitions.ts';
import { getTableRecord } from '../objects/tables.ts';
import type { EngineState } from '../state.ts';
import { storedRows } from '../storage/physical.ts';
import { relationName } from '../storage/records.ts';
import { profileOf, tableProfile } from '../storage/table-profile.ts';
import { splitDecorator } from './partition-decorator.ts';
import { partitionCondition } from './partition-rows.ts';

/** Throws `notFound`. */
export async function tableStatistics(state: EngineState, ref: TableRef, nowMs: number): Promise<TableStatistics> {
  const { table, partition } = splitDecorator(ref);
  const record = getTableRecord(state, table, nowMs);
  const { definition, physical } = record;
  if (physical === undefined) return { rows: 0, bytes: 0, exact: true, modifiedMs: definition.modifiedMs };
  const described = catalogTable(record);
  const storage = storedRows(physical);
  const { rows, rowBytes } = await state.retired.reading(() =>
    partition === undefined
      ? tableProfile(state, described, storage)
      : profileOf(
          state,
          `${relationName(physical.id)} WHERE ${partitionCondition(record, partition)}`,
          described,
          storage.columnNames,
        ),
  );
  const modifiedMs = Math.max(definition.modifiedMs, state.rowChanges.get(physical.id) ?? 0);
  return { rows, bytes: Math.round(rows * rowBytes), exact: false, modifiedMs };
}
