/** JSON merge patch: how PATCH changes a resource. Source: RFC 7396 */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import { isObject } from '../../primitives/json-object.ts';

/** `target` with the fields of `patch`: null removes, objects merge, all else (arrays too) replaces. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (isObject(value)) merged[name] = mergePatch(isObject(merged[name]) ? merged[name] : {}, value);
    else merged[name] = value;
  }
  return merged;
}
