/** What a table's definition must fulfil, and how its schema may change. */

import { restTypeName } from '../../types/rest-conversion.ts';
import type { RestField } from '../../types/rest-schema.ts';
import type { TableSpec } from '../definitions.ts';
import { failure, type EngineFailure } from '../failure.ts';
import { fieldType } from '../storage/physical.ts';

type Shape = Pick<TableSpec, 'timePartitioning' | 'rangePartitioning' | 'clustering'> & {
  readonly fields: readonly RestField[];
};

/** Units that each type of column can be partitioned by. Source: REST `TimePartitioning.type`. */
const units: Readonly<Record<string, readonly string[]>> = {
  DATE: ['DAY', 'MONTH', 'YEAR'],
  TIMESTAMP: ['HOUR', 'DAY', 'MONTH', 'YEAR'],
  DATETIME: ['HOUR', 'DAY', 'MONTH', 'YEAR'],
};

/** Most columns of CLUSTER BY. Source: BigQuery quotas, "Maximum number of clustered columns". */
const MAX_CLUSTERING = 4;

/** Throws `invalid` when the parts of a definition do not fit each other. */
export function checkShape(shape: Shape): void {
  checkNames(shape.fields, '');
  for (const field of shape.fields) fieldType(field);
  const { timePartitioning, rangePartitioning, clustering } = shape;
  if (timePartitioning?.field !== undefined) {
    const { field: name, type: unit } = timePartitioning;
    const field = partitionField(shape.fields, name);
    if (units[field.type.toUpperCase()]?.includes(unit) !== true) {
      throw failure('invalid', `The field specified for partitioning can not be used with ${unit}: ${name}`);
    }
  }
  if (rangePartitioning !== undefined) {
    const field = partitionField(shape.fields, rangePartitioning.field);
    if (!['INTEGER', 'INT64'].includes(field.type.toUpperCase())) {
      throw failure('invalid', `The field specified for range partitioning must be INTEGER: ${field.name}`);
    }
  }
  if (clustering !== undefined) checkClustering(clustering.fields, shape.fields);
}

function checkNames(fields: readonly RestField[], path: string): void {
  const seen = new Set<string>();
  for (const field of fields) {
    const lower = field.name.toLowerCase();
    if (seen.has(lower)) throw failure('invalid', `Duplicate field name: ${path}${field.name}`);
    seen.add(lower);
    checkNames(field.fields ?? [], `${path}${field.name}.`);
  }
}

function partitionField(fields: readonly RestField[], name: string): RestField {
  const field = findField(fields, name);
  if (field === undefined) {
    throw failure('invalid', `The field specified for partitioning cannot be found in the schema: ${name}`);
  }
  if (field.mode?.toUpperCase() === 'REPEATED') {
    throw failure('invalid', `The field specified for partitioning must not be REPEATED: ${name}`);
  }
  return field;
}

function checkClustering(names: readonly string[], fields: readonly RestField[]): void {
  if (names.length === 0 || names.length > MAX_CLUSTERING) {
    throw failure('invalid', `Clustering supports 1 to ${MAX_CLUSTERING} columns, not ${names.length}`);
  }
  for (const name of names) {
    const [first = '', ...rest] = name.split('.');
    let field = findField(fields, first);
    for (const part of rest) field = findField(field?.fields ?? [], part);
    if (field === undefined) {
      throw failure('invalid', `The field specified for clustering cannot be found in the schema: ${name}`);
    }
  }
}

/** The field of a name, in any case. */
export function findField(fields: readonly RestField[], name: string): RestField | undefined {
  const lower = name.toLowerCase();
  return fields.find((field) => field.name.toLowerCase() === lower);
}

/**
 * Throws `invalid` unless rows of the old fields are rows of the new ones: fields may be added and REQUIRED may become
 * NULLABLE, nothing else. Source: docs "Modifying table schemas".
 */
export function checkSchemaChange(before: readonly RestField[], after: readonly RestField[], table: string): void {
  const refuse = (why: string): EngineFailure =>
    failure('invalid', `Provided Schema does not match Table ${table}. ${why}`);
  for (const old of before) {
    const next = findField(after, old.name);
    if (next === undefined) throw refuse(`Field ${old.name} is missing in new schema`);
    checkFieldChange(old, next, table, refuse);
  }
  for (const field of after) {
    if (findField(before, field.name) === undefined && modeOf(field) === 'REQUIRED') {
      throw refuse(`Cannot add required fields to an existing schema. (field: ${field.name})`);
    }
  }
}

function checkFieldChange(
  old: RestField,
  next: RestField,
  table: string,
  refuse: (why: string) => EngineFailure,
): void {
  const [from, to] = [restTypeName(old.type), restTypeName(next.type)];
  if (from !== to) throw refuse(`Field ${old.name} has changed type from ${from} to ${to}`);
  const [oldMode, nextMode] = [modeOf(old), modeOf(next)];
  const relaxed = oldMode === 'REQUIRED' && nextMode === 'NULLABLE';
  if (oldMode !== nextMode && !relaxed) {
    throw refuse(`Field ${old.name} has changed mode from ${oldMode} to ${nextMode}`);
  }
  if (from === 'RECORD') checkSchemaChange(old.fields ?? [], next.fields ?? [], table);
}

/** The mode in upper case, NULLABLE when there is none. */
export function modeOf({ mode }: RestField): string {
  return mode?.toUpperCase() ?? 'NULLABLE';
}
