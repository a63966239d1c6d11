/** Sizes of values as BigQuery counts them. Source: cloud.google.com/bigquery/pricing, "Data size calculation". */

import type { ScalarKind, SqlType } from '../types/sql-type.ts';
import { fieldName } from './types.ts';

const fixed: Readonly<Partial<Record<ScalarKind, number>>> = {
  INT64: 8,
  FLOAT64: 8,
  NUMERIC: 16,
  BIGNUMERIC: 32,
  BOOL: 1,
  DATE: 8,
  TIME: 8,
  DATETIME: 8,
  TIMESTAMP: 8,
  INTERVAL: 16,
};

/** Bytes of a value as a DuckDB expression; NULL counts nothing. */
function logicalSize(text: string, type: SqlType, depth = 0): string {
  if (type.kind === 'ARRAY') {
    const item = `z${depth}`;
    return `coalesce(list_sum(list_transform(${text}, lambda ${item}: ${logicalSize(item, type.element, depth + 1)})), 0)`;
  }
  if (type.kind === 'STRUCT') {
    if (type.fields.length === 0) return '0';
    return `(${type.fields.map((field, i) => logicalSize(`${text}.${fieldName(i)}`, field.type, depth)).join(' + ')})`;
  }
  const bytes = fixed[type.kind];
  if (bytes !== undefined) return `(CASE WHEN ${text} IS NULL THEN 0 ELSE ${bytes} END)`;
  if (type.kind === 'JSON') return `coalesce(strlen(${text}), 0)`;
  const length = type.kind === 'BYTES' ? `octet_length(${text})` : `strlen(${text})`;
  return `coalesce(2 + ${length}, 0)`;
}

/** A part of a column that is read by itself. */
export interface SizedLeaf {
  /** The column's path, `3`, and the fields down to the leaf, `3.0.1`; arrays on the way are not told. */
  readonly path: string;
  /** Its bytes in one row, as a DuckDB expression. */
  readonly size: string;
}

/** The leaves of a column: structs in it, and in arrays of it, are read field by field. */
export function leafSizes(text: string, type: SqlType, path: string, depth = 0): readonly SizedLeaf[] {
  if (type.kind === 'STRUCT') {
    return type.fields.flatMap((field, i) => leafSizes(`${text}.${fieldName(i)}`, field.type, `${path}.${i}`, depth));
  }
  if (type.kind !== 'ARRAY' || type.element.kind !== 'STRUCT') return [{ path, size: logicalSize(text, type, depth) }];
  const item = `z${depth}`;
  return leafSizes(item, type.element, path, depth + 1).map((leaf) => ({
    path: leaf.path,
    size: `coalesce(list_sum(list_transform(${text}, lambda ${item}: ${leaf.size})), 0)`,
  }));
}
