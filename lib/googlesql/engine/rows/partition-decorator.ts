/** `table$20260801`: a partition of a table by its id. */

import { partitionRange, type PartitionRange } from '../../values/partition.ts';
import { partitioningOf } from '../catalog/catalog-table.ts';
import type { TableDefinition, TableRef } from '../definitions.ts';
import { failure } from '../failure.ts';
import { tableText } from '../storage/records.ts';

/** A reference without its decorator, and the decorator. */
export function splitDecorator(ref: TableRef): { readonly table: TableRef; readonly partition?: string } {
  const at = ref.tableId.indexOf('$');
  if (at < 0) return { table: ref };
  return { table: { ...ref, tableId: ref.tableId.slice(0, at) }, partition: ref.tableId.slice(at + 1) };
}

/** What the partition of a table holds. Throws `invalid` when it has no such partition. */
export function rangeOf(definition: TableDefinition, partition: string): PartitionRange {
  const partitioning = partitioningOf(definition);
  const name = tableText(definition.ref);
  if (partitioning === undefined) {
    throw failure(
      'invalid',
      `Invalid table ID: cannot use a partition decorator ($${partition}) with the table ${name}, which is not partitioned`,
    );
  }
  if (partition === '__UNPARTITIONED__') {
    throw failure(
      'invalid',
      `Partition __UNPARTITIONED__ of table ${name} cannot be addressed: rows have their partition at once`,
    );
  }
  const range = partitionRange(partition, partitioning);
  if (range !== undefined) return range;
  const expected = partitioning.kind === 'range' ? 'the start of an integer range' : formats[partitioning.unit];
  throw failure('invalid', `Invalid partition ID ${partition} of table ${name}: expected ${expected}`);
}

/** What is said of rows that do not belong to the partition that they were sent to. */
export function otherPartitions(destination: TableRef): Error {
  return failure(
    'invalid',
    `Some rows belong to different partitions rather than destination partition ${tableText(destination)}`,
  );
}

const formats = { HOUR: 'YYYYMMDDHH', DAY: 'YYYYMMDD', MONTH: 'YYYYMM', YEAR: 'YYYY' } as const;
