/** How many bytes a value takes towards the limits on variables and strings. */
import { LIMITS } from '../limits.ts';
import { isList, isMap, type Value } from './value.ts';

/** What is counted for a value beside its text or bytes; Google publishes no figure. */
const SCALAR_BYTES = 8;
const ENTRY_BYTES = 2;

/** Lists and maps never change, so each is measured once. */
const measured = new WeakMap<object, number>();

/** Bytes of a value with all that is in it. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return ENTRY_BYTES + stringBytes(value);
  if (typeof value !== 'object' || value === null) return SCALAR_BYTES;
  if (value instanceof Uint8Array) return ENTRY_BYTES + value.byteLength;
  const known = measured.get(value);
  if (known !== undefined) return known;
  const size = containerSize(value);
  measured.set(value, size);
  return size;
}

function containerSize(value: Value & object): number {
  let size = ENTRY_BYTES;
  if (isList(value)) {
    for (const item of value) size += ENTRY_BYTES + sizeOf(item);
  } else if (isMap(value)) {
    for (const [key, item] of value) size += ENTRY_BYTES + stringBytes(key) + sizeOf(item);
  }
  return size;
}

function stringBytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** True when a string is longer than a string may be. */
export function isTooLong(text: string): boolean {
  return text.length * 3 > LIMITS.stringBytes && stringBytes(text) > LIMITS.stringBytes;
}

/** True when a value is, or has in it, a string that is longer than a string may be. */
export function holdsTooLongString(value: Value): boolean {
  if (typeof value === 'string') return isTooLong(value);
  if (typeof value !== 'object' || value === null || sizeOf(value) <= LIMITS.stringBytes) return false;
  if (isList(value)) return value.some(holdsTooLongString);
  if (!isMap(value)) return false;
  for (const item of value.values()) if (holdsTooLongString(item)) return true;
  return false;
}
