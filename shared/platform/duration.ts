// Owns ISO 8601 durations (P400D, PT1H, P20Y): reading, writing, adding by the calendar, and comparing.
import { civilDateOf, DAY_MS, daysInMonth, epochDayOf, mod } from './civil-date.ts';

/** A duration in the three parts that do not convert into each other: a month has no fixed number of days. */
export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly ms: number;
}

/** An ISO 8601 duration as text, checked: `P400D`. */
export type DurationText = string & { readonly __brand: 'DurationText' };

const PATTERN =
  /^P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$/;
const MONTHS_IN_400_YEARS = 4800;

/** Reads `P1Y2M3W4DT5H6M7S`, every part optional, whole numbers only; undefined when the text is anything else. */
export function parseDuration(text: string): Duration | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return {
    months: (years ?? 0) * 12 + (months ?? 0),
    days: (weeks ?? 0) * 7 + (days ?? 0),
    ms: ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000,
  };
}

/** Reads a duration that is known to be one, for declarations that were checked before. Throws a RangeError otherwise. */
export function durationOf(text: string): Duration {
  const duration = parseDuration(text);
  if (duration === undefined) throw new RangeError(`not an ISO 8601 duration: ${JSON.stringify(text)}`);
  return duration;
}

/** The shortest text of a duration: 24 months are `P2Y`, 90 minutes `PT1H30M`, nothing is `PT0S`. Cuts below a second. */
export function formatDuration({ months, days, ms }: Duration): string {
  const seconds = Math.floor(ms / 1000);
  const date = `${part(Math.floor(months / 12), 'Y')}${part(months % 12, 'M')}${part(days, 'D')}`;
  const time = `${part(Math.floor(seconds / 3600), 'H')}${part(Math.floor(seconds / 60) % 60, 'M')}${part(seconds % 60, 'S')}`;
  if (time === '') return date === '' ? 'PT0S' : `P${date}`;
  return `P${date}T${time}`;
}

/**
 * The instant a duration after another, in UTC: first the months, where a day that the month does not have becomes its last
 * one (31 January and a month is 28 or 29 February), then the days, then the time.
 */
export function addDuration(epochMs: number, duration: Duration): number {
  return shift(epochMs, duration.months) + duration.days * DAY_MS + duration.ms;
}

/** The instant a duration before another, by the rules of `addDuration`. */
export function subtractDuration(epochMs: number, duration: Duration): number {
  return shift(epochMs, -duration.months) - duration.days * DAY_MS - duration.ms;
}

/** The longest that a duration can last, in milliseconds, whatever day it starts on. */
export function longestMs({ months, days, ms }: Duration): number {
  return monthsSpan(months).longest * DAY_MS + days * DAY_MS + ms;
}

/** The shortest that a duration can last, in milliseconds, whatever day it starts on. */
export function shortestMs({ months, days, ms }: Duration): number {
  return monthsSpan(months).shortest * DAY_MS + days * DAY_MS + ms;
}

/** Whether a duration could outlast a limit when both start at the same instant. */
export function exceeds(duration: Duration, limit: Duration): boolean {
  const common = Math.min(duration.months, limit.months);
  const longest = longestMs({ ...duration, months: duration.months - common });
  return longest > shortestMs({ ...limit, months: limit.months - common });
}

function part(value: number, unit: string): string {
  return value === 0 ? '' : `${value}${unit}`;
}

function shift(epochMs: number, months: number): number {
  if (months === 0) return epochMs;
  const epochDay = Math.floor(epochMs / DAY_MS);
  const { year, month, day } = civilDateOf(epochDay);
  const index = year * 12 + (month - 1) + months;
  const target = { year: Math.floor(index / 12), month: mod(index, 12) + 1 };
  const clamped = Math.min(day, daysInMonth(target.year, target.month));
  return epochDayOf({ ...target, day: clamped }) * DAY_MS + (epochMs - epochDay * DAY_MS);
}

interface MonthsSpan {
  readonly shortest: number;
  readonly longest: number;
}

const spans = new Map<number, MonthsSpan>();

/** Fewest and most days that so many months have, over the 400 years after which the calendar repeats. */
function monthsSpan(months: number): MonthsSpan {
  const known = spans.get(months);
  if (known !== undefined) return known;
  const lengths = Array.from({ length: MONTHS_IN_400_YEARS }, (_, start) => firstOf(start + months) - firstOf(start));
  const span = {
    shortest: lengths.reduce((least, length) => Math.min(least, length), Number.POSITIVE_INFINITY),
    longest: lengths.reduce((most, length) => Math.max(most, length), 0),
  };
  spans.set(months, span);
  return span;
}

function firstOf(monthIndex: number): number {
  return epochDayOf({ year: 2000 + Math.floor(monthIndex / 12), month: (monthIndex % 12) + 1, day: 1 });
}
