/** Makes the table of a destination ready for rows: created, emptied or widened as its dispositions say. */

import { restTypeName } from '../../types/rest-conversion.ts';
import type { RestField } from '../../types/rest-schema.ts';
import { given } from '../../syntax/given.ts';
import type { TableDefinition, TableRef, TableSpec } from '../definitions.ts';
import { failure } from '../failure.ts';
import { changedRecord } from '../objects/table-record.ts';
import { checkShape, findField, modeOf } from '../objects/table-rules.ts';
import { findTableRecord, newTable } from '../objects/tables.ts';
import { tableExists, tableNotFound } from '../objects/words.ts';
import type { Destination } from '../requests.ts';
import { rangeOf, splitDecorator } from '../rows/partition-decorator.ts';
import { conditionOf, deletePartition } from '../rows/partition-rows.ts';
import { evolvePhysical } from '../storage/evolve.ts';
import { createPhysical, newPhysical, physicalOf } from '../storage/physical.ts';
import { relationName, tableText, type TableRecord } from '../storage/records.ts';
import type { Run } from './run.ts';

/** The table to write to, and whether its definition is new. */
export interface Target {
  readonly record: TableRecord;
  readonly changed: boolean;
}

/** What preparing works with. */
export type Place = Pick<Run, 'state' | 'connection' | 'nowMs'>;

/** Prepares the table for rows of these fields, in the connection's transaction. */
export async function prepareTarget(
  place: Place,
  fields: readonly RestField[],
  destination: Destination,
): Promise<Target> {
  const { table, partition } = splitDecorator(destination.table);
  const record = findTableRecord(place.state, table, place.nowMs);
  if (record === undefined) {
    if (destination.createDisposition === 'CREATE_NEVER') throw tableNotFound(table);
    return { record: await createTarget(place, table, fields, destination), changed: true };
  }
  if (record.physical === undefined) {
    throw failure('invalid', `${tableText(table)} is not allowed for this operation because it is currently a VIEW.`);
  }
  checkSpecification(record.definition, destination);
  if (destination.writeDisposition === 'WRITE_EMPTY' && (await hasRows(place, record, partition))) {
    throw tableExists(destination.table);
  }
  if (destination.writeDisposition === 'WRITE_TRUNCATE' && partition === undefined) {
    return { record: await replaceRows(place, record, fields), changed: true };
  }
  const target = await widen(place, record, fields, destination);
  if (destination.writeDisposition === 'WRITE_TRUNCATE' && partition !== undefined) {
    await deletePartition(place.connection, target.record, partition);
  }
  return target;
}

const unitsByWidth: Readonly<Record<number, 'YEAR' | 'MONTH' | 'DAY' | 'HOUR'>> = {
  4: 'YEAR',
  6: 'MONTH',
  8: 'DAY',
  10: 'HOUR',
};

async function createTarget(
  { state, connection, nowMs }: Place,
  ref: TableRef,
  fields: readonly RestField[],
  destination: Destination,
): Promise<TableRecord> {
  const { rangePartitioning, clustering } = destination;
  const { partition } = splitDecorator(destination.table);
  const unit = partition === undefined ? undefined : unitsByWidth[partition.length];
  const byDecorator = unit === undefined || rangePartitioning !== undefined ? undefined : { type: unit };
  const spec: TableSpec = {
    ref,
    type: 'TABLE',
    fields,
    ...given({ timePartitioning: destination.timePartitioning ?? byDecorator, rangePartitioning, clustering }),
  };
  const record = await newTable(state, connection, spec, nowMs);
  if (partition !== undefined) rangeOf(record.definition, partition);
  return record;
}

/** A destination may repeat how its table is partitioned, not change it. */
function checkSpecification(definition: TableDefinition, { timePartitioning, rangePartitioning }: Destination): void {
  const asked = specification({ ...given({ timePartitioning, rangePartitioning }) });
  const stored = specification(definition);
  if (asked === 'none' || asked === stored) return;
  throw failure(
    'invalid',
    `Incompatible table partitioning specification. Expects partitioning specification ${stored}, but input partitioning specification is ${asked}`,
  );
}

/** How a table is partitioned, as messages say. */
export function specification({
  timePartitioning,
  rangePartitioning,
}: Pick<TableSpec, 'timePartitioning' | 'rangePartitioning'>): string {
  if (timePartitioning !== undefined) {
    const { type, field } = timePartitioning;
    return `interval(type:${type.toLowerCase()}${field === undefined ? '' : `,field:${field}`})`;
  }
  if (rangePartitioning === undefined) return 'none';
  const { field, range } = rangePartitioning;
  return `range(field:${field},start:${range.start},end:${range.end},interval:${range.interval})`;
}

async function hasRows({ connection }: Place, record: TableRecord, partition: string | undefined): Promise<boolean> {
  const where = partition === undefined ? 'true' : conditionOf(record, rangeOf(record.definition, partition));
  const reader = await connection.runAndReadAll(
    `SELECT 1 FROM ${relationName(physicalOf(record).id)} WHERE ${where} LIMIT 1`,
  );
  return reader.currentRowCount > 0;
}

/** The table with fresh rows and fields; the old ones stay until the step is committed. */
async function replaceRows(
  { state, connection, nowMs }: Place,
  record: TableRecord,
  fields: readonly RestField[],
): Promise<TableRecord> {
  const { definition } = record;
  const next = fields.map((field) => {
    const description = findField(definition.fields, field.name)?.description;
    return description === undefined ? field : { ...field, description };
  });
  checkShape({ ...definition, fields: next });
  const physical = newPhysical(state.definitions.nextPhysicalId(), next, physicalOf(record).partitionTime);
  await createPhysical(connection, physical, next);
  return changedRecord(record, { fields: next }, nowMs, physical);
}

/** The table with the fields that the rows bring and it does not have, if the destination allows them. */
async function widen(
  { connection, nowMs }: Place,
  record: TableRecord,
  fields: readonly RestField[],
  { schemaUpdateOptions = [], table }: Destination,
): Promise<Target> {
  const before = record.definition.fields;
  const refuse = (why: string): Error =>
    failure('invalid', `Provided Schema does not match Table ${tableText(table)}. ${why}`);
  const added: RestField[] = [];
  for (const field of fields) {
    const stored = findField(before, field.name);
    if (stored === undefined) added.push({ ...field, mode: modeOf(field) === 'REPEATED' ? 'REPEATED' : 'NULLABLE' });
    else checkSameType(stored, field, refuse);
  }
  const missing = before.find((field) => modeOf(field) === 'REQUIRED' && findField(fields, field.name) === undefined);
  if (missing !== undefined) throw refuse(`Field ${missing.name} is missing in new schema`);
  if (added.length === 0) return { record, changed: false };
  if (!schemaUpdateOptions.includes('ALLOW_FIELD_ADDITION')) {
    throw refuse(`Cannot add fields (field: ${added[0]?.name ?? ''})`);
  }
  const after = [...before, ...added];
  const physical = await evolvePhysical(connection, physicalOf(record), before, after);
  return { record: changedRecord(record, { fields: after }, nowMs, physical), changed: true };
}

/** Throws what `refuse` makes when a field cannot take the values of another. */
export function checkSameType(stored: RestField, field: RestField, refuse: (why: string) => Error): void {
  const [from, to] = [restTypeName(stored.type), restTypeName(field.type)];
  if (from !== to) throw refuse(`Field ${stored.name} has changed type from ${from} to ${to}`);
  const [fromMode, toMode] = [modeOf(stored), modeOf(field)];
  if ((fromMode === 'REPEATED') !== (toMode === 'REPEATED')) {
    throw refuse(`Field ${stored.name} has changed mode from ${fromMode} to ${toMode}`);
  }
  for (const inner of field.fields ?? []) {
    const known = findField(stored.fields ?? [], inner.name);
    if (known === undefined) throw refuse(`Cannot add fields (field: ${stored.name}.${inner.name})`);
    checkSameType(known, inner, refuse);
  }
}
