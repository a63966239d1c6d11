/** How large types are: structs can be put into each other until no memory holds them written out. */

import type { SqlType } from './sql-type.ts';

/**
 * Most fields at all depths of one type. Source: BigQuery quotas, "Maximum columns in a table, query result, or view
 * definition", which counts nested columns.
 */
export const maxTypeFields = 10_000;

const sizes = new WeakMap<SqlType, number>();

/** The number of fields at all depths; a type that occurs several times in it counts each time. */
export function typeSize(type: SqlType): number {
  if (type.kind === 'ARRAY') return typeSize(type.element);
  if (type.kind !== 'STRUCT') return 1;
  const before = sizes.get(type);
  if (before !== undefined) return before;
  const size = type.fields.reduce((sum, field) => sum + typeSize(field.type), 1);
  sizes.set(type, size);
  return size;
}
