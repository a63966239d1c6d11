// Owns a column of a table: its GoogleSQL type, what it means, and how BigQuery's REST API writes it.
import type { SemanticId } from '../platform/ids.ts';

/** The types of a column with the names that `tables.get` answers, so that want and have compare without translation. */
export const COLUMN_TYPES = {
  BIGNUMERIC: 'BIGNUMERIC',
  BOOL: 'BOOLEAN',
  BYTES: 'BYTES',
  DATE: 'DATE',
  DATETIME: 'DATETIME',
  FLOAT64: 'FLOAT',
  INT64: 'INTEGER',
  INTERVAL: 'INTERVAL',
  JSON: 'JSON',
  NUMERIC: 'NUMERIC',
  STRING: 'STRING',
  STRUCT: 'RECORD',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
} as const;

/** A GoogleSQL type, without its array. */
export type ColumnTypeName = keyof typeof COLUMN_TYPES;

/** The type of a column. */
export interface ColumnType {
  readonly type: ColumnTypeName;
  /** Whether the column holds an array of the type. */
  readonly repeated: boolean;
  /** Of STRUCT, its fields. */
  readonly fields?: readonly Column[] | undefined;
}

/** A column of a table, or a field of a STRUCT. Every column is NULLABLE: only so can a required field become optional. */
export interface Column extends ColumnType {
  readonly name: string;
  readonly description?: string | undefined;
  readonly semantic?: SemanticId | undefined;
}

/** One field of a schema as BigQuery's REST API writes it (`TableFieldSchema`). */
export interface RestColumn {
  readonly name: string;
  readonly type: string;
  readonly mode: 'NULLABLE' | 'REPEATED';
  readonly description?: string;
  readonly fields?: readonly RestColumn[];
}

/** Columns as `tables.insert` takes them and `tables.get` answers them. */
export function restColumns(columns: readonly Column[]): readonly RestColumn[] {
  return columns.map(({ name, type, repeated, description, fields }) => ({
    name,
    type: COLUMN_TYPES[type],
    mode: repeated ? 'REPEATED' : 'NULLABLE',
    ...(description === undefined ? {} : { description }),
    ...(fields === undefined ? {} : { fields: restColumns(fields) }),
  }));
}

/** A type as SQL writes it: `ARRAY<STRUCT<a INT64, b STRING>>`. */
export function formatColumnType({ type, repeated, fields }: ColumnType): string {
  const inner = fields?.map((field) => `${field.name} ${formatColumnType(field)}`).join(', ');
  const single = type === 'STRUCT' ? `STRUCT<${inner ?? ''}>` : type;
  return repeated ? `ARRAY<${single}>` : single;
}

/** Whether two types hold the same values; descriptions and meanings do not matter. */
export function sameColumnType(a: ColumnType, b: ColumnType): boolean {
  return formatColumnType(a).toLowerCase() === formatColumnType(b).toLowerCase();
}
