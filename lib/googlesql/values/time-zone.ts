/** Time zones: offsets of fixed and named zones at an instant, and civil times to instants. */

import { daysOfCivil, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_SECOND, splitMicros } from './civil.ts';
import { ValueError } from './sql-value.ts';

/** A zone that can tell its offset from UTC. */
export interface TimeZone {
  readonly name: string;
  /** Offset to add to UTC at an instant, both microseconds. */
  readonly offsetAt: (utcMicros: bigint) => bigint;
}

const fixedPattern = /^(?:UTC)?([+-])(\d{1,2})(?::?(\d{2}))?$/;
const zones = new Map<string, TimeZone>();

/** The zone a name means: `UTC`, `Z`, `+08`, `-07:30`, `America/Los_Angeles`. Throws a `ValueError` for no zone. */
export function timeZone(name: string): TimeZone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = fixedZone(name) ?? namedZone(name);
  zones.set(name, zone);
  return zone;
}

/** Whether a name is a zone. */
export function isTimeZone(name: string): boolean {
  try {
    timeZone(name);
    return true;
  } catch {
    return false;
  }
}

function fixedZone(name: string): TimeZone | undefined {
  if (/^(?:UTC|Z)$/i.test(name)) return { name: 'UTC', offsetAt: () => 0n };
  const match = fixedPattern.exec(name);
  if (match === null) return undefined;
  const [, sign, hours = '0', minutes = '0'] = match;
  const total = Number(hours) * 60 + Number(minutes);
  if (Number(minutes) > 59 || total > 14 * 60) throw new ValueError(`Invalid time zone: ${name}`);
  const offset = BigInt(sign === '-' ? -total : total) * 60n * MICROS_PER_SECOND;
  return { name, offsetAt: () => offset };
}

function namedZone(name: string): TimeZone {
  if (!/^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/.test(name)) throw new ValueError(`Invalid time zone: ${name}`);
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new ValueError(`Invalid time zone: ${name}`);
  }
  return { name, offsetAt: cachedPerHour((utcMicros) => namedOffset(format, utcMicros)) };
}

const CACHED_HOURS = 4096;

/** Offsets change on whole quarters of an hour at most; one look-up serves a quarter. */
function cachedPerHour(offsetAt: (utcMicros: bigint) => bigint): (utcMicros: bigint) => bigint {
  const cache = new Map<bigint, bigint>();
  return (utcMicros) => {
    const quarter = utcMicros / (MICROS_PER_HOUR / 4n) - (utcMicros < 0n ? 1n : 0n);
    const known = cache.get(quarter);
    if (known !== undefined) return known;
    if (cache.size >= CACHED_HOURS) cache.clear();
    const offset = offsetAt(utcMicros);
    cache.set(quarter, offset);
    return offset;
  };
}

function namedOffset(format: Intl.DateTimeFormat, utcMicros: bigint): bigint {
  const { ofDay } = splitMicros(utcMicros);
  const wholeSeconds = utcMicros - (ofDay % MICROS_PER_SECOND);
  const parts: Record<string, number> = {};
  let beforeChrist = false;
  for (const { type, value } of format.formatToParts(Number(wholeSeconds / 1000n))) {
    if (type === 'era') beforeChrist = value.startsWith('B');
    else parts[type] = Number(value);
  }
  const year = beforeChrist ? 1 - (parts['year'] ?? 0) : (parts['year'] ?? 0);
  const days = daysOfCivil(year, parts['month'] ?? 1, parts['day'] ?? 1);
  const seconds = ((parts['hour'] ?? 0) * 60 + (parts['minute'] ?? 0)) * 60 + (parts['second'] ?? 0);
  return BigInt(days) * MICROS_PER_DAY + BigInt(seconds) * MICROS_PER_SECOND - wholeSeconds;
}

/** Civil microseconds of an instant in a zone. */
export function toCivil(utcMicros: bigint, zone: TimeZone): bigint {
  return utcMicros + zone.offsetAt(utcMicros);
}

/**
 * The instant of a civil time. Where a zone skips or repeats it, the offset before the change counts, as in Google's
 * time library.
 */
export function toInstant(civilMicros: bigint, zone: TimeZone): bigint {
  const before = zone.offsetAt(civilMicros - MICROS_PER_DAY);
  const early = civilMicros - before;
  if (zone.offsetAt(early) === before) return early;
  const after = zone.offsetAt(civilMicros + MICROS_PER_DAY);
  const late = civilMicros - after;
  return zone.offsetAt(late) === after ? late : early;
}
