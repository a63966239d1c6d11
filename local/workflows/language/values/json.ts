/** JSON text to values and back: integers stay exact, doubles stay doubles, maps are written in key order. */
import { isList, isMap, sortedKeys, typeNameInMessage, type Value } from './value.ts';

export type JsonDecoded =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'invalid'; readonly message: string };

/** Values of JSON text. Numbers without fraction or exponent are integers, unless they need more than 64 bits. */
export function decodeJson(text: string): JsonDecoded {
  try {
    // The reviver returns values of ours at every level, from the leaves up.
    return { kind: 'value', value: JSON.parse(text, revive) as Value };
  } catch (error) {
    return { kind: 'invalid', message: error instanceof Error ? error.message : 'not JSON' };
  }
}

/** `context.source` is the text of a scalar: https://github.com/tc39/proposal-json-parse-with-source */
function revive(_key: string, value: unknown, context?: { readonly source?: string }): Value {
  if (typeof value === 'number') return toNumber(context?.source ?? String(value), value);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  // JSON.parse calls from the leaves up: what is in these has become values already.
  if (Array.isArray(value)) return value as Value[];
  return new Map(Object.entries(value as Record<string, Value>));
}

function toNumber(source: string, value: number): bigint | number {
  if (!/^-?\d+$/.test(source)) return value;
  const integer = BigInt(source);
  return fitsInteger(integer) ? integer : value;
}

/** True for what a 64-bit signed integer can hold. */
export function fitsInteger(integer: bigint): boolean {
  return BigInt.asIntN(64, integer) === integer;
}

export type JsonEncoded =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'invalid'; readonly message: string };

/** How JSON is laid out: nothing, or a prefix for every line and an indentation for every level. */
export interface JsonLayout {
  readonly prefix: string;
  readonly indent: string;
}

/** JSON text of a value; bytes, functions and numbers that are not finite have none. */
export function encodeJson(value: Value, layout?: JsonLayout): JsonEncoded {
  try {
    return { kind: 'text', text: layout === undefined ? compact(value) : laidOut(value, layout, layout.prefix) };
  } catch (error) {
    if (error instanceof Unencodable) return { kind: 'invalid', message: error.message };
    // The stack is what bounds how deep a value may be.
    if (error instanceof RangeError) return { kind: 'invalid', message: 'the value is nested too deeply' };
    throw error;
  }
}

class Unencodable extends Error {}

function scalar(value: Value): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return numberText(value);
  throw new Unencodable(`${typeNameInMessage(value)} cannot be encoded as JSON`);
}

/** A double as text, `-0` as `0`. */
export function numberText(value: number): string {
  return String(value === 0 ? 0 : value);
}

function compact(value: Value): string {
  if (isList(value)) return `[${value.map(compact).join(',')}]`;
  if (!isMap(value)) return scalar(value);
  return `{${sortedKeys(value)
    .map((key) => `${JSON.stringify(key)}:${compact(value.get(key) ?? null)}`)
    .join(',')}}`;
}

function laidOut(value: Value, layout: JsonLayout, margin: string): string {
  const inner = margin + layout.indent;
  if (isList(value) && value.length > 0) {
    const items = value.map((item) => `\n${inner}${laidOut(item, layout, inner)}`);
    return `[${items.join(',')}\n${margin}]`;
  }
  if (isMap(value) && value.size > 0) {
    const entries = sortedKeys(value).map(
      (key) => `\n${inner}${JSON.stringify(key)}: ${laidOut(value.get(key) ?? null, layout, inner)}`,
    );
    return `{${entries.join(',')}\n${margin}}`;
  }
  return compact(value);
}
