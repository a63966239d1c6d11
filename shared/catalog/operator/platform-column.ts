// Owns a column of the platform's own tables.
import type { Column } from '../column.ts';

/** A column about the platform itself: it means nothing about anybody. */
export function platformColumn(name: string, type: Column['type'], description: string): Column {
  return { name, type, repeated: false, description };
}
