/** CAST from STRING to dates and times by a format model. Source: GoogleSQL "Format elements", "Format string as date and time". */

import { MONTHS, shortNames } from '../calendar-names.ts';
import {
  civilOfDays,
  daysOfCivil,
  isValidCivil,
  microsOfTime,
  MICROS_PER_DAY,
  MICROS_PER_MINUTE,
  splitMicros,
} from '../civil.ts';
import { ValueError } from '../sql-value.ts';
import type { FormattedKind } from '../time-format.ts';
import {
  microsOfFraction,
  Mismatch,
  newTimeReading,
  takeName,
  takeNumber,
  takeText,
  type TimeReading,
} from '../time-reading.ts';
import { shownElement, timeModel, type TimeElement } from './time-model.ts';
import { checkReadable } from './time-rules.ts';

/** What a text says of a time. */
export interface ReadTime {
  readonly civilMicros: bigint;
  /** Offset from UTC that it names, microseconds. */
  readonly offsetMicros: bigint | undefined;
}

interface Reading extends TimeReading {
  halfHour: number | undefined;
  afternoon: boolean;
  zone: { readonly behind: boolean; readonly hours: number; readonly minutes: number } | undefined;
}

/** How an element is read; `exact` when a digit follows, so that all its digits must be there. */
type Reader = (r: Reading, exact: boolean) => void;

/** So many digits when another follows, else at least one. */
function takeDigits(r: Reading, exact: boolean, digits: number, [min, max]: readonly [number, number]): number {
  return takeNumber(r, new RegExp(`\\d{${exact ? digits : 1},${digits}}`, 'y'), min, max);
}

const shortMonths = shortNames(MONTHS);

/** The last digits of the year; those before are of the year that it is. */
const lastOfYear =
  (digits: number): Reader =>
  (r, exact) => {
    const unit = 10 ** digits;
    r.year = r.year - (r.year % unit) + takeDigits(r, exact, digits, [0, unit - 1]);
  };

const wholeYear: Reader = (r, exact) => {
  r.year = takeNumber(r, exact ? /\d{4}/y : /\d{1,5}/y, 0, 10_000);
};

/** The nearest century: 00 to 49 and 50 to 99 are halves of one. */
const roundedYear: Reader = (r, exact) => {
  const read = takeDigits(r, exact, 2, [0, 99]);
  const century = Math.floor(r.year / 100);
  const now = r.year % 100;
  const shift = read < 50 && now >= 50 ? 1 : read >= 50 && now < 50 ? -1 : 0;
  r.year = (century + shift) * 100 + read;
};

const groupedYear: Reader = (r) => {
  const thousands = takeNumber(r, /\d{1,2}/y, 0, 10);
  takeText(r, ',');
  r.year = thousands * 1000 + takeNumber(r, /\d{3}/y, 0, 999);
};

const halfHour: Reader = (r, exact) => {
  r.halfHour = takeDigits(r, exact, 2, [1, 12]);
};

const meridian: Reader = (r) => {
  r.afternoon = takeName(r, ['A.M.', 'P.M.']) === 1;
};

const readers: Readonly<Record<string, Reader>> = {
  YYYY: wholeYear,
  RRRR: wholeYear,
  YYY: lastOfYear(3),
  YY: lastOfYear(2),
  Y: lastOfYear(1),
  RR: roundedYear,
  'Y,YYY': groupedYear,
  MM: (r, exact) => (r.month = takeDigits(r, exact, 2, [1, 12])),
  MON: (r) => (r.month = takeName(r, shortMonths) + 1),
  MONTH: (r) => (r.month = takeName(r, MONTHS) + 1),
  DD: (r, exact) => (r.day = takeDigits(r, exact, 2, [1, 31])),
  HH: halfHour,
  HH12: halfHour,
  'A.M.': meridian,
  'P.M.': meridian,
  HH24: (r, exact) => (r.hour = takeDigits(r, exact, 2, [0, 23])),
  MI: (r, exact) => (r.minute = takeDigits(r, exact, 2, [0, 59])),
  SS: (r, exact) => (r.second = takeDigits(r, exact, 2, [0, 59])),
  SSSSS: (r, exact) => {
    const ofDay = takeDigits(r, exact, 5, [0, 86_399]);
    r.hour = Math.floor(ofDay / 3600);
    r.minute = Math.floor(ofDay / 60) % 60;
    r.second = ofDay % 60;
  },
  TZH: (r, exact) => {
    const sign = r.text.charAt(r.at++);
    if (sign === '' || !'+- '.includes(sign)) throw new Mismatch();
    r.zone = { behind: sign === '-', hours: takeDigits(r, exact, 2, [0, 14]), minutes: r.zone?.minutes ?? 0 };
  },
  TZM: (r, exact) => {
    const minutes = takeDigits(r, exact, 2, [0, 59]);
    r.zone = { behind: r.zone?.behind ?? false, hours: r.zone?.hours ?? 0, minutes };
  },
};

function takeFraction(r: Reading, exact: boolean, digits: number): void {
  const start = r.at;
  takeDigits(r, exact, digits, [0, 1e9]);
  r.micros = microsOfFraction(r.text.slice(start, r.at));
}

function takeBlank(r: Reading): number {
  const length = /^[\s\u0085]*/u.exec(r.text.slice(r.at))?.[0].length ?? 0;
  r.at += length;
  return length;
}

function takeElement(r: Reading, one: TimeElement, exact: boolean): void {
  if (one.name === 'text') takeText(r, one.text);
  else if (one.name === 'blank') {
    if (takeBlank(r) === 0) throw new Mismatch();
  } else if (one.name.startsWith('FF')) takeFraction(r, exact, Number(one.name.slice(2)));
  else readers[one.name]?.(r, exact);
}

/** Whether what follows in the text must be a digit. */
function precedesDigit(elements: readonly TimeElement[], at: number): boolean {
  const next = elements.slice(at + 1).find(({ name, text }) => name !== 'text' || text !== '');
  if (next === undefined || next.name === 'blank') return false;
  if (next.name === 'text') return next.quoted && /^\d/.test(next.text);
  return !['MON', 'MONTH', 'A.M.', 'P.M.', 'TZH'].includes(next.name);
}

/** The time that a text means; year and month are those of `nowMicros` (civil) where it names none. Throws a `ValueError`. */
export function readTimeByModel(text: string, format: string, kind: FormattedKind, nowMicros: bigint): ReadTime {
  const elements = timeModel(format);
  checkReadable(elements, kind);
  const now = civilOfDays(splitMicros(nowMicros).days);
  const r: Reading = {
    ...newTimeReading(text, now.year, now.month),
    halfHour: undefined,
    afternoon: false,
    zone: undefined,
  };
  takeElements(r, elements);
  if (r.halfHour !== undefined) r.hour = (r.halfHour % 12) + (r.afternoon ? 12 : 0);
  if (!isValidCivil(r)) throw new ValueError('Invalid result from year, month, day values after parsing');
  const civilMicros = BigInt(daysOfCivil(r.year, r.month, r.day)) * MICROS_PER_DAY + microsOfTime(r);
  return { civilMicros, offsetMicros: offsetOf(r) };
}

function offsetOf({ zone }: Reading): bigint | undefined {
  if (zone === undefined) return undefined;
  const size = BigInt(zone.hours * 60 + zone.minutes) * MICROS_PER_MINUTE;
  return zone.behind ? -size : size;
}

function takeElements(r: Reading, elements: readonly TimeElement[]): void {
  takeBlank(r);
  let next = 0;
  for (; r.at < r.text.length && next < elements.length; next++) {
    const one = elements[next];
    const start = r.at;
    try {
      if (one !== undefined) takeElement(r, one, precedesDigit(elements, next));
    } catch (error) {
      if (!(error instanceof Mismatch) || one === undefined) throw error;
      throw new ValueError(
        `Failed to parse input timestamp string at ${start} with format element ${shownElement(one)}`,
      );
    }
  }
  takeBlank(r);
  if (r.at < r.text.length) {
    throw new ValueError(`Illegal non-space trailing data '${r.text.slice(r.at)}' in timestamp string`);
  }
  const left = elements.slice(next).find(({ name, text }) => name !== 'text' || text !== '');
  if (left === undefined) return;
  throw new ValueError(
    `Entire timestamp string has been parsed before dealing with format element ${shownElement(left)}`,
  );
}
