// Owns partition keys (2026-08-01T13, 2026-08-01, 2026-W31, 2026-08, all): reading them, their bounds and their order, in UTC.
import {
  civilDateOf,
  DAY_MS,
  digits,
  epochDayOf,
  formatDate,
  isCivilDate,
  isoWeekday,
  mod,
  pad,
  parseDate,
} from '../platform/civil-date.ts';
import { MAX_TIMESTAMP_MS, MIN_TIMESTAMP_MS } from '../platform/timestamp.ts';

/** How an endpoint is cut into partitions, from fine to coarse; `all` is one partition that holds everything. */
export const GRAINS = ['hour', 'day', 'week', 'month', 'all'] as const;
/** One of the grains. */
export type Grain = (typeof GRAINS)[number];

/** A canonical partition key; its form tells its grain. */
export type PartitionKey = string & { readonly __brand: 'PartitionKey' };

/** A span of time in epoch milliseconds: `startMs` belongs to it, `endMs` does not. */
export interface Bounds {
  readonly startMs: number;
  readonly endMs: number;
}

export const HOUR_MS = 3_600_000;
/** The only key of the grain `all`. */
export const ALL = 'all' as PartitionKey;

const UPPER_T = 84;
const HYPHEN = 45;

/** The text as a partition key; undefined when it is none: unpadded, not in the calendar, or a week that its year lacks. */
export function parsePartitionKey(text: string): PartitionKey | undefined {
  const grain = grainOfText(text);
  // The one place where text becomes a key: its form and its date have just been checked.
  return grain === undefined ? undefined : (text as PartitionKey);
}

/** The grain that a key's form tells. */
export function grainOf(key: PartitionKey): Grain {
  if (key === ALL) return 'all';
  if (key.length === 13) return 'hour';
  if (key.length === 10) return 'day';
  return key.length === 8 ? 'week' : 'month';
}

/** The key of the partition that holds an instant. Throws a RangeError outside the years 1 to 9999, which no key can name. */
export function keyAt(grain: Grain, epochMs: number): PartitionKey {
  if (!(epochMs >= MIN_TIMESTAMP_MS && epochMs <= MAX_TIMESTAMP_MS))
    throw new RangeError(`no partition is at ${epochMs} ms`);
  return RULES[grain].keyAt(epochMs);
}

/**
 * The span of a key. That of `all` is everything that a TIMESTAMP can hold, so that both ends can be query parameters; the
 * very last millisecond is left out by that, which no real row has.
 */
export function boundsOf(key: PartitionKey): Bounds {
  return RULES[grainOf(key)].boundsOf(key);
}

/** The key after this one; that of `all` is `all`. */
export function nextKey(key: PartitionKey): PartitionKey {
  return key === ALL ? ALL : keyAt(grainOf(key), boundsOf(key).endMs);
}

/** The key before this one; that of `all` is `all`. */
export function previousKey(key: PartitionKey): PartitionKey {
  return key === ALL ? ALL : keyAt(grainOf(key), boundsOf(key).startMs - 1);
}

/** The key so many partitions after this one, or before it when the count is negative. */
export function shiftKey(key: PartitionKey, count: number): PartitionKey {
  const grain = grainOf(key);
  return RULES[grain].keyAt(RULES[grain].startOfShifted(key, count));
}

/** Every key from the first to the last, both included; nothing when the last is before the first. Both of one grain. */
export function* keysBetween(first: PartitionKey, last: PartitionKey): Generator<PartitionKey> {
  if (first > last) return;
  for (let key = first; ; key = nextKey(key)) {
    yield key;
    if (key === last) return;
  }
}

/**
 * What follows the `$` in BigQuery's name of the partition: `2026080113`, `20260801`, `202608`; a week is the DAY partition
 * of its Monday; undefined for `all`, which is not partitioned.
 * https://cloud.google.com/bigquery/docs/managing-partitioned-table-data#partition_decorators
 */
export function decoratorOf(key: PartitionKey): string | undefined {
  if (key === ALL) return undefined;
  const digitsOnly = grainOf(key) === 'week' ? formatDate(boundsOf(key).startMs / DAY_MS) : key;
  return digitsOnly.replaceAll(/[-T]/g, '');
}

interface GrainRule {
  readonly keyAt: (epochMs: number) => PartitionKey;
  readonly boundsOf: (key: PartitionKey) => Bounds;
  /** Where the key so many partitions later starts, in epoch milliseconds. */
  readonly startOfShifted: (key: PartitionKey, count: number) => number;
}

const RULES: { readonly [G in Grain]: GrainRule } = {
  hour: fixedLength(HOUR_MS, (epochMs) => `${dateText(epochMs)}T${pad(hourOfDay(epochMs), 2)}`, hourMs),
  day: fixedLength(DAY_MS, dateText, dayMs),
  week: fixedLength(7 * DAY_MS, weekText, weekMs),
  month: {
    keyAt: (epochMs) => dateText(epochMs).slice(0, 7) as PartitionKey,
    boundsOf: (key) => ({ startMs: monthMs(key, 0), endMs: monthMs(key, 1) }),
    startOfShifted: monthMs,
  },
  all: {
    keyAt: () => ALL,
    boundsOf: () => ({ startMs: MIN_TIMESTAMP_MS, endMs: MAX_TIMESTAMP_MS }),
    startOfShifted: () => MIN_TIMESTAMP_MS,
  },
};

function fixedLength(
  lengthMs: number,
  text: (epochMs: number) => string,
  startOf: (key: PartitionKey) => number,
): GrainRule {
  return {
    keyAt: (epochMs) => text(epochMs) as PartitionKey,
    boundsOf: (key) => ({ startMs: startOf(key), endMs: startOf(key) + lengthMs }),
    startOfShifted: (key, count) => startOf(key) + count * lengthMs,
  };
}

function dateText(epochMs: number): string {
  return formatDate(Math.floor(epochMs / DAY_MS));
}

function hourOfDay(epochMs: number): number {
  return Math.floor(mod(epochMs, DAY_MS) / HOUR_MS);
}

function grainOfText(text: string): Grain | undefined {
  switch (text.length) {
    case 3:
      return text === ALL ? 'all' : undefined;
    case 7:
      return text.charCodeAt(4) === HYPHEN && parseDate(`${text}-01`) !== undefined ? 'month' : undefined;
    case 8:
      return text.slice(4, 6) === '-W' && isWeek(digits(text, 0, 4), digits(text, 6, 8)) ? 'week' : undefined;
    case 10:
      return parseDate(text) === undefined ? undefined : 'day';
    case 13:
      return isHour(text) ? 'hour' : undefined;
    default:
      return undefined;
  }
}

function isHour(text: string): boolean {
  const hour = digits(text, 11, 13);
  return text.charCodeAt(10) === UPPER_T && hour >= 0 && hour <= 23 && parseDate(text.slice(0, 10)) !== undefined;
}

function isWeek(year: number, week: number): boolean {
  if (!isCivilDate({ year, month: 1, day: 1 }) || week < 1) return false;
  // A week belongs to the year that has its Thursday (ISO 8601), so the last one is the last whose Thursday is in the year.
  const thursday = civilDateOf(mondayOfWeek(year, week) + 3);
  return thursday.year === year;
}

function weekText(epochMs: number): string {
  const epochDay = Math.floor(epochMs / DAY_MS);
  const { year } = civilDateOf(epochDay - isoWeekday(epochDay) + 4);
  const week = Math.floor((epochDay - mondayOfWeek(year, 1)) / 7) + 1;
  return `${pad(year, 4)}-W${pad(week, 2)}`;
}

/** The first week of a year is the one that has 4 January in it (ISO 8601). */
function mondayOfWeek(year: number, week: number): number {
  const fourth = epochDayOf({ year, month: 1, day: 4 });
  return fourth - isoWeekday(fourth) + 1 + (week - 1) * 7;
}

function dayMs(key: PartitionKey): number {
  const date = { year: digits(key, 0, 4), month: digits(key, 5, 7), day: digits(key, 8, 10) };
  return epochDayOf(date) * DAY_MS;
}

function weekMs(key: PartitionKey): number {
  return mondayOfWeek(digits(key, 0, 4), digits(key, 6, 8)) * DAY_MS;
}

function hourMs(key: PartitionKey): number {
  return dayMs(key) + digits(key, 11, 13) * HOUR_MS;
}

function monthMs(key: PartitionKey, monthsAfter: number): number {
  const index = digits(key, 0, 4) * 12 + digits(key, 5, 7) - 1 + monthsAfter;
  return epochDayOf({ year: Math.floor(index / 12), month: (index % 12) + 1, day: 1 }) * DAY_MS;
}
