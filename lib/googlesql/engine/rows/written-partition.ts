/** The partition by ingestion time that written rows go to: the one that they were sent to, else that of now. */

import { duckLiteral } from '../../duckdb/literal.ts';
import { TIMESTAMP } from '../../types/sql-type.ts';
import { partitionId, partitionRange } from '../../values/partition.ts';
import { partitioningOf } from '../catalog/catalog-table.ts';
import type { TableDefinition } from '../definitions.ts';
import { failure } from '../failure.ts';
import { rangeOf } from './partition-decorator.ts';

/**
 * Its start, Unix microseconds.
 * @param partition what the decorator names
 * Throws `invalid` for a partition that takes no rows.
 */
export function writtenPartition(definition: TableDefinition, partition: string | undefined, nowMs: number): bigint {
  if (partition === undefined) return currentPartition(definition, nowMs);
  const range = rangeOf(definition, partition);
  if (range.kind === 'null') throw failure('invalid', `Partition $${partition} cannot be written to`);
  return range.start;
}

/** Its start as DuckDB SQL. */
export function writtenPartitionText(
  definition: TableDefinition,
  partition: string | undefined,
  nowMs: number,
): string {
  return duckLiteral(writtenPartition(definition, partition, nowMs), TIMESTAMP);
}

function currentPartition(definition: TableDefinition, nowMs: number): bigint {
  const partitioning = partitioningOf(definition);
  if (partitioning?.kind !== 'ingestion') throw new Error('the table is partitioned by ingestion time');
  const id = partitionId(BigInt(Math.trunc(nowMs)) * 1000n, partitioning.unit);
  const range = partitionRange(id, partitioning);
  if (range?.kind !== 'range') throw new Error('an id made from a time is one');
  return range.start;
}
