/** Changes a DuckDB table's columns after its definition, keeping the rows. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { castText } from '../../duckdb/cast.ts';
import { structOfTexts } from '../../duckdb/literal.ts';
import { duckType, fieldName } from '../../duckdb/types.ts';
import type { RestField } from '../../types/rest-schema.ts';
import { sameType, type SqlType } from '../../types/sql-type.ts';
import { fieldType } from './physical.ts';
import { physicalColumn, relationName, type PhysicalTable } from './records.ts';

/**
 * Alters the table from its old fields to new ones, in the connection's transaction. Columns are told by name; the
 * change is one that keeps every old value (see `checkSchemaChange`), or drops a column.
 */
export async function evolvePhysical(
  connection: DuckDBConnection,
  physical: PhysicalTable,
  before: readonly RestField[],
  after: readonly RestField[],
): Promise<PhysicalTable> {
  const relation = relationName(physical.id);
  const numbers = new Map(before.map((field, i) => [field.name.toLowerCase(), physical.columns[i] ?? 0]));
  const olds = new Map(before.map((field) => [field.name.toLowerCase(), field]));
  let { nextColumn } = physical;
  const columns: number[] = [];
  for (const field of after) {
    const lower = field.name.toLowerCase();
    const number = numbers.get(lower);
    const old = olds.get(lower);
    if (number === undefined || old === undefined) {
      const type = duckType(fieldType(field));
      await connection.run(`ALTER TABLE ${relation} ADD COLUMN ${physicalColumn(nextColumn)} ${type}`);
      columns.push(nextColumn);
      nextColumn++;
    } else {
      await evolveColumn(connection, `${relation} ALTER COLUMN ${physicalColumn(number)}`, [old, field]);
      columns.push(number);
    }
    numbers.delete(lower);
  }
  for (const number of numbers.values()) {
    await connection.run(`ALTER TABLE ${relation} DROP COLUMN ${physicalColumn(number)}`);
  }
  return { ...physical, columns, nextColumn };
}

async function evolveColumn(
  connection: DuckDBConnection,
  target: string,
  [before, after]: readonly [RestField, RestField],
): Promise<void> {
  if (before.mode?.toUpperCase() === 'REQUIRED' && after.mode?.toUpperCase() !== 'REQUIRED') {
    await connection.run(`ALTER TABLE ${target} DROP NOT NULL`);
  }
  const [from, to] = [fieldType(before), fieldType(after)];
  if (sameType(from, to)) return;
  const column = target.slice(target.lastIndexOf(' ') + 1);
  await connection.run(`ALTER TABLE ${target} SET DATA TYPE ${duckType(to)} USING ${widened(column, from, to)}`);
}

/** A value of the old type as one of the new type, whose structs have more fields and whose scalars are wider. */
function widened(text: string, from: SqlType, to: SqlType, depth = 0): string {
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') {
    const item = `e${depth}`;
    const inner = widened(item, from.element, to.element, depth + 1);
    return inner === item ? text : `list_transform(${text}, lambda ${item}: ${inner})`;
  }
  if (from.kind !== 'STRUCT' || to.kind !== 'STRUCT') {
    return castText(text, { from, to, zone: "'UTC'", fresh: () => `e${depth}` });
  }
  const fields = to.fields.map((field) => {
    const index = from.fields.findIndex((old) => old.name.toLowerCase() === field.name.toLowerCase());
    const old = from.fields[index];
    if (old === undefined) return `CAST(NULL AS ${duckType(field.type)})`;
    return widened(`${text}.${fieldName(index)}`, old.type, field.type, depth);
  });
  return `CASE WHEN ${text} IS NULL THEN NULL ELSE ${structOfTexts(fields)} END`;
}
