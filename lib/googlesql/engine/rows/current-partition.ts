/** The partition by ingestion time that rows of now go to. */

import { duckLiteral } from '../../duckdb/literal.ts';
import { TIMESTAMP } from '../../types/sql-type.ts';
import { partitionId, partitionRange } from '../../values/partition.ts';
import { partitioningOf } from '../catalog/catalog-table.ts';
import type { TableDefinition } from '../definitions.ts';

/** Its start, Unix microseconds. */
export function currentPartition(definition: TableDefinition, nowMs: number): bigint {
  const partitioning = partitioningOf(definition);
  if (partitioning?.kind !== 'ingestion') throw new Error('the table is partitioned by ingestion time');
  const id = partitionId(BigInt(Math.trunc(nowMs)) * 1000n, partitioning.unit);
  const range = partitionRange(id, partitioning);
  if (range?.kind !== 'range') throw new Error('an id made from a time is one');
  return range.start;
}

/** Its start as DuckDB SQL. */
export function currentPartitionText(definition: TableDefinition, nowMs: number): string {
  return duckLiteral(currentPartition(definition, nowMs), TIMESTAMP);
}
