/** The values that a workflow computes with: their types, names, equality and order. Values are never changed in place. */

/** A subworkflow or built-in predicate named as a value, as `retry: {predicate: ${my_predicate}}` does. */
export interface FunctionValue {
  readonly kind: 'function';
  readonly name: string;
}

export type ListValue = readonly Value[];
export type MapValue = ReadonlyMap<string, Value>;

/** Integers are bigints (64 bits, signed), doubles are numbers, bytes are Uint8Arrays. */
export type Value = null | boolean | bigint | number | string | Uint8Array | ListValue | MapValue | FunctionValue;

export type TypeName = 'null' | 'boolean' | 'integer' | 'double' | 'string' | 'bytes' | 'list' | 'map' | 'function';

/** The name of a value's type, as `get_type` answers. */
export function typeName(value: Value): TypeName {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'bigint':
      return 'integer';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      return objectTypeName(value);
  }
}

function objectTypeName(value: null | Uint8Array | ListValue | MapValue | FunctionValue): TypeName {
  if (value === null) return 'null';
  if (isList(value)) return 'list';
  if (isMap(value)) return 'map';
  return value instanceof Uint8Array ? 'bytes' : 'function';
}

/** The name of a type in Google's error messages, which call a map a dict. */
export function typeNameInMessage(value: Value): string {
  const name = typeName(value);
  return name === 'map' ? 'dict' : name;
}

export function isList(value: Value): value is ListValue {
  return Array.isArray(value);
}

export function isMap(value: Value): value is MapValue {
  return value instanceof Map;
}

export function isFunction(value: Value): value is FunctionValue {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** A map of the entries given, in the order given. */
export function mapOf(entries: Readonly<Record<string, Value>>): MapValue {
  return new Map(Object.entries(entries));
}

/** Deep equality; an integer equals a double of the same size, other types never equal each other. */
export function equal(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (isNumeric(left) && isNumeric(right)) return !(left < right) && !(left > right) && !isNaN(left) && !isNaN(right);
  if (isList(left)) return isList(right) && equalLists(left, right);
  if (isMap(left)) return isMap(right) && equalMaps(left, right);
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0;
  return isFunction(left) && isFunction(right) && left.name === right.name;
}

export function isNumeric(value: Value): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

function isNaN(value: bigint | number): boolean {
  return Number.isNaN(value);
}

function equalLists(left: ListValue, right: ListValue): boolean {
  return left.length === right.length && left.every((item, index) => equal(item, right[index] ?? null));
}

function equalMaps(left: MapValue, right: MapValue): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !equal(value, other)) return false;
  }
  return true;
}

/** The keys of a map in the order in which maps are written and listed. */
export function sortedKeys(map: MapValue): string[] {
  return [...map.keys()].sort();
}
