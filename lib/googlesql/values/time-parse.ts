/** PARSE_DATE and its siblings: texts read by a format. Source: GoogleSQL "Format elements for date and time parts". */

import { MONTHS, shortNames, WEEKDAYS } from './calendar-names.ts';
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
import {
  microsOfFraction,
  Mismatch,
  newTimeReading,
  take,
  takeName,
  takeNumber,
  takeText,
  type TimeReading,
} from './time-reading.ts';
import { timeZone, toInstant, type TimeZone } from './time-zone.ts';

/** What has been read so far. */
interface Reading extends TimeReading {
  century: number | undefined;
  yearOfCentury: number | undefined;
  afternoon: boolean | undefined;
  zone: TimeZone | undefined;
  unixSeconds: bigint | undefined;
  dayOfYear: number | undefined;
  isoYear: number | undefined;
  isoWeek: number | undefined;
  isoDayOfYear: number | undefined;
  week: { readonly number: number; readonly firstWeekday: number } | undefined;
}

/** How an element of a format is read. */
type Element = (r: Reading) => void;

const shortMonths = shortNames(MONTHS);
const shortWeekdays = shortNames(WEEKDAYS);

/** At most so many digits, which may have a sign. */
function takeDigits(r: Reading, digits: number, min: number, max: number): number {
  return takeNumber(r, new RegExp(`[+-]?\\d{1,${digits}}`, 'y'), min, max);
}

/** Four digits, so that a month may follow at once; five only for the year 10000. */
function takeYear(r: Reading): number {
  return takeDigits(r, r.text.startsWith('10000', r.at) ? 5 : 4, 0, 10_000);
}

function skipBlank(r: Reading): void {
  while (/\s/.test(r.text.charAt(r.at))) r.at++;
}

const takeMonth: Element = (r) => {
  r.month = takeName(r, MONTHS, shortMonths) + 1;
};

/** Says nothing: the rest of the text says which day it is. */
const takeWeekday: Element = (r) => void takeName(r, WEEKDAYS, shortWeekdays);

function takeFraction(r: Reading, digits: number): void {
  if (r.text.charAt(r.at) !== '.') return;
  const found = take(r, new RegExp(`\\.\\d{1,${digits}}`, 'y'));
  r.micros = microsOfFraction(found.slice(1));
}

const takeOffset: Element = (r) => {
  r.zone = timeZone(take(r, /Z|[+-]\d{2}:?(?:\d{2})?/y));
};

const takeZoneName: Element = (r) => {
  r.zone = timeZone(take(r, /\S+/y));
};

const takeMeridian: Element = (r) => {
  r.afternoon = takeName(r, ['am', 'pm']) === 1;
};

function takeHour12(r: Reading): void {
  skipBlank(r);
  r.hour = takeDigits(r, 2, 1, 12) % 12;
  r.afternoon ??= false;
}

const takeYearOfCentury: Element = (r) => {
  r.yearOfCentury = takeDigits(r, 2, 0, 99);
};

const elements: Readonly<Record<string, Element>> = {
  A: takeWeekday,
  a: takeWeekday,
  B: takeMonth,
  b: takeMonth,
  h: takeMonth,
  C: (r) => {
    r.century = takeDigits(r, 2, 0, 99);
  },
  c: (r) => readAll(r, '%a %b %e %H:%M:%S %Y'),
  D: (r) => readAll(r, '%m/%d/%y'),
  d: (r) => {
    r.day = takeDigits(r, 2, 1, 31);
  },
  e: (r) => {
    skipBlank(r);
    r.day = takeDigits(r, 2, 1, 31);
  },
  F: (r) => readAll(r, '%Y-%m-%d'),
  G: (r) => {
    r.isoYear = takeYear(r);
  },
  g: (r) => {
    const year = takeDigits(r, 2, 0, 99);
    r.isoYear = year + (year < 69 ? 2000 : 1900);
  },
  H: (r) => {
    r.hour = takeDigits(r, 2, 0, 23);
    r.afternoon = undefined;
  },
  I: takeHour12,
  J: (r) => {
    r.isoDayOfYear = takeDigits(r, 3, 1, 371);
  },
  j: (r) => {
    r.dayOfYear = takeDigits(r, 3, 1, 366);
  },
  k: (r) => {
    skipBlank(r);
    r.hour = takeDigits(r, 2, 0, 23);
    r.afternoon = undefined;
  },
  l: takeHour12,
  M: (r) => {
    r.minute = takeDigits(r, 2, 0, 59);
  },
  m: (r) => {
    r.month = takeDigits(r, 2, 1, 12);
  },
  n: skipBlank,
  P: takeMeridian,
  p: takeMeridian,
  Q: (r) => {
    r.month = takeDigits(r, 1, 1, 4) * 3 - 2;
  },
  R: (r) => readAll(r, '%H:%M'),
  r: (r) => readAll(r, '%I:%M:%S %p'),
  S: (r) => {
    r.second = takeDigits(r, 2, 0, 60);
    r.micros = 0;
  },
  s: (r) => {
    r.unixSeconds = BigInt(take(r, /-?\d+/y));
  },
  T: (r) => readAll(r, '%H:%M:%S'),
  t: skipBlank,
  U: (r) => {
    r.week = { number: takeDigits(r, 2, 0, 53), firstWeekday: 0 };
  },
  u: (r) => void takeDigits(r, 1, 1, 7),
  V: (r) => {
    r.isoWeek = takeDigits(r, 2, 1, 53);
  },
  W: (r) => {
    r.week = { number: takeDigits(r, 2, 0, 53), firstWeekday: 1 };
  },
  w: (r) => void takeDigits(r, 1, 0, 6),
  X: (r) => readAll(r, '%H:%M:%S'),
  x: (r) => readAll(r, '%m/%d/%y'),
  Y: (r) => {
    r.year = takeYear(r);
    r.century = undefined;
    r.yearOfCentury = undefined;
  },
  y: takeYearOfCentury,
  Z: takeZoneName,
  z: takeOffset,
  '%': (r) => takeText(r, '%'),
};

const token = /\s+|%E(\d|\*)S|%E4Y|%Ez|%(.)|[^%\s]/suy;

function readAll(r: Reading, format: string): void {
  token.lastIndex = 0;
  for (let at = 0; at < format.length;) {
    token.lastIndex = at;
    const match = token.exec(format);
    if (match === null) throw new ValueError("Format string cannot end with a single '%'");
    at = token.lastIndex;
    readToken(r, match);
  }
}

function readToken(r: Reading, [whole, digits, letter]: RegExpExecArray): void {
  if (/^\s/.test(whole)) skipBlank(r);
  else if (digits !== undefined) {
    r.second = takeDigits(r, 2, 0, 60);
    takeFraction(r, digits === '*' ? 9 : Number(digits));
  } else if (whole === '%E4Y') r.year = takeDigits(r, 4, 0, 9999);
  else if (whole === '%Ez') takeOffset(r);
  else if (letter !== undefined) {
    const element = elements[letter];
    if (element === undefined) throw new ValueError(`Unsupported format element: %${letter}`);
    element(r);
  } else {
    takeText(r, whole);
  }
}

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
