/** Everything that the worker can be asked to do, by name. */

import type { DatasetRef, DatasetSpec, RoutineRef, RoutineSpec, TableRef, TableSpec } from '../definitions.ts';
import { createDataset, deleteDataset, getDataset, listDatasets, replaceDataset } from '../objects/datasets.ts';
import { createRoutine, deleteRoutine, getRoutine, listRoutines, replaceRoutine } from '../objects/routines.ts';
import { createTable, deleteTable, getTableRecord, listTables, replaceTable } from '../objects/tables.ts';
import type { AppendOptions, CopyRequest, ReadRowsOptions, RowSource, RunRequest } from '../requests.ts';
import { appendRows } from '../rows/append-rows.ts';
import { copyTables } from '../rows/copy-tables.ts';
import { splitDecorator } from '../rows/partition-decorator.ts';
import { readRows } from '../rows/read-rows.ts';
import { tableStatistics } from '../rows/table-statistics.ts';
import type { Engine } from './engine.ts';
import { unpackRows, type PackedRows } from './packed-rows.ts';

/** Where an operation works: the engine, and the time as its caller sees it. */
export interface Place {
  readonly engine: Engine;
  readonly nowMs: number;
}

export const operations = {
  createDataset: async ({ engine, nowMs }: Place, spec: DatasetSpec) => createDataset(engine.state, spec, nowMs),
  getDataset: async ({ engine }: Place, ref: DatasetRef) => getDataset(engine.state, ref),
  listDatasets: async ({ engine }: Place, projectId: string) => listDatasets(engine.state, projectId),
  replaceDataset: async ({ engine, nowMs }: Place, spec: DatasetSpec, ifRevision?: number) =>
    replaceDataset(engine.state, spec, nowMs, ifRevision),
  deleteDataset: async ({ engine, nowMs }: Place, ref: DatasetRef, contents: 'keep' | 'delete') =>
    deleteDataset(engine.state, ref, contents, nowMs),

  createTable: async ({ engine, nowMs }: Place, spec: TableSpec) => createTable(engine.state, spec, nowMs),
  getTable: async ({ engine, nowMs }: Place, ref: TableRef) =>
    getTableRecord(engine.state, splitDecorator(ref).table, nowMs).definition,
  listTables: async ({ engine, nowMs }: Place, ref: DatasetRef) => listTables(engine.state, ref, nowMs),
  replaceTable: async ({ engine, nowMs }: Place, spec: TableSpec, ifRevision?: number) =>
    replaceTable(engine.state, spec, nowMs, ifRevision),
  deleteTable: async ({ engine, nowMs }: Place, ref: TableRef) => deleteTable(engine.state, ref, nowMs),
  tableStatistics: async ({ engine, nowMs }: Place, ref: TableRef) => tableStatistics(engine.state, ref, nowMs),

  createRoutine: async ({ engine, nowMs }: Place, spec: RoutineSpec) => createRoutine(engine.state, spec, nowMs),
  getRoutine: async ({ engine }: Place, ref: RoutineRef) => getRoutine(engine.state, ref),
  listRoutines: async ({ engine }: Place, ref: DatasetRef) => listRoutines(engine.state, ref),
  replaceRoutine: async ({ engine, nowMs }: Place, spec: RoutineSpec, ifRevision?: number) =>
    replaceRoutine(engine.state, spec, nowMs, ifRevision),
  deleteRoutine: async ({ engine, nowMs }: Place, ref: RoutineRef) => deleteRoutine(engine.state, ref, nowMs),

  run: async ({ engine, nowMs }: Place, request: RunRequest) => engine.run(request, nowMs),
  cancel: async ({ engine }: Place, queryId: string) => engine.cancel(queryId),
  readRows: async ({ engine, nowMs }: Place, source: RowSource, options: ReadRowsOptions) =>
    readRows(engine.state, source, options, nowMs),
  dropResult: async ({ engine }: Place, resultId: string) => {
    await engine.state.results.drop(resultId);
    return null;
  },
  appendRows: async ({ engine, nowMs }: Place, table: TableRef, rows: PackedRows, options: AppendOptions) =>
    appendRows(engine.state, { table, rows: unpackRows(rows), options }, nowMs),
  copy: async ({ engine, nowMs }: Place, request: CopyRequest) => copyTables(engine.state, request, nowMs),
} as const;

export type OperationName = keyof typeof operations;

/** What an operation is given behind the place. */
export type Arguments<Name extends OperationName> = (typeof operations)[Name] extends (
  place: Place,
  ...given: infer Given
) => unknown
  ? Given
  : never;

/** What an operation answers. */
export type Answer<Name extends OperationName> = Awaited<ReturnType<(typeof operations)[Name]>>;
