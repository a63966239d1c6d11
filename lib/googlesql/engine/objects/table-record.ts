/** Records of tables: made from what a caller gives, and changed. */

import { given } from '../../syntax/given.ts';
import type { RestField } from '../../types/rest-schema.ts';
import type { DatasetDefinition, TableDefinition, TableSpec } from '../definitions.ts';
import type { PhysicalTable, TableRecord } from '../storage/records.ts';

/** The definition of a new table; the dataset's default lifetimes apply. */
export function newDefinition(
  spec: TableSpec,
  fields: readonly RestField[],
  dataset: DatasetDefinition,
  nowMs: number,
): TableDefinition {
  const isTable = spec.type === 'TABLE';
  return {
    ...spec,
    fields,
    ...given({
      expirationMs: spec.expirationMs ?? (isTable ? defaultExpiration(spec, dataset, nowMs) : undefined),
      timePartitioning: withDefaultExpiration(spec.timePartitioning, dataset),
    }),
    resource: spec.resource ?? {},
    createdMs: nowMs,
    modifiedMs: nowMs,
    revision: 1,
  };
}

/** Partitioned tables follow the default of partitions, if there is one. Source: REST `defaultTableExpirationMs`. */
function defaultExpiration(spec: TableSpec, dataset: DatasetDefinition, nowMs: number): number | undefined {
  const { defaultTableExpirationMs, defaultPartitionExpirationMs } = dataset;
  if (defaultTableExpirationMs === undefined) return undefined;
  if (spec.timePartitioning !== undefined && defaultPartitionExpirationMs !== undefined) return undefined;
  return nowMs + defaultTableExpirationMs;
}

function withDefaultExpiration(
  partitioning: TableSpec['timePartitioning'],
  { defaultPartitionExpirationMs }: DatasetDefinition,
): TableSpec['timePartitioning'] {
  if (partitioning === undefined || partitioning.expirationMs !== undefined) return partitioning;
  if (defaultPartitionExpirationMs === undefined) return partitioning;
  return { ...partitioning, expirationMs: String(defaultPartitionExpirationMs) };
}

/** The record with its definition changed, one revision on. */
export function changedRecord(
  { definition, physical }: TableRecord,
  change: Partial<TableDefinition>,
  nowMs: number,
  newPhysical: PhysicalTable | undefined = physical,
): TableRecord {
  return {
    definition: { ...definition, ...change, modifiedMs: nowMs, revision: definition.revision + 1 },
    ...given({ physical: newPhysical }),
  };
}
