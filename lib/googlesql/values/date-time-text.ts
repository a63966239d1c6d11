/** Dates and times to and from their canonical texts. */

import {
  civilOfDays,
  daysOfCivil,
  isValidCivil,
  MAX_MICROS,
  microsOfTime,
  MICROS_PER_DAY,
  MICROS_PER_MINUTE,
  MIN_MICROS,
  splitMicros,
  timeOfMicros,
} from './civil.ts';
import { ValueError } from './sql-value.ts';
import { timeZone, toCivil, toInstant, type TimeZone } from './time-zone.ts';

const DATE_PART = String.raw`(\d{4})-(\d{1,2})-(\d{1,2})`;
const TIME_PART = String.raw`(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,9}))?`;

const datePattern = new RegExp(`^${DATE_PART}$`);
const timePattern = new RegExp(`^${TIME_PART}$`);
const dateTimePattern = new RegExp(`^${DATE_PART}(?:(?:[ Tt])${TIME_PART})?$`);
const timestampPattern = new RegExp(`^${DATE_PART}(?:[ Tt]${TIME_PART})?(?:([+-]\\d{1,2}(?::\\d{2})?|[Zz])| (\\S+))?$`);

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** `2026-08-01`. */
export function dateText(days: number): string {
  const { year, month, day } = civilOfDays(days);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** `13:04:05`, with 3 or 6 digits of fraction when there is one. */
export function timeText(ofDay: bigint): string {
  const { hour, minute, second, micros } = timeOfMicros(ofDay);
  return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${fractionText(micros)}`;
}

function fractionText(micros: number): string {
  if (micros === 0) return '';
  const digits = pad(micros, 6);
  return `.${digits.endsWith('000') ? digits.slice(0, 3) : digits}`;
}

/** `2026-08-01 13:04:05`, or with a `T` between, as REST has it. */
export function dateTimeText(civilMicros: bigint, separator: ' ' | 'T' = ' '): string {
  const { days, ofDay } = splitMicros(civilMicros);
  return `${dateText(days)}${separator}${timeText(ofDay)}`;
}

/** `2026-08-01 13:04:05.123+00`: as CAST writes it, in a zone. */
export function timestampText(utcMicros: bigint, zone: TimeZone): string {
  return `${dateTimeText(toCivil(utcMicros, zone))}${offsetText(zone.offsetAt(utcMicros))}`;
}

function offsetText(offset: bigint): string {
  const total = Number(offset / MICROS_PER_MINUTE);
  const size = Math.abs(total);
  const minutes = size % 60 === 0 ? '' : `:${pad(size % 60, 2)}`;
  return `${total < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}${minutes}`;
}

/** Days of `2026-8-1`; undefined when it is no date. */
export function parseDate(text: string): number | undefined {
  const match = datePattern.exec(text.trim());
  return match === null ? undefined : daysOfMatch(match);
}

function daysOfMatch(match: RegExpExecArray): number | undefined {
  const date = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  return isValidCivil(date) ? daysOfCivil(date.year, date.month, date.day) : undefined;
}

/** Microseconds of the day of `1:02:03.5`; undefined when it is no time. Digits beyond microseconds must be zero-free. */
export function parseTime(text: string): bigint | undefined {
  const match = timePattern.exec(text.trim());
  const micros = match === null ? undefined : microsOfMatch(match, 1);
  return micros === undefined ? undefined : withoutLeap(text, micros) % MICROS_PER_DAY;
}

/** A civil time's leap second has no fraction, an instant's has. */
function withoutLeap(text: string, micros: bigint): bigint {
  return /:60\b/.test(text) ? micros - (micros % 1_000_000n) : micros;
}

function microsOfMatch(match: RegExpExecArray, from: number): bigint | undefined {
  const [hour, minute, second] = [Number(match[from]), Number(match[from + 1]), Number(match[from + 2])];
  const fraction = match[from + 3] ?? '';
  // A leap second reads as the first second of the next minute.
  if (hour > 23 || minute > 59 || second > 60 || (second === 60 && hour === 23 && minute === 59)) {
    if (!(second === 60 && hour <= 23 && minute <= 59)) return undefined;
  }
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
  return microsOfTime({ hour, minute, second, micros });
}

/** Civil microseconds of a date with an optional time; undefined when it is none. */
export function parseDateTime(text: string): bigint | undefined {
  const match = dateTimePattern.exec(text.trim());
  const micros = match === null ? undefined : civilOfMatch(match);
  return micros === undefined ? undefined : withoutLeap(text, micros);
}

function civilOfMatch(match: RegExpExecArray): bigint | undefined {
  const days = daysOfMatch(match);
  const ofDay = match[4] === undefined ? 0n : microsOfMatch(match, 4);
  if (days === undefined || ofDay === undefined) return undefined;
  const micros = BigInt(days) * MICROS_PER_DAY + ofDay;
  return micros > MAX_MICROS ? undefined : micros;
}

/** Microseconds of a timestamp; a text without a zone is in `defaultZone`. Undefined when it is none. */
export function parseTimestamp(text: string, defaultZone: TimeZone): bigint | undefined {
  const match = timestampPattern.exec(text.trim());
  if (match === null) return undefined;
  const civil = civilOfMatch(match);
  if (civil === undefined) return undefined;
  const zone = zoneOfMatch(match[8] ?? match[9], defaultZone);
  if (zone === undefined) return undefined;
  const instant = toInstant(civil, zone);
  return instant < MIN_MICROS || instant > MAX_MICROS ? undefined : instant;
}

function zoneOfMatch(name: string | undefined, defaultZone: TimeZone): TimeZone | undefined {
  if (name === undefined) return defaultZone;
  try {
    return timeZone(name);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}
