/** Tables and views: create, read, replace, delete. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { given } from '../../syntax/given.ts';
import type { RestField } from '../../types/rest-schema.ts';
import { splitDecorator } from '../rows/partition-decorator.ts';
import { deletePartition } from '../rows/partition-rows.ts';
import type { DatasetRef, TableDefinition, TableRef, TableSpec } from '../definitions.ts';
import { failure } from '../failure.ts';
import type { EngineState } from '../state.ts';
import { viewFields } from '../statements/view-fields.ts';
import { commit, type Step } from '../storage/commit.ts';
import { evolvePhysical } from '../storage/evolve.ts';
import { createPhysical, newPhysical } from '../storage/physical.ts';
import { contentsKey, isExpired, tableKey, tableText, type TableRecord } from '../storage/records.ts';
import { getDataset } from './datasets.ts';
import { newDefinition } from './table-record.ts';
import { checkSchemaChange, checkShape } from './table-rules.ts';
import { checkRevision, datasetNotFound, tableExists, tableNotFound } from './words.ts';

/** The table's record, undefined when it is missing or has expired. Throws when even its dataset is missing. */
export function findTableRecord(state: EngineState, ref: TableRef, nowMs: number): TableRecord | undefined {
  if (state.definitions.dataset(ref) === undefined) throw datasetNotFound(ref);
  const record = state.definitions.table(ref);
  return record === undefined || isExpired(record.definition, nowMs) ? undefined : record;
}

/** The table's record. Throws `notFound`. */
export function getTableRecord(state: EngineState, ref: TableRef, nowMs: number): TableRecord {
  const record = findTableRecord(state, ref, nowMs);
  if (record === undefined) throw tableNotFound(ref);
  return record;
}

export function listTables(state: EngineState, ref: DatasetRef, nowMs: number): readonly TableDefinition[] {
  getDataset(state, ref);
  return state.definitions
    .tables(ref)
    .map(({ definition }) => definition)
    .filter((definition) => !isExpired(definition, nowMs));
}

/** Throws `duplicate` when it exists, `notFound` when its dataset does not. */
export async function createTable(state: EngineState, spec: TableSpec, nowMs: number): Promise<TableDefinition> {
  return changeTable(state, spec.ref, nowMs, async (connection) => {
    if (findTableRecord(state, spec.ref, nowMs) !== undefined) throw tableExists(spec.ref);
    return newTable(state, connection, spec, nowMs);
  });
}

/** A record for a table that is not there yet, and its DuckDB table. */
export async function newTable(
  state: EngineState,
  connection: DuckDBConnection,
  spec: TableSpec,
  nowMs: number,
): Promise<TableRecord> {
  const fields = await fieldsOf(state, spec, nowMs);
  const definition = newDefinition(spec, fields, getDataset(state, spec.ref), nowMs);
  if (spec.viewQuery !== undefined) return { definition };
  checkShape(definition);
  const byIngestion = definition.timePartitioning !== undefined && definition.timePartitioning.field === undefined;
  const physical = newPhysical(state.definitions.nextPhysicalId(), fields, byIngestion);
  await createPhysical(connection, physical, fields);
  return { definition, physical };
}

async function fieldsOf(state: EngineState, spec: TableSpec, nowMs: number): Promise<readonly RestField[]> {
  const { fields, viewQuery } = spec;
  return viewQuery === undefined ? (fields ?? []) : viewFields(state, { ...spec, viewQuery }, nowMs);
}

/** Throws `notFound`, `conditionNotMet`, or `invalid` for a change that rows or partitions cannot follow. */
export async function replaceTable(
  state: EngineState,
  spec: TableSpec,
  nowMs: number,
  ifRevision?: number,
): Promise<TableDefinition> {
  return changeTable(state, spec.ref, nowMs, async (connection) => {
    const before = getTableRecord(state, spec.ref, nowMs);
    const { definition, physical } = before;
    checkRevision(definition.revision, ifRevision);
    checkPartitioning(definition, spec);
    const fields = await fieldsOf(state, spec, nowMs);
    const next: TableDefinition = {
      ...spec,
      fields,
      resource: spec.resource ?? {},
      createdMs: definition.createdMs,
      modifiedMs: nowMs,
      revision: definition.revision + 1,
    };
    if (physical === undefined) return { definition: next };
    checkShape(next);
    checkSchemaChange(definition.fields, fields, tableText(spec.ref));
    return { definition: next, physical: await evolvePhysical(connection, physical, definition.fields, fields) };
  });
}

function checkPartitioning(before: TableDefinition, after: TableSpec): void {
  const same =
    before.timePartitioning?.type === after.timePartitioning?.type &&
    before.timePartitioning?.field === after.timePartitioning?.field &&
    JSON.stringify(before.rangePartitioning) === JSON.stringify(after.rangePartitioning);
  if (!same) {
    throw failure('invalid', `Cannot change partitioning of table ${tableText(before.ref)}`);
  }
  if ((before.viewQuery === undefined) !== (after.viewQuery === undefined)) {
    throw failure('invalid', `Cannot change type of table ${tableText(before.ref)}`);
  }
}

async function changeTable(
  state: EngineState,
  ref: TableRef,
  nowMs: number,
  next: (connection: DuckDBConnection) => Promise<TableRecord>,
): Promise<TableDefinition> {
  const work = (): Promise<TableDefinition> =>
    state.database.withConnection((connection) =>
      commit(state, connection, nowMs, async (): Promise<Step<TableDefinition>> => {
        const record = await next(connection);
        return { value: record.definition, definitions: [{ kind: 'table', ref, record }] };
      }),
    );
  return withTable(state, ref, work);
}

/** Runs alone on a table that may come or go. */
export async function withTable<T>(state: EngineState, ref: TableRef, work: () => Promise<T>): Promise<T> {
  return state.locks.share(contentsKey(ref), () => state.locks.own(tableKey(ref), work));
}

/** Deletes a table or view, or the partition that a decorator names. Throws `notFound`. */
export async function deleteTable(state: EngineState, ref: TableRef, nowMs: number): Promise<null> {
  const { table, partition } = splitDecorator(ref);
  return withTable(state, table, () =>
    state.database.withConnection((connection) =>
      commit(state, connection, nowMs, async (): Promise<Step<null>> => {
        const record = getTableRecord(state, table, nowMs);
        if (partition === undefined)
          return { value: null, definitions: [{ kind: 'table', ref: table, record: undefined }] };
        await deletePartition(connection, record, partition);
        return { value: null, ...given({ rows: record.physical === undefined ? undefined : [record.physical] }) };
      }),
    ),
  );
}
