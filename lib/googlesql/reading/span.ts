/** What an expression may be over the rows of a partition: a span of values. */

import type { SqlType } from '../types/sql-type.ts';
import { MICROS_PER_DAY } from '../values/civil.ts';
import { partitionId, partitionRange } from '../values/partition.ts';
import type { SqlValue } from '../values/sql-value.ts';

/** Whole numbers, times in microseconds (dates by their midnight), or texts. */
export type Place = bigint | string;

/** Values from `low` to `high`, both included; without a bound it has no end. */
export interface Span {
  readonly low?: Place;
  readonly high?: Place;
  /** Whether NULL may be among them. */
  readonly nulls: boolean;
  /** Whether anything else may. */
  readonly values: boolean;
}

/** NULL and nothing else. */
export const ONLY_NULL: Span = { nulls: true, values: false };

/** Everything. */
export const ANYTHING: Span = { nulls: true, values: true };

/** A single value. Undefined for values that have no place in an order of ours. */
export function spanOfValue(value: SqlValue, type: SqlType): Span | undefined {
  if (value === null) return ONLY_NULL;
  const place = placeOf(value, type);
  return place === undefined ? undefined : { low: place, high: place, nulls: false, values: true };
}

function placeOf(value: SqlValue, { kind }: SqlType): Place | undefined {
  if (kind === 'DATE' && typeof value === 'number') return BigInt(value) * MICROS_PER_DAY;
  if (kind === 'STRING' && typeof value === 'string') return value;
  const ordered = kind === 'INT64' || kind === 'DATETIME' || kind === 'TIMESTAMP';
  return ordered && typeof value === 'bigint' ? value : undefined;
}

/** The span under a function of times that never goes back. */
export function mapSpan(span: Span, map: (micros: bigint) => bigint): Span {
  const bound = (place: Place | undefined): Place | undefined => (typeof place === 'bigint' ? map(place) : undefined);
  const [low, high] = [bound(span.low), bound(span.high)];
  const { nulls, values } = span;
  return { nulls, values, ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
}

/** The start of the hour, day, month or year of a time. */
export function truncate(micros: bigint, unit: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR'): bigint {
  const range = partitionRange(partitionId(micros, unit), { kind: 'ingestion', unit });
  return range?.kind === 'range' ? range.start : micros;
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** Whether some value of the one may compare so with some value of the other. NULL compares with nothing. */
export function mayCompare(a: Span, sign: Comparison, b: Span): boolean {
  if (!a.values || !b.values) return false;
  switch (sign) {
    case '=':
      return !isBelow(a.high, b.low) && !isBelow(b.high, a.low);
    case '!=':
      return !(isPoint(a) && isPoint(b) && a.low === b.low);
    case '<':
      return isBelowOrOpen(a.low, b.high);
    case '<=':
      return !isBelow(b.high, a.low);
    case '>':
      return isBelowOrOpen(b.low, a.high);
    case '>=':
      return !isBelow(a.high, b.low);
  }
}

function isPoint({ low, high }: Span): boolean {
  return low !== undefined && low === high;
}

/** Certainly below. */
function isBelow(a: Place | undefined, b: Place | undefined): boolean {
  return a !== undefined && b !== undefined && a < b;
}

function isBelowOrOpen(a: Place | undefined, b: Place | undefined): boolean {
  return a === undefined || b === undefined || a < b;
}
