/** Texts to values: what CAST, literals and parameters read. */

import type { ScalarKind } from '../types/sql-type.ts';
import { parseDecimal, bigNumericKind, numericKind } from './decimal.ts';
import { parseDate, parseDateTime, parseTime, parseTimestamp } from './date-time-text.ts';
import { parseInterval } from './interval.ts';
import { canonicalJson } from './json.ts';
import { ValueError, type SqlValue } from './sql-value.ts';
import type { TimeZone } from './time-zone.ts';

export const MIN_INT64 = -(2n ** 63n);
export const MAX_INT64 = 2n ** 63n - 1n;

/** INT64 of decimal or `0x` digits; undefined when it is none or out of range. */
export function parseInt64(text: string): bigint | undefined {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)\s*$/.exec(text);
  if (match === null) return undefined;
  const size = BigInt(match[2] ?? '0');
  const value = match[1] === '-' ? -size : size;
  return value < MIN_INT64 || value > MAX_INT64 ? undefined : value;
}

/** FLOAT64 of its text; `inf`, `infinity` and `nan` in any case. Undefined when it is none. */
export function parseFloat64(text: string): number | undefined {
  const trimmed = text.trim();
  const special = /^([+-]?)(?:(inf|infinity)|(nan))$/i.exec(trimmed);
  if (special !== null) {
    if (special[3] !== undefined) return Number.NaN;
    return special[1] === '-' ? -Infinity : Infinity;
  }
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

export function parseBool(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

type Reader = (text: string, zone: TimeZone) => SqlValue | undefined;

const readers: Readonly<Record<ScalarKind, Reader>> = {
  INT64: parseInt64,
  FLOAT64: parseFloat64,
  NUMERIC: (text) => parseDecimal(text, numericKind),
  BIGNUMERIC: (text) => parseDecimal(text, bigNumericKind),
  BOOL: parseBool,
  STRING: (text) => text,
  BYTES: (text) => Buffer.from(text, 'utf8'),
  DATE: parseDate,
  TIME: parseTime,
  DATETIME: parseDateTime,
  TIMESTAMP: parseTimestamp,
  INTERVAL: parseInterval,
  JSON: (text) => canonicalJson(text, 'round'),
};

/** How a refusal reads, by kind. Source: GoogleSQL's conversion errors. */
const refusals: Readonly<Record<ScalarKind, (text: string) => string>> = {
  INT64: (text) => `Bad int64 value: ${text}`,
  FLOAT64: (text) => `Bad double value: ${text}`,
  NUMERIC: (text) => `Invalid NUMERIC value: ${text}`,
  BIGNUMERIC: (text) => `Invalid BIGNUMERIC value: ${text}`,
  BOOL: (text) => `Bad bool value: ${text}`,
  STRING: (text) => `Invalid string: ${text}`,
  BYTES: (text) => `Invalid bytes: ${text}`,
  DATE: (text) => `Invalid date: '${text}'`,
  TIME: (text) => `Invalid time string "${text}"`,
  DATETIME: (text) => `Invalid datetime string "${text}"`,
  TIMESTAMP: (text) => `Invalid timestamp: '${text}'`,
  INTERVAL: (text) => `Invalid INTERVAL value '${text}'`,
  JSON: (text) => `Invalid JSON: ${text}`,
};

/** The value that a text means as this kind. Throws a `ValueError` in Google's words. */
export function valueOfText(text: string, kind: ScalarKind, zone: TimeZone): SqlValue {
  const value = readers[kind](text, zone);
  if (value === undefined) throw new ValueError(refusals[kind](text));
  return value;
}
