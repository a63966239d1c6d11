/** How much of JavaScript's memory values take, about: what must stay below the heap of the worker is counted so. */

import type { SqlValue } from '../../values/sql-value.ts';

/** A number, a boolean, or the place of anything else. */
const PLACE_BYTES = 16;

/** Bytes of a value and everything in it. */
export function valueBytes(value: SqlValue): number {
  if (typeof value === 'string') return PLACE_BYTES + value.length;
  if (value instanceof Uint8Array) return PLACE_BYTES + value.length;
  if (!Array.isArray(value)) return PLACE_BYTES;
  return (value as readonly SqlValue[]).reduce<number>((sum, part) => sum + valueBytes(part), PLACE_BYTES);
}
