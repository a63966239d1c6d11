/** What values of a type can be used for: ordering, grouping, comparing. */

import type { SqlType } from './sql-type.ts';

/** Whether ORDER BY, MIN and window ordering take the type. */
export function isOrderable(type: SqlType): boolean {
  return type.kind !== 'ARRAY' && type.kind !== 'STRUCT' && type.kind !== 'JSON';
}

/** Whether GROUP BY, DISTINCT and PARTITION BY take the type. */
export function isGroupable(type: SqlType): boolean {
  switch (type.kind) {
    case 'JSON':
      return false;
    case 'ARRAY':
      return isGroupable(type.element);
    case 'STRUCT':
      return type.fields.every((field) => isGroupable(field.type));
    default:
      return true;
  }
}

/** Whether `=` takes the type. */
export function isEquatable(type: SqlType): boolean {
  switch (type.kind) {
    case 'JSON':
    case 'ARRAY':
      return false;
    case 'STRUCT':
      return type.fields.every((field) => isEquatable(field.type));
    default:
      return true;
  }
}

/** Names the part of a type that GROUP BY and its like do not take, as messages do. */
export function ungroupablePart(type: SqlType): string {
  if (type.kind === 'STRUCT' || type.kind === 'ARRAY') {
    return type.kind === 'ARRAY' ? 'ARRAY' : 'STRUCT containing JSON';
  }
  return type.kind;
}
