/** JSON. */

import { jsonOfValue, type JsonStyle } from '../../values/json-encoding.ts';
import { canonicalJson, JsonNumber, jsonText, parseJson, type JsonValue, type WideNumbers } from '../../values/json.ts';
import {
  elementOf,
  memberOf,
  parseJsonPath,
  parseLaxPath,
  valueAtPath,
  valuesAtLaxPath,
} from '../../values/json-path.ts';
import { floatText } from '../../values/float-text.ts';
import { ValueError } from '../../values/sql-value.ts';
import { MAX_INT64, MIN_INT64, parseFloat64 } from '../../values/text-value.ts';
import { js, jsOfNulls, named } from './define.ts';
import { typesOf } from './strings.ts';

/** A scalar as JSON_VALUE gives it; objects, arrays and null give NULL. */
function scalarText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return value instanceof JsonNumber ? value.text : null;
}

/** A document given as text, perhaps cut off at its end; one that is not JSON gives NULL. */
function readText(text: string): JsonValue | undefined {
  try {
    return parseJson(text, 'round', 'unfinished');
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

function at(document: JsonValue | undefined, path: string, legacy: boolean): JsonValue | undefined {
  const steps = parseJsonPath(path, legacy);
  return document === undefined ? undefined : valueAtPath(document, steps);
}

const textOf = (value: JsonValue | undefined): string | null => (value === undefined ? null : jsonText(value));
/** On text, a JSON null reads as NULL. */
const textOfPresent = (value: JsonValue | undefined): string | null =>
  value === undefined || value === null ? null : jsonText(value);

function elements(value: JsonValue | undefined): readonly JsonValue[] | null {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : null;
}

function scalars(value: JsonValue | undefined): readonly (string | null)[] | null {
  const list = elements(value);
  if (list === null) return null;
  const texts = list.map((one) => ({ one, text: scalarText(one) }));
  return texts.some(({ one, text }) => text === null && one !== null) ? null : texts.map(({ text }) => text);
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (value instanceof JsonNumber) return 'number';
  if (value instanceof Map) return 'object';
  return Array.isArray(value) ? 'array' : typeof value;
}

function expected(kind: string): ValueError {
  return new ValueError(`The provided JSON input is not ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`);
}

function int64Of(text: string): bigint {
  const value = Number(text);
  const integer = /^-?\d+$/.test(text) ? BigInt(text) : Number.isInteger(value) ? BigInt(value) : undefined;
  if (integer === undefined) throw new ValueError(`The provided JSON number: ${text} cannot be converted to an int64`);
  if (integer < MIN_INT64 || integer > MAX_INT64) {
    throw new ValueError(`The provided JSON number: ${text} cannot be converted to an int64`);
  }
  return integer;
}

function floatOf(value: JsonValue, wide: string): number {
  if (wide !== 'exact' && wide !== 'round') throw new ValueError(`Invalid wide_number_mode specified: ${wide}`);
  if (typeof value === 'string' && /^(?:NaN|Infinity|-Infinity)$/.test(value)) return Number(value);
  if (!(value instanceof JsonNumber)) throw expected('number');
  const number = Number(value.text);
  if (wide === 'exact' && /^-?\d+$/.test(value.text) && BigInt(number) !== BigInt(value.text)) {
    throw new ValueError(`JSON number: ${value.text} cannot be converted to FLOAT64 without loss of precision`);
  }
  return number;
}

function laxBool(value: JsonValue): boolean | null {
  if (typeof value === 'boolean') return value;
  if (value instanceof JsonNumber) return Number(value.text) !== 0;
  if (typeof value !== 'string') return null;
  const lower = value.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : null;
}

function laxNumber(value: JsonValue): number | null {
  if (typeof value === 'boolean') return null;
  if (value instanceof JsonNumber) return Number(value.text);
  return typeof value === 'string' ? (parseFloat64(value) ?? null) : null;
}

function laxInt64(value: JsonValue): bigint | null {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  const text = value instanceof JsonNumber ? value.text : typeof value === 'string' ? value.trim() : '';
  if (/^[+-]?\d+$/.test(text)) {
    const exact = BigInt(text.replace(/^\+/, ''));
    return exact >= MIN_INT64 && exact <= MAX_INT64 ? exact : null;
  }
  const number = text === '' ? null : (parseFloat64(text) ?? null);
  if (number === null || !Number.isFinite(number)) return null;
  const rounded = BigInt(Math.sign(number) * Math.round(Math.abs(number)));
  return rounded >= MIN_INT64 && rounded <= MAX_INT64 ? rounded : null;
}

function laxString(value: JsonValue): string | null {
  if (value instanceof JsonNumber) return /^-?\d+$/.test(value.text) ? value.text : floatText(Number(value.text));
  return typeof value === 'string' ? value : typeof value === 'boolean' ? String(value) : null;
}

function parse(text: string, wide: string): string {
  if (wide !== 'exact' && wide !== 'round') throw new ValueError(`Invalid wide_number_mode specified: ${wide}`);
  try {
    return canonicalJson(text, wide satisfies WideNumbers);
  } catch (error) {
    if (error instanceof ValueError) throw new ValueError(`Invalid input to PARSE_JSON: ${error.message}`);
    throw error;
  }
}

const textStyle: JsonStyle = { target: 'text', stringifyWide: false, pretty: false };
const read = (text: string): JsonValue => parseJson(text, 'round');

export const jsonFunctions = named({
  gs_json_field: js('(JSON, STRING) -> JSON', (json, name) => textOf(memberOf(read(json), name))),
  gs_json_element: js('(JSON, INT64) -> JSON', (json, index) => textOf(elementOf(read(json), Number(index)))),
  gs_json_value: js('(JSON, STRING, BOOL) -> STRING', (json, path, legacy) => scalarText(at(read(json), path, legacy))),
  gs_json_value_of_text: js('(STRING, STRING, BOOL) -> STRING', (text, path, legacy) =>
    scalarText(at(readText(text), path, legacy)),
  ),
  gs_json_query: js('(JSON, STRING, BOOL) -> JSON', (json, path, legacy) => {
    const lax = legacy ? undefined : parseLaxPath(path);
    return textOf(lax === undefined ? at(read(json), path, legacy) : valuesAtLaxPath(read(json), lax));
  }),
  gs_json_query_of_text: js('(STRING, STRING, BOOL) -> STRING', (text, path, legacy) =>
    textOfPresent(at(readText(text), path, legacy)),
  ),
  gs_json_query_array: js(
    '(JSON, STRING, BOOL) -> ARRAY<JSON>',
    (json, path, legacy) => elements(at(read(json), path, legacy))?.map(jsonText) ?? null,
  ),
  gs_json_query_array_of_text: js(
    '(STRING, STRING, BOOL) -> ARRAY<STRING>',
    (text, path, legacy) => elements(at(readText(text), path, legacy))?.map(jsonText) ?? null,
  ),
  gs_json_value_array: js('(JSON, STRING, BOOL) -> ARRAY<STRING>', (json, path, legacy) =>
    scalars(at(read(json), path, legacy)),
  ),
  gs_json_value_array_of_text: js('(STRING, STRING, BOOL) -> ARRAY<STRING>', (text, path, legacy) =>
    scalars(at(readText(text), path, legacy)),
  ),
  gs_parse_json: js('(STRING, STRING) -> JSON', parse),
  gs_to_json: jsOfNulls('(STRING, BOOL, ANY) -> JSON', (types, stringifyWide, value) => {
    const [type] = typesOf(types ?? '');
    if (type === undefined) return null;
    const style: JsonStyle = { target: 'json', stringifyWide: stringifyWide ?? false, pretty: false };
    return canonicalJson(jsonOfValue(value, type, style), 'round');
  }),
  gs_to_json_string: jsOfNulls('(STRING, ANY, [BOOL]) -> STRING', (types, value, pretty) => {
    const [type] = typesOf(types ?? '');
    return type === undefined ? null : jsonOfValue(value, type, { ...textStyle, pretty: pretty ?? false });
  }),
  gs_json_type: js('(JSON) -> STRING', (json) => typeOf(read(json))),
  gs_json_bool: js('(JSON) -> BOOL', (json) => {
    const value = read(json);
    if (typeof value !== 'boolean') throw expected('boolean');
    return value;
  }),
  gs_json_string: js('(JSON) -> STRING', (json) => {
    const value = read(json);
    if (typeof value !== 'string') throw expected('string');
    return value;
  }),
  gs_json_int64: js('(JSON) -> INT64', (json) => {
    const value = read(json);
    if (!(value instanceof JsonNumber)) throw expected('integer');
    return int64Of(value.text);
  }),
  gs_json_float64: js('(JSON, STRING) -> FLOAT64', (json, wide) => floatOf(read(json), wide)),
  gs_json_lax_bool: js('(JSON) -> BOOL', (json) => laxBool(read(json))),
  gs_json_lax_int64: js('(JSON) -> INT64', (json) => laxInt64(read(json))),
  gs_json_lax_float64: js('(JSON) -> FLOAT64', (json) => laxNumber(read(json))),
  gs_json_lax_string: js('(JSON) -> STRING', (json) => laxString(read(json))),
});
