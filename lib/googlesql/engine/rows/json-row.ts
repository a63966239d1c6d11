/** JSON objects as rows of a table, with what is wrong with those that are none. */

import type { RestField } from '../../types/rest-schema.ts';
import type { ScalarType, SqlType } from '../../types/sql-type.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import { fieldType } from '../storage/physical.ts';
import { scalarOfJson, WideNumber, type NumericTimestamps } from './scalar-of-json.ts';

/** How rows are read. */
export interface RowRules {
  readonly ignoreUnknownValues: boolean;
  readonly numericTimestamps: NumericTimestamps;
}

/** What is wrong with a row: where, and why. */
export interface RowProblem {
  readonly location: string;
  readonly message: string;
}

export type RowOutcome =
  | { readonly kind: 'row'; readonly values: readonly SqlValue[] }
  | { readonly kind: 'bad'; readonly problem: RowProblem };

/** Reads one row. */
export type RowReader = (json: Uint8Array) => RowOutcome;

class BadRow extends Error {
  readonly problem: RowProblem;

  constructor(location: string, message: string) {
    super(message);
    this.problem = { location, message };
  }
}

/** How a value, undefined when it is not there, becomes one of a field's. Throws a `BadRow`. */
type ValueReader = (value: unknown, path: string) => SqlValue;

/** A reader of rows of these fields; a field that is not there has its default. */
export function rowReader(
  fields: readonly RestField[],
  defaults: ReadonlyMap<string, SqlValue>,
  rules: RowRules,
): RowReader {
  const read = recordReader(fields, rules, defaults);
  return (json) => {
    try {
      const object = parseObject(json);
      return { kind: 'row', values: read(object, '') };
    } catch (error) {
      if (error instanceof BadRow) return { kind: 'bad', problem: error.problem };
      throw error;
    }
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Digits that a double may not hold, where a number begins. It holds 15 of any number, and whole ones below 2^53, which has 16 and
 * begins with a 9: times in microseconds are such, every row of a subscription has one, and reviving takes a third of a row's time.
 */
const MANY_DIGITS = /[[:,]\s*-?(?:[\d.]{17}|9\d{15}|\d{16}[eE])/;

function parseObject(json: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    const text = decoder.decode(json);
    value = MANY_DIGITS.test(text) ? JSON.parse(text, keepWide) : JSON.parse(text);
  } catch {
    throw new BadRow('', 'Invalid JSON: the row is not a JSON object.');
  }
  if (!isObject(value)) throw new BadRow('', 'Invalid JSON: the row is not a JSON object.');
  return value;
}

/** A reviver that keeps the digits of numbers. Source: TC39 "JSON.parse source text access". */
function keepWide(this: unknown, _key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return String(value) === context.source ? value : new WideNumber(context.source);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WideNumber);
}

function recordReader(
  fields: readonly RestField[],
  rules: RowRules,
  defaults: ReadonlyMap<string, SqlValue> = new Map(),
): (object: Readonly<Record<string, unknown>>, path: string) => readonly SqlValue[] {
  const positions = new Map(fields.map(({ name }, i) => [name.toLowerCase(), i]));
  const readers = fields.map((field) => fieldReader(field, rules));
  const missing = fields.map(({ name }) => defaults.get(name.toLowerCase()));
  return (object, path) => {
    const found: unknown[] = [];
    for (const [name, value] of Object.entries(object)) {
      const at = positions.get(name) ?? positions.get(name.toLowerCase());
      if (at !== undefined) found[at] = value;
      else if (!rules.ignoreUnknownValues) throw new BadRow(`${path}${name}`, `no such field: ${path}${name}.`);
    }
    return readers.map((read, i) => {
      const value = found[i];
      const fallback = missing[i];
      return value === undefined && fallback !== undefined ? fallback : read(value, path);
    });
  };
}

function fieldReader(field: RestField, rules: RowRules): ValueReader {
  const { name } = field;
  const mode = field.mode?.toUpperCase();
  const single = elementReader(field, rules);
  if (mode === 'REPEATED') return arrayReader(name, single);
  return (value, path) => {
    const place = `${path}${name}`;
    if (value === undefined || value === null) {
      if (mode !== 'REQUIRED') return null;
      throw new BadRow(place, `Missing required field: Msg_0_CLOUD_QUERY_TABLE.${place}.`);
    }
    if (Array.isArray(value) && field.type.toUpperCase() !== 'JSON') {
      throw new BadRow(place, `Array specified for non-repeated field: ${place}.`);
    }
    return single(value, place);
  };
}

function arrayReader(name: string, single: ValueReader): ValueReader {
  return (value, path) => {
    const place = `${path}${name}`;
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      throw new BadRow(place, `Repeated field must be imported as a JSON array. Field: ${place}.`);
    }
    return value.map((item: unknown) => {
      if (item === null)
        throw new BadRow(place, `Only optional fields can be set to NULL. Field: ${place}; Value: NULL`);
      return single(item, place);
    });
  };
}

/** Reads what is neither missing nor NULL; `place` is the field's own path. */
function elementReader(field: RestField, rules: RowRules): ValueReader {
  const type = elementType(fieldType(field));
  if (type.kind !== 'STRUCT' && type.kind !== 'ARRAY') return scalarReader(type, rules);
  const read = recordReader(field.fields ?? [], rules);
  return (value, place) => {
    if (!isObject(value)) throw new BadRow(place, `This field: ${place} is a record.`);
    return read(value, `${place}.`);
  };
}

function elementType(type: SqlType): SqlType {
  return type.kind === 'ARRAY' ? type.element : type;
}

function scalarReader({ kind, parameters }: ScalarType, { numericTimestamps }: RowRules): ValueReader {
  const maxLength = parameters?.maxLength;
  return (value, place) => {
    if (kind !== 'JSON' && typeof value === 'object' && !(value instanceof WideNumber)) {
      throw new BadRow(place, `This field: ${place} is not a record.`);
    }
    const outcome = scalarOfJson(value, kind, numericTimestamps);
    if ('refusal' in outcome) throw new BadRow(place, outcome.refusal);
    const read = outcome.value;
    if (maxLength !== undefined && lengthOf(read) > maxLength) {
      throw new BadRow(
        place,
        `Field ${place}: ${kind}(${maxLength}) has maximum length ${maxLength} but got a value with length ${lengthOf(read)}`,
      );
    }
    return read;
  };
}

/** Characters of a text, bytes of bytes. */
function lengthOf(value: SqlValue): number {
  if (typeof value === 'string') return Array.from(value).length;
  return value instanceof Uint8Array ? value.length : 0;
}
