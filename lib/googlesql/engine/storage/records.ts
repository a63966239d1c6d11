/** Definitions as the engine keeps them, with where their rows are. */

import type { DatasetDefinition, DatasetRef, RoutineDefinition, TableDefinition, TableRef } from '../definitions.ts';

/** Where a table's rows are. */
export interface PhysicalTable {
  /** Number of the DuckDB table `t<id>`; a new one whenever all rows are replaced at once. */
  readonly id: number;
  /** Number of the DuckDB column `k<n>` of each field, in order of the fields. */
  readonly columns: readonly number[];
  /** The next number for a column. */
  readonly nextColumn: number;
  /** Whether there is a column `pt` with the start of each row's partition. */
  readonly partitionTime: boolean;
}

export interface TableRecord {
  readonly definition: TableDefinition;
  /** Absent for views. */
  readonly physical?: PhysicalTable;
}

export interface DatasetRecord {
  readonly definition: DatasetDefinition;
}

export interface RoutineRecord {
  readonly definition: RoutineDefinition;
}

/** The DuckDB table of a number, qualified. */
export function relationName(id: number): string {
  return `store.data.t${id}`;
}

/** The DuckDB column of a number. */
export function physicalColumn(number: number): string {
  return `k${number}`;
}

/** The column of partition times. */
export const PARTITION_TIME = 'pt';

/** A key for a dataset. */
export function datasetKey({ projectId, datasetId }: DatasetRef): string {
  return `${projectId}\u0000${datasetId}`;
}

/** A key for what is in a dataset: shared to add something, owned to delete all. Sorts before its tables' keys. */
export function contentsKey(ref: DatasetRef): string {
  return `${datasetKey(ref)}\u0000`;
}

/** A key for a table. */
export function tableKey(ref: TableRef): string {
  return `${datasetKey(ref)}\u0000${ref.tableId}`;
}

/** `project:dataset`, as messages show it. */
export function datasetText({ projectId, datasetId }: DatasetRef): string {
  return `${projectId}:${datasetId}`;
}

/** `project:dataset.table`, as messages show it. */
export function tableText({ projectId, datasetId, tableId }: TableRef): string {
  return `${projectId}:${datasetId}.${tableId}`;
}

/** Whether a table's lifetime is over. */
export function isExpired({ expirationMs }: Pick<TableDefinition, 'expirationMs'>, nowMs: number): boolean {
  return expirationMs !== undefined && expirationMs <= nowMs;
}
