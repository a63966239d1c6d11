/** DuckDB tables behind the definitions: making them, and getting rid of those that no definition names. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { duckType } from '../../duckdb/types.ts';
import type { StoredRows } from '../../duckdb/storage.ts';
import { typeOfField } from '../../types/rest-conversion.ts';
import type { RestField } from '../../types/rest-schema.ts';
import type { SqlType } from '../../types/sql-type.ts';
import { failure } from '../failure.ts';
import { PARTITION_TIME, physicalColumn, relationName, type PhysicalTable, type TableRecord } from './records.ts';

/** The type of a field. Throws `invalid` for a type that is not served. */
export function fieldType(field: RestField): SqlType {
  const type = typeOfField(field);
  if (type === undefined) {
    throw failure(
      'invalid',
      `Invalid field type: Field ${field.name} has type ${field.type}, which is not supported locally`,
    );
  }
  return type;
}

/** A new physical table for fields; nothing is made yet. */
export function newPhysical(id: number, fields: readonly RestField[], partitionTime: boolean): PhysicalTable {
  return { id, columns: fields.map((_, i) => i), nextColumn: fields.length, partitionTime };
}

/** Makes the DuckDB table, empty. */
export async function createPhysical(
  connection: DuckDBConnection,
  physical: PhysicalTable,
  fields: readonly RestField[],
  relation = relationName(physical.id),
): Promise<void> {
  const columns = fields.map((field, i) => {
    const required = field.mode?.toUpperCase() === 'REQUIRED' ? ' NOT NULL' : '';
    return `${physicalColumn(physical.columns[i] ?? 0)} ${duckType(fieldType(field))}${required}`;
  });
  // In front, because columns that are added later come last.
  if (physical.partitionTime) columns.unshift(`${PARTITION_TIME} TIMESTAMP WITH TIME ZONE`);
  // A table without columns still needs one in DuckDB.
  const list = columns.length === 0 ? 'nothing BOOLEAN' : columns.join(', ');
  await connection.run(`CREATE TABLE ${relation} (${list})`);
}

/** Where the generator finds a table's rows. DuckDB's order is that of the numbers, the partition time in front. */
export function storedRows(physical: PhysicalTable): StoredRows {
  const inOrder = [...physical.columns].toSorted((a, b) => a - b).map(physicalColumn);
  return {
    kind: 'stored',
    relation: relationName(physical.id),
    physicalColumns: physical.partitionTime ? [PARTITION_TIME, ...inOrder] : inOrder,
    columnNames: physical.columns.map(physicalColumn),
    ...(physical.partitionTime ? { partitionTime: PARTITION_TIME } : {}),
  };
}

/** Drops DuckDB tables that no definition names: what a crash or a replacement has left. */
export async function dropOrphans(
  connection: DuckDBConnection,
  named: ReadonlySet<number>,
): Promise<readonly number[]> {
  const reader = await connection.runAndReadAll(
    "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store' AND schema_name = 'data'",
  );
  const ids = reader.getRows().map(([name]) => Number(String(name).slice(1)));
  for (const id of ids) if (!named.has(id)) await connection.run(`DROP TABLE IF EXISTS ${relationName(id)}`);
  return ids;
}

/** The physical table of a record. Throws when it is a view. */
export function physicalOf(record: TableRecord): PhysicalTable {
  if (record.physical === undefined) throw failure('invalid', `${record.definition.ref.tableId} is not a table`);
  return record.physical;
}
