/** Rows of one partition, as DuckDB SQL. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { duckLiteral } from '../../duckdb/literal.ts';
import { DATE, DATETIME, INT64, TIMESTAMP, type SqlType } from '../../types/sql-type.ts';
import { MICROS_PER_DAY } from '../../values/civil.ts';
import type { PartitionRange } from '../../values/partition.ts';
import { findField } from '../objects/table-rules.ts';
import { fieldType, physicalOf } from '../storage/physical.ts';
import { PARTITION_TIME, physicalColumn, relationName, type TableRecord } from '../storage/records.ts';
import { rangeOf } from './partition-decorator.ts';

/** The condition that picks a partition's rows. */
export function partitionCondition(record: TableRecord, partition: string): string {
  return conditionOf(record, rangeOf(record.definition, partition));
}

/** The same for a range that is known. */
export function conditionOf(record: TableRecord, range: PartitionRange): string {
  const { name, type } = partitionColumn(record);
  if (range.kind === 'null') return `${name} IS NULL`;
  const bound = (value: bigint): string =>
    duckLiteral(type.kind === 'DATE' ? Number(value / MICROS_PER_DAY) : value, type);
  return `(${name} >= ${bound(range.start)} AND ${name} < ${bound(range.end)})`;
}

/** The DuckDB column that says which partition a row is in. */
function partitionColumn(record: TableRecord): { readonly name: string; readonly type: SqlType } {
  const { timePartitioning, rangePartitioning, fields } = record.definition;
  const field = timePartitioning?.field ?? rangePartitioning?.field;
  if (field === undefined) return { name: PARTITION_TIME, type: TIMESTAMP };
  const index = fields.findIndex((one) => one.name.toLowerCase() === field.toLowerCase());
  const type = fieldType(findField(fields, field) ?? { name: field, type: 'STRING' });
  const plain = [DATE, DATETIME, TIMESTAMP, INT64].find(({ kind }) => kind === type.kind) ?? type;
  return { name: physicalColumn(physicalOf(record).columns[index] ?? 0), type: plain };
}

/** Deletes a partition's rows in the connection's transaction. */
export async function deletePartition(
  connection: DuckDBConnection,
  record: TableRecord,
  partition: string,
): Promise<void> {
  const { id } = physicalOf(record);
  await connection.run(`DELETE FROM ${relationName(id)} WHERE ${partitionCondition(record, partition)}`);
}
