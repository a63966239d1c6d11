/** The elements of formats such as `%Y-%m-%d`, each as it is read from a text. Source: GoogleSQL "Format elements for date and time parts". */

import { MONTHS, shortNames, WEEKDAYS } from './calendar-names.ts';
import { ValueError } from './sql-value.ts';
import { microsOfFraction, take, takeName, takeNumber, takeText, type TimeReading } from './time-reading.ts';
import { timeZone, type TimeZone } from './time-zone.ts';

/** What has been read so far; parts that only some elements say are undefined until one of them has. */
export interface Reading extends TimeReading {
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

/** Goes on to what is no white space. */
export function skipBlank(r: Reading): void {
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

const takeHour24: Element = (r) => {
  r.hour = takeDigits(r, 2, 0, 23);
  r.afternoon = undefined;
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
  H: takeHour24,
  I: takeHour12,
  J: (r) => {
    r.isoDayOfYear = takeDigits(r, 3, 1, 371);
  },
  j: (r) => {
    r.dayOfYear = takeDigits(r, 3, 1, 366);
  },
  k: (r) => {
    skipBlank(r);
    takeHour24(r);
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

/** Reads on in the text by a format. Throws a `Mismatch` where the text does not fit it. */
export function readAll(r: Reading, format: string): void {
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
