/** Copies tables and partitions as copy jobs do, in one durable step. */

import { given } from '../../syntax/given.ts';
import { failure } from '../failure.ts';
import { findField } from '../objects/table-rules.ts';
import { findTableRecord, getTableRecord } from '../objects/tables.ts';
import type { TableRef } from '../definitions.ts';
import type { CopyRequest, CopyResult, Destination } from '../requests.ts';
import type { EngineState } from '../state.ts';
import { checkSameType, prepareTarget, specification, type Place } from '../statements/destination-table.ts';
import { commit, type Step } from '../storage/commit.ts';
import { physicalOf } from '../storage/physical.ts';
import {
  contentsKey,
  PARTITION_TIME,
  physicalColumn,
  relationName,
  tableKey,
  tableText,
  type TableRecord,
} from '../storage/records.ts';
import { writtenPartitionText } from './written-partition.ts';
import { otherPartitions, rangeOf, splitDecorator } from './partition-decorator.ts';
import { conditionOf, partitionCondition } from './partition-rows.ts';

/** Copies. Throws `notFound`, `duplicate` (WRITE_EMPTY), or `invalid` when schemas or partitions do not fit. */
export async function copyTables(state: EngineState, request: CopyRequest, nowMs: number): Promise<CopyResult> {
  const { table } = splitDecorator(request.destination);
  const keys = [table, ...request.sources.map((source) => splitDecorator(source).table)].map(tableKey);
  return state.locks.share(contentsKey(table), () =>
    state.locks.ownAll(keys, () =>
      state.database.withConnection((connection) =>
        state.memory.during(() =>
          commit(state, connection, nowMs, () => copyInStep({ state, connection, nowMs }, request)),
        ),
      ),
    ),
  );
}

/** Rows to be copied: the table's columns under their DuckDB names. */
interface Source {
  readonly record: TableRecord;
  readonly from: string;
  /** A temporary table to be dropped when all is done. */
  readonly staged?: string;
}

async function copyInStep(place: Place, request: CopyRequest): Promise<Step<CopyResult>> {
  const { table } = splitDecorator(request.destination);
  const sources: Source[] = [];
  for (const [i, ref] of request.sources.entries()) sources.push(await sourceOf(place, ref, { request, index: i }));
  const [first] = sources;
  if (first === undefined) throw failure('invalid', 'Required parameter is missing: sourceTable');
  for (const other of sources) checkSameFields(first.record, other.record);
  const destination = destinationOf(place, request, first.record);
  const { record, changed } = await prepareTarget(place, first.record.definition.fields, destination);
  let copiedRows = 0;
  for (const source of sources) copiedRows += await insertRows(place, source, record, request.destination);
  for (const { staged } of sources) if (staged !== undefined) await place.connection.run(`DROP TABLE ${staged}`);
  return {
    value: { copiedRows, destination: record.definition },
    rows: [physicalOf(record)],
    definitions: changed ? [{ kind: 'table', ref: table, record }] : [],
  };
}

async function sourceOf(
  { state, connection, nowMs }: Place,
  ref: TableRef,
  { request, index }: { readonly request: CopyRequest; readonly index: number },
): Promise<Source> {
  const { table, partition } = splitDecorator(ref);
  const record = getTableRecord(state, table, nowMs);
  if (record.physical === undefined) {
    throw failure('invalid', `${tableText(table)} is not allowed for this operation because it is currently a VIEW.`);
  }
  const where = partition === undefined ? '' : ` WHERE ${partitionCondition(record, partition)}`;
  const from = `${relationName(record.physical.id)}${where}`;
  if (tableKey(table) !== tableKey(splitDecorator(request.destination).table)) return { record, from };
  // A table copied onto itself is read before any of it is replaced.
  const staged = `copy_${record.physical.id}_${index}`;
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${staged} AS FROM ${from}`);
  return { record, from: staged, staged };
}

function checkSameFields(one: TableRecord, other: TableRecord): void {
  const table = tableText(other.definition.ref);
  const refuse = (why: string): Error => failure('invalid', `Provided Schema does not match Table ${table}. ${why}`);
  for (const field of other.definition.fields) {
    const known = findField(one.definition.fields, field.name);
    if (known === undefined) throw refuse(`Cannot add fields (field: ${field.name})`);
    checkSameType(known, field, refuse);
  }
}

/** The destination; a new table is partitioned and clustered as its source. */
function destinationOf({ state, nowMs }: Place, request: CopyRequest, { definition }: TableRecord): Destination {
  const { writeDisposition, createDisposition, destination } = request;
  const { timePartitioning: time, rangePartitioning: range, clustering } = definition;
  const existing = findTableRecord(state, splitDecorator(destination).table, nowMs)?.definition;
  const base = { table: destination, writeDisposition, createDisposition };
  if (existing === undefined) {
    return { ...base, ...given({ timePartitioning: time, rangePartitioning: range, clustering }) };
  }
  const [own, asked] = [specification(existing), specification(definition)];
  if (own !== 'none' && asked !== 'none' && own !== asked) {
    throw failure(
      'invalid',
      `Incompatible table partitioning specification. Destination table exists with partitioning specification ${own}, but transfer target partitioning specification is ${asked}. Please retry after updating either the destination table or the transfer partitioning specification.`,
    );
  }
  return base;
}

async function insertRows(place: Place, source: Source, target: TableRecord, ref: TableRef): Promise<number> {
  const { connection } = place;
  const from = physicalOf(source.record);
  const to = physicalOf(target);
  const names: string[] = [];
  const texts: string[] = [];
  for (const [i, { name }] of source.record.definition.fields.entries()) {
    const at = target.definition.fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
    names.push(physicalColumn(to.columns[at] ?? 0));
    texts.push(physicalColumn(from.columns[i] ?? 0));
  }
  if (to.partitionTime) {
    names.push(PARTITION_TIME);
    texts.push(timeText(place, source, target, ref));
  }
  if (names.length === 0) return 0;
  await checkPartition(place, { texts, names, from: source.from }, target, ref);
  const { rowsChanged } = await connection.run(
    `INSERT INTO ${relationName(to.id)} (${names.join(', ')}) SELECT ${texts.join(', ')} FROM ${source.from}`,
  );
  return rowsChanged;
}

/** The partition of rows in a table by ingestion time: the decorator's, else the one that they had. */
function timeText({ nowMs }: Place, source: Source, { definition }: TableRecord, ref: TableRef): string {
  const { partition } = splitDecorator(ref);
  const keeps = partition === undefined && physicalOf(source.record).partitionTime;
  return keeps ? PARTITION_TIME : writtenPartitionText(definition, partition, nowMs);
}

/** Refuses rows that do not belong to the partition of the destination's decorator. */
async function checkPartition(
  { connection }: Place,
  {
    texts,
    names,
    from,
  }: { readonly texts: readonly string[]; readonly names: readonly string[]; readonly from: string },
  target: TableRecord,
  ref: TableRef,
): Promise<void> {
  const { partition } = splitDecorator(ref);
  if (partition === undefined) return;
  const inside = conditionOf(target, rangeOf(target.definition, partition));
  const renamed = texts.map((text, i) => `${text} AS ${names[i] ?? ''}`).join(', ');
  const reader = await connection.runAndReadAll(
    `SELECT 1 FROM (SELECT ${renamed} FROM ${from}) WHERE (${inside}) IS NOT TRUE LIMIT 1`,
  );
  if (reader.currentRowCount > 0) throw otherPartitions(ref);
}
