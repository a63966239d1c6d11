/** GoogleSQL types as DuckDB types. */

import type { ScalarKind, SqlType } from '../types/sql-type.ts';

/**
 * How each scalar is kept: NUMERIC fits a 38-digit decimal exactly, BIGNUMERIC is the integer of its 10^-38 units, JSON is
 * its canonical text, civil times are DuckDB's TIMESTAMP and instants its TIMESTAMP WITH TIME ZONE.
 */
const scalarTypes: Readonly<Record<ScalarKind, string>> = {
  INT64: 'BIGINT',
  FLOAT64: 'DOUBLE',
  NUMERIC: 'DECIMAL(38,9)',
  BIGNUMERIC: 'BIGNUM',
  BOOL: 'BOOLEAN',
  STRING: 'VARCHAR',
  BYTES: 'BLOB',
  DATE: 'DATE',
  TIME: 'TIME',
  DATETIME: 'TIMESTAMP',
  TIMESTAMP: 'TIMESTAMP WITH TIME ZONE',
  INTERVAL: 'INTERVAL',
  JSON: 'VARCHAR',
};

/** The DuckDB type of a GoogleSQL type. Fields are positional, so that names never reach DuckDB. */
export function duckType(type: SqlType): string {
  switch (type.kind) {
    case 'ARRAY':
      return `${duckType(type.element)}[]`;
    case 'STRUCT':
      // DuckDB has no struct without fields.
      if (type.fields.length === 0) return 'STRUCT(f0 BOOLEAN)';
      return `STRUCT(${type.fields.map((field, i) => `${fieldName(i)} ${duckType(field.type)}`).join(', ')})`;
    default:
      return scalarTypes[type.kind];
  }
}

/** The name of a struct's field by position. */
export function fieldName(index: number): string {
  return `f${index}`;
}
