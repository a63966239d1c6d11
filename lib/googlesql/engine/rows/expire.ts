/** Ends what has outlived its time: tables, partitions, results of queries. */

import { partitionId, partitionRange } from '../../values/partition.ts';
import { partitioningOf } from '../catalog/catalog-table.ts';
import { deleteTable } from '../objects/tables.ts';
import type { EngineState } from '../state.ts';
import { commit, type Step } from '../storage/commit.ts';
import { physicalOf } from '../storage/physical.ts';
import { isExpired, relationName, tableKey, type TableRecord } from '../storage/records.ts';
import { conditionOf } from './partition-rows.ts';

/** How often to look, milliseconds. */
export const SWEEP_EVERY_MS = 60_000;

/** Drops what has expired by `nowMs`. */
export async function dropExpired(state: EngineState, nowMs: number): Promise<void> {
  await state.results.dropExpired(nowMs);
  for (const record of state.definitions.allTables()) {
    if (isExpired(record.definition, nowMs)) await dropTable(state, record, nowMs);
    else await dropPartitions(state, record, nowMs);
  }
}

async function dropTable(state: EngineState, { definition }: TableRecord, nowMs: number): Promise<void> {
  // A moment before its end the table can still be named.
  await deleteTable(state, definition.ref, Math.min(nowMs, (definition.expirationMs ?? nowMs) - 1));
}

async function dropPartitions(state: EngineState, record: TableRecord, nowMs: number): Promise<void> {
  const condition = expiredRows(record, nowMs);
  if (condition === undefined) return;
  const { id } = physicalOf(record);
  await state.database.withConnection(async (connection) => {
    const reader = await connection.runAndReadAll(`SELECT 1 FROM ${relationName(id)} WHERE ${condition} LIMIT 1`);
    if (reader.currentRowCount === 0) return;
    await state.locks.own(tableKey(record.definition.ref), () =>
      commit(state, connection, nowMs, async (): Promise<Step<null>> => {
        const current = state.definitions.table(record.definition.ref);
        // Somebody has changed it since; next time.
        if (current !== record) return { value: null };
        await connection.run(`DELETE FROM ${relationName(id)} WHERE ${condition}`);
        return { value: null, rows: [physicalOf(record)] };
      }),
    );
  });
}

/** The rows of partitions that began too long ago; undefined when partitions do not expire. */
function expiredRows(record: TableRecord, nowMs: number): string | undefined {
  const { timePartitioning } = record.definition;
  if (timePartitioning?.expirationMs === undefined || record.physical === undefined) return undefined;
  const lastMs = nowMs - Number(timePartitioning.expirationMs);
  const partitioning = partitioningOf(record.definition);
  if (partitioning === undefined || partitioning.kind === 'range' || lastMs < 0) return undefined;
  const range = partitionRange(partitionId(BigInt(Math.trunc(lastMs)) * 1000n, partitioning.unit), partitioning);
  if (range?.kind !== 'range') return undefined;
  return conditionOf(record, { kind: 'range', start: FIRST_MICROS, end: range.end });
}

/** The start of the calendar, 0001-01-01, microseconds. */
const FIRST_MICROS = -62_135_596_800_000_000n;
