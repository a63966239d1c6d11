/** JSON functions that build values and change them. */

import type { SqlType } from '../../types/sql-type.ts';
import { jsonOfValue, type JsonStyle } from '../../values/json-encoding.ts';
import {
  appendAt,
  changeAt,
  insertAt,
  jsonKeys,
  type KeysMode,
  removeAt,
  setAt,
  stripNulls,
} from '../../values/json-change.ts';
import { jsonText, parseJson, type JsonValue } from '../../values/json.ts';
import { parseJsonPath, type PathStep } from '../../values/json-path.ts';
import { type SqlValue, ValueError } from '../../values/sql-value.ts';
import { js, jsOfNulls, named } from './define.ts';
import { typesOf } from './strings.ts';

const style: JsonStyle = { target: 'json', stringifyWide: false, pretty: false };
const read = (text: string): JsonValue => parseJson(text, 'round');

function jsonOf(value: SqlValue, type: SqlType | undefined): JsonValue {
  return type === undefined ? null : read(jsonOfValue(value, type, style));
}

/** A path and the value that goes there. */
interface Pair {
  readonly steps: readonly PathStep[];
  readonly value: SqlValue;
  readonly type: SqlType | undefined;
}

/** `path, value, path, value, …`; pairs whose path is NULL are left out. */
function pairsOf(list: readonly SqlValue[], types: readonly SqlType[]): readonly Pair[] {
  if (list.length % 2 !== 0) throw new ValueError('A JSONPath must be followed by a value');
  const pairs: Pair[] = [];
  for (let i = 0; i < list.length; i += 2) {
    const path = list[i];
    if (path === null) continue;
    if (typeof path !== 'string' || types[i]?.kind !== 'STRING') throw new ValueError('JSONPath must be a STRING');
    pairs.push({ steps: parseJsonPath(path, false), value: list[i + 1] ?? null, type: types[i + 1] });
  }
  return pairs;
}

/** Applies each pair to what the ones before it made. */
function applied(
  json: string | null,
  option: boolean | null,
  { list, types }: { readonly list: readonly SqlValue[]; readonly types: string | null },
  apply: (document: JsonValue, pair: Pair) => JsonValue,
): string | null {
  if (json === null) return null;
  if (option === null) return json;
  return jsonText(pairsOf(list, typesOf(types ?? '')).reduce(apply, read(json)));
}

/** The elements that a pair adds: an array's own when each is to stand for itself. */
function addition({ value, type }: Pair, each: boolean | null): readonly JsonValue[] {
  const json = jsonOf(value, type);
  return each === true && type?.kind === 'ARRAY' && Array.isArray(json) ? (json as readonly JsonValue[]) : [json];
}

function objectOf(keys: readonly SqlValue[], values: readonly JsonValue[]): string {
  const members = new Map<string, JsonValue>();
  for (const [i, key] of keys.entries()) {
    if (key === null) throw new ValueError('Invalid input to JSON_OBJECT: A key cannot be NULL');
    if (typeof key !== 'string') throw new ValueError('Invalid input to JSON_OBJECT: A key must be a STRING');
    if (!members.has(key)) members.set(key, values[i] ?? null);
  }
  return jsonText(members);
}

function objectOfArrays(types: string | null, keys: readonly SqlValue[] | null, values: SqlValue): string {
  if (keys === null) throw new ValueError('Invalid input to JSON_OBJECT: The keys array cannot be NULL');
  if (values === null) throw new ValueError('Invalid input to JSON_OBJECT: The values array cannot be NULL');
  const elements = jsonOf(values, typesOf(types ?? '')[0]);
  if (!Array.isArray(elements) || elements.length !== keys.length) {
    throw new ValueError('Invalid input to JSON_OBJECT: The number of keys and values must match');
  }
  return objectOf(keys, elements as readonly JsonValue[]);
}

const keysModes: readonly string[] = ['strict', 'lax', 'lax recursive'] satisfies readonly KeysMode[];

function keysOf(json: string, depth: bigint, mode: string): readonly string[] {
  if (depth <= 0n) throw new ValueError('max_depth must be positive');
  const lower = mode.toLowerCase().replace(/^recursive lax$/, 'lax recursive');
  if (!keysModes.includes(lower)) throw new ValueError(`Invalid JSON mode specified: ${mode}`);
  return jsonKeys(read(json), Number(depth), lower as KeysMode); // one of the modes, as just seen
}

export const jsonChangeFunctions = named({
  gs_json_array: jsOfNulls('(STRING, ANY...) -> JSON', (types, ...list) => {
    const known = typesOf(types ?? '');
    return jsonText(list.map((value, i) => jsonOf(value, known[i])));
  }),
  gs_json_object: jsOfNulls('(STRING, ANY...) -> JSON', (types, ...list) => {
    const known = typesOf(types ?? '');
    if (list.length % 2 !== 0) throw new ValueError('Invalid input to JSON_OBJECT: A key must be followed by a value');
    const values = list.map((value, i) => jsonOf(value, known[i]));
    return objectOf(
      list.filter((_, i) => i % 2 === 0),
      values.filter((_, i) => i % 2 === 1),
    );
  }),
  gs_json_object_of_arrays: jsOfNulls('(STRING, ARRAY<STRING>, ANY) -> JSON', objectOfArrays),
  gs_json_set: jsOfNulls('(JSON, BOOL, STRING, ANY...) -> JSON', (json, create, types, ...list) =>
    applied(json, create, { list, types }, (document, { steps, value, type }) =>
      setAt(document, steps, jsonOf(value, type), create === true ? 'create' : 'ignore'),
    ),
  ),
  gs_json_array_append: jsOfNulls('(JSON, BOOL, STRING, ANY...) -> JSON', (json, each, types, ...list) =>
    applied(json, each, { list, types }, (document, pair) => appendAt(document, pair.steps, addition(pair, each))),
  ),
  gs_json_array_insert: jsOfNulls('(JSON, BOOL, STRING, ANY...) -> JSON', (json, each, types, ...list) =>
    applied(json, each, { list, types }, (document, pair) => insertAt(document, pair.steps, addition(pair, each))),
  ),
  gs_json_remove: jsOfNulls('(JSON, STRING...) -> JSON', (json, ...paths) => {
    if (json === null) return null;
    const all = paths.flatMap((path) => (path === null ? [] : [parseJsonPath(path, false)]));
    if (all.some((steps) => steps.length === 0)) throw new ValueError("The JSONPath cannot be '$'");
    return jsonText(all.reduce(removeAt, read(json)));
  }),
  gs_json_strip_nulls: jsOfNulls('(JSON, BOOL, BOOL, STRING) -> JSON', (json, includeArrays, removeEmpty, path) => {
    if (json === null || path === null || includeArrays === null || removeEmpty === null) return json;
    const strip = (value: JsonValue): JsonValue => stripNulls(value, { includeArrays, removeEmpty });
    return jsonText(changeAt(read(json), parseJsonPath(path, false), strip));
  }),
  gs_json_keys: js('(JSON, INT64, STRING) -> ARRAY<STRING>', keysOf),
});
