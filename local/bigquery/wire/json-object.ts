/** Small questions about JSON objects. */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the fields that are undefined. */
export function definedFields(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
