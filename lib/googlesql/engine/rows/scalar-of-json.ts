/** JSON values as values of scalar columns, by the rules of tabledata.insertAll. */

import type { ScalarKind } from '../../types/sql-type.ts';
import { MAX_DAYS, MAX_MICROS, MIN_DAYS, MIN_MICROS } from '../../values/civil.ts';
import { canonicalJson } from '../../values/json.ts';
import { ValueError, type SqlValue } from '../../values/sql-value.ts';
import { parseBool, parseFloat64, parseInt64, valueOfText } from '../../values/text-value.ts';
import { timeZone } from '../../values/time-zone.ts';

/** A number of a JSON text that a double does not hold, by its digits. */
export class WideNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

/** What bare numbers mean for a TIMESTAMP. Without it, documents of JSON columns may also be given as they are. */
export type NumericTimestamps = 'seconds' | 'micros' | undefined;

type Reader = (value: unknown, numbers: NumericTimestamps) => SqlValue | undefined;

const utc = timeZone('UTC');

/** A string, number or boolean as text; undefined for anything else. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof WideNumber) return value.digits;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A text as the kind of value that a literal of it would be; undefined when it is none. */
function byText(kind: ScalarKind): Reader {
  return (value) => {
    const text = textOf(value);
    return text === undefined || typeof value === 'boolean' ? undefined : valueOfText(text, kind, utc);
  };
}

const yes: ReadonlySet<string> = new Set(['1', 't', 'y', 'yes']);
const no: ReadonlySet<string> = new Set(['0', 'f', 'n', 'no']);

const integer: Reader = (value) => {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  const text = textOf(value);
  return text === undefined || typeof value === 'boolean' ? undefined : parseInt64(text);
};

const date: Reader = (value, numbers) => {
  // Through the Storage Write API a DATE may be days since 1970.
  if (numbers !== 'micros' || typeof value !== 'number') return byText('DATE')(value, numbers);
  return Number.isInteger(value) && value >= MIN_DAYS && value <= MAX_DAYS ? value : undefined;
};

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

const timestamp: Reader = (value, numbers) => {
  if (typeof value === 'boolean') return undefined;
  const text = textOf(value);
  if (text === undefined) return undefined;
  if (!NUMBER.test(text)) return valueOfText(text, 'TIMESTAMP', utc);
  const micros = numbers === 'micros' ? parseInt64(text) : microsOfSeconds(text);
  return micros === undefined || micros < MIN_MICROS || micros > MAX_MICROS ? undefined : micros;
};

/** Exact for plain digits, which a double of seconds would not be. */
function microsOfSeconds(text: string): bigint | undefined {
  const plain = /^\s*([+-]?)(\d+)(?:\.(\d*))?\s*$/.exec(text);
  if (plain === null) return BigInt(Math.round(Number(text) * 1e6));
  const [, sign, whole = '0', fraction = ''] = plain;
  if (whole.length > 12) return undefined;
  const size = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
  return sign === '-' ? -size : size;
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

const readers: Readonly<Record<ScalarKind, Reader>> = {
  STRING: textOf,
  INT64: integer,
  FLOAT64: (value) => {
    if (typeof value === 'number') return value;
    const text = textOf(value);
    return text === undefined || typeof value === 'boolean' ? undefined : parseFloat64(text);
  },
  NUMERIC: byText('NUMERIC'),
  BIGNUMERIC: byText('BIGNUMERIC'),
  BOOL: (value) => {
    if (typeof value === 'boolean') return value;
    const lower = textOf(value)?.trim().toLowerCase();
    if (lower === undefined) return undefined;
    return yes.has(lower) ? true : no.has(lower) ? false : parseBool(lower);
  },
  BYTES: (value) =>
    typeof value === 'string' && BASE64.test(value) ? new Uint8Array(Buffer.from(value, 'base64')) : undefined,
  DATE: date,
  TIME: byText('TIME'),
  DATETIME: byText('DATETIME'),
  TIMESTAMP: timestamp,
  INTERVAL: byText('INTERVAL'),
  JSON: (value, numbers) => {
    if (typeof value === 'string') return canonicalJson(value);
    return numbers === undefined ? canonicalJson(JSON.stringify(value)) : undefined;
  },
};

/** How a refusal begins. The value itself may be personal and stays out. Source: insertAll's errors as clients report them. */
const refusals: Readonly<Record<ScalarKind, string>> = {
  STRING: 'Cannot convert value to string (bad value).',
  INT64: 'Cannot convert value to integer (bad value).',
  FLOAT64: 'Cannot convert value to floating point (bad value).',
  NUMERIC: 'Invalid NUMERIC value.',
  BIGNUMERIC: 'Invalid BIGNUMERIC value.',
  BOOL: 'Cannot convert value to boolean (bad value).',
  BYTES: 'Cannot decode value as base64.',
  DATE: 'Invalid date.',
  TIME: 'Invalid time string.',
  DATETIME: 'Invalid datetime string.',
  TIMESTAMP: 'Could not parse value as a timestamp.',
  INTERVAL: 'Invalid interval.',
  JSON: 'Invalid JSON.',
};

/** The value, or what is wrong with it. */
export function scalarOfJson(
  value: unknown,
  kind: ScalarKind,
  numbers: NumericTimestamps,
): { readonly value: SqlValue } | { readonly refusal: string } {
  try {
    const read = readers[kind](value, numbers);
    return read === undefined ? { refusal: refusals[kind] } : { value: read };
  } catch (error) {
    if (error instanceof ValueError) return { refusal: refusals[kind] };
    throw error;
  }
}
