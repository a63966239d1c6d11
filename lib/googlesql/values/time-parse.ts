/** PARSE_DATE and its siblings: texts read by a format, and the time that they mean. */

import {
  daysOfCivil,
  isoYearStart,
  isValidCivil,
  MAX_MICROS,
  microsOfTime,
  MICROS_PER_DAY,
  MIN_MICROS,
  weekday,
} from './civil.ts';
import { ValueError } from './sql-value.ts';
import { readAll, type Reading, skipBlank } from './time-parse-elements.ts';
import { Mismatch, newTimeReading } from './time-reading.ts';
import { toInstant, type TimeZone } from './time-zone.ts';

/** What a text says by a format: civil microseconds, and the zone or instant if it names one. */
export interface ParsedTime {
  readonly civilMicros: bigint;
  readonly zone: TimeZone | undefined;
  readonly unixSeconds: bigint | undefined;
}

/** Elements that a type's format cannot have. Source: GoogleSQL's parsing functions. */
const refusedElements = {
  DATE: 'cHIklMPpRrSsTXZz',
  TIME: 'AaBbhCcDdeFGgjmsUuVWwxYyZz',
  DATETIME: 'Zz',
  TIMESTAMP: '',
} as const;

/** What a format is to yield. */
export type ParsedKind = keyof typeof refusedElements;

function checkElements(format: string, kind: ParsedKind): void {
  for (const [, letter = ''] of format.matchAll(/%[EO]?(.)/gsu)) {
    if (refusedElements[kind].includes(letter)) {
      throw new ValueError(`Invalid format: %${letter} is not allowed for the ${kind} type.`);
    }
  }
}

/** Reads a text. Throws a `ValueError` in Google's words when the text does not fit the format. */
export function parseTimeText(format: string, text: string, kind: ParsedKind = 'TIMESTAMP'): ParsedTime {
  checkElements(format, kind);
  const r: Reading = {
    ...newTimeReading(text, 1970, 1),
    century: undefined,
    yearOfCentury: undefined,
    afternoon: undefined,
    zone: undefined,
    unixSeconds: undefined,
    dayOfYear: undefined,
    isoYear: undefined,
    isoWeek: undefined,
    isoDayOfYear: undefined,
    week: undefined,
  };
  try {
    skipBlank(r);
    readAll(r, format);
    skipBlank(r);
    if (r.at < text.length) throw new Mismatch();
  } catch (error) {
    if (error instanceof Mismatch) throw new ValueError(`Failed to parse input string ${JSON.stringify(text)}`);
    throw error;
  }
  return { civilMicros: civilOf(r), zone: r.zone, unixSeconds: r.unixSeconds };
}

function civilOf(r: Reading): bigint {
  const hour = r.afternoon === true ? r.hour + 12 : r.hour;
  const ofDay = microsOfTime({ hour, minute: r.minute, second: r.second, micros: r.micros });
  const micros = BigInt(daysOf(r)) * MICROS_PER_DAY + ofDay;
  if (micros < MIN_MICROS || micros > MAX_MICROS)
    throw new ValueError('Out-of-range datetime field in parsing function');
  return micros;
}

function daysOf(r: Reading): number {
  const year = yearOf(r);
  if (r.isoYear !== undefined && r.isoWeek !== undefined) return isoYearStart(r.isoYear) + 7 * (r.isoWeek - 1);
  if (r.isoYear !== undefined) return isoYearStart(r.isoYear) + (r.isoDayOfYear ?? 1) - 1;
  if (r.dayOfYear !== undefined) return daysOfCivil(year, 1, r.dayOfYear);
  if (r.week !== undefined) {
    const first = daysOfCivil(year, 1, 1);
    const offset = (7 - ((weekday(first) - r.week.firstWeekday + 7) % 7)) % 7;
    return first + offset + 7 * (r.week.number - 1);
  }
  if (!isValidCivil({ year, month: r.month, day: r.day })) {
    throw new ValueError(
      `Out-of-range datetime field in parsing function; year: ${year}, month: ${r.month}, day: ${r.day}`,
    );
  }
  return daysOfCivil(year, r.month, r.day);
}

function yearOf(r: Reading): number {
  const { century, yearOfCentury } = r;
  if (century !== undefined) return century * 100 + (yearOfCentury ?? 0);
  if (yearOfCentury !== undefined) return yearOfCentury + (yearOfCentury < 69 ? 2000 : 1900);
  return r.year;
}

/** The instant that a text says; without a zone of its own it is in the given one. */
export function parseInstantText(format: string, text: string, zone: TimeZone): bigint {
  const parsed = parseTimeText(format, text);
  if (parsed.unixSeconds !== undefined) return parsed.unixSeconds * 1_000_000n;
  return toInstant(parsed.civilMicros, parsed.zone ?? zone);
}
