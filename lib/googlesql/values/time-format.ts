/** FORMAT_DATE and its siblings: `%Y-%m-%d`. Source: GoogleSQL "Format elements for date and time parts". */

import { MONTHS, WEEKDAYS } from './calendar-names.ts';
import {
  civilOfDays,
  dayOfYear,
  isoWeek,
  isoYearStart,
  MICROS_PER_MINUTE,
  splitMicros,
  timeOfMicros,
  weekday,
  weekOfYear,
} from './civil.ts';
import type { CivilDate, TimeOfDay } from './civil.ts';
import { ValueError } from './sql-value.ts';

/** A civil time to be written, with its zone when it is an instant. */
export interface Moment {
  readonly civilMicros: bigint;
  /** Offset from UTC, microseconds, and the zone's name as `%Z` shows it. */
  readonly zone?: { readonly offset: bigint; readonly name: string };
}

/** Elements that a type does not have are written as they are. */
const foreign = {
  DATE: 'cHIklMPpRrSsTXZz',
  TIME: 'AaBbhCcDdeFGgjmQsUuVWwxYyZz',
  DATETIME: 'Zz',
  TIMESTAMP: '',
} as const;

export type FormattedKind = keyof typeof foreign;

interface Parts extends CivilDate, TimeOfDay {
  readonly days: number;
  readonly moment: Moment;
}

const pad = (value: number, width: number, fill = '0'): string => String(value).padStart(width, fill);
const hour12 = ({ hour }: Parts): number => hour % 12 || 12;
const nameOf = (names: readonly string[], index: number): string => names[index] ?? '';

/** What each letter writes. */
const elements: Readonly<Record<string, (p: Parts) => string>> = {
  A: (p) => nameOf(WEEKDAYS, weekday(p.days)),
  a: (p) => nameOf(WEEKDAYS, weekday(p.days)).slice(0, 3),
  B: (p) => nameOf(MONTHS, p.month - 1),
  b: (p) => nameOf(MONTHS, p.month - 1).slice(0, 3),
  h: (p) => nameOf(MONTHS, p.month - 1).slice(0, 3),
  C: (p) => pad(Math.floor(p.year / 100), 2),
  c: (p) => expand('%a %b %e %H:%M:%S %Y', p),
  D: (p) => expand('%m/%d/%y', p),
  d: (p) => pad(p.day, 2),
  e: (p) => pad(p.day, 2, ' '),
  F: (p) => expand('%Y-%m-%d', p),
  G: (p) => String(isoWeek(p.days).year),
  g: (p) => pad(isoWeek(p.days).year % 100, 2),
  H: (p) => pad(p.hour, 2),
  I: (p) => pad(hour12(p), 2),
  J: (p) => pad(p.days - isoYearStart(isoWeek(p.days).year) + 1, 3),
  j: (p) => pad(dayOfYear(p.days), 3),
  k: (p) => pad(p.hour, 2, ' '),
  l: (p) => pad(hour12(p), 2, ' '),
  M: (p) => pad(p.minute, 2),
  m: (p) => pad(p.month, 2),
  n: () => '\n',
  P: (p) => (p.hour < 12 ? 'am' : 'pm'),
  p: (p) => (p.hour < 12 ? 'AM' : 'PM'),
  Q: (p) => String(Math.ceil(p.month / 3)),
  R: (p) => expand('%H:%M', p),
  r: (p) => expand('%I:%M:%S %p', p),
  S: (p) => pad(p.second, 2),
  s: (p) => String(unixSeconds(p)),
  T: (p) => expand('%H:%M:%S', p),
  t: () => '\t',
  U: (p) => pad(weekOfYear(p.days, 0), 2),
  u: (p) => String(weekday(p.days) || 7),
  V: (p) => pad(isoWeek(p.days).week, 2),
  W: (p) => pad(weekOfYear(p.days, 1), 2),
  w: (p) => String(weekday(p.days)),
  X: (p) => expand('%H:%M:%S', p),
  x: (p) => expand('%m/%d/%y', p),
  Y: (p) => String(p.year),
  y: (p) => pad(p.year % 100, 2),
  Z: (p) => p.moment.zone?.name ?? '',
  z: (p) => offsetText(p.moment.zone?.offset ?? 0n, ''),
  '%': () => '%',
};

function unixSeconds({ moment }: Parts): bigint {
  const utc = moment.civilMicros - (moment.zone?.offset ?? 0n);
  const whole = utc / 1_000_000n;
  return utc < 0n && utc % 1_000_000n !== 0n ? whole - 1n : whole;
}

function offsetText(offset: bigint, separator: string): string {
  const minutes = Number(offset / MICROS_PER_MINUTE);
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}${separator}${pad(size % 60, 2)}`;
}

const pattern = /%(E\d{1,2}S|E\*S|E4Y|Ez|[A-Za-z%])/g;

/** The moment as the format says. Throws a `ValueError` at a lone `%` at the end. */
export function formatTime(format: string, moment: Moment, kind: FormattedKind): string {
  if (/(?:^|[^%])(?:%%)*%$/.test(format)) throw new ValueError("Format string cannot end with a single '%'");
  const { days, ofDay } = splitMicros(moment.civilMicros);
  return expand(format, { ...civilOfDays(days), ...timeOfMicros(ofDay), days, moment }, foreign[kind]);
}

function expand(format: string, parts: Parts, hidden = ''): string {
  return format.replaceAll(pattern, (whole: string, element: string): string => {
    if (element.length === 1) return hidden.includes(element) ? whole : (elements[element]?.(parts) ?? whole);
    if (hidden.includes(element.slice(-1))) return whole;
    if (element === 'E4Y') return pad(parts.year, 4);
    if (element === 'Ez') return offsetText(parts.moment.zone?.offset ?? 0n, ':');
    return secondsText(parts, element.slice(1, -1));
  });
}

function secondsText(parts: Parts, digits: string): string {
  const fraction = pad(parts.micros, 6);
  const shown =
    digits === '*' ? fraction.replace(/0+$/, '') : fraction.padEnd(Number(digits), '0').slice(0, Number(digits));
  return shown === '' ? pad(parts.second, 2) : `${pad(parts.second, 2)}.${shown}`;
}
