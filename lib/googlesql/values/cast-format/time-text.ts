/** CAST from dates and times to STRING by a format model. Source: GoogleSQL "Format elements", "Format date and time as string". */

import {
  civilOfDays,
  MICROS_PER_MINUTE,
  splitMicros,
  timeOfMicros,
  weekday,
  type CivilDate,
  type TimeOfDay,
} from '../civil.ts';
import { ValueError } from '../sql-value.ts';
import { formatTime, type FormattedKind } from '../time-format.ts';
import { shownElement, timeModel, type TimeCategory, type TimeElement } from './time-model.ts';

/** A civil time; an instant's has its offset from UTC, microseconds. */
export interface FormattedTime {
  readonly civilMicros: bigint;
  readonly offsetMicros?: bigint;
}

const ofDate: readonly TimeCategory[] = ['LITERAL', 'YEAR', 'MONTH', 'DAY'];
const ofTime: readonly TimeCategory[] = ['LITERAL', 'HOUR', 'MINUTE', 'SECOND', 'MERIDIAN_INDICATOR'];

/** What each type has; a timestamp has all. */
const categoriesOf: Readonly<Record<Exclude<FormattedKind, 'TIMESTAMP'>, readonly TimeCategory[]>> = {
  DATE: ofDate,
  TIME: ofTime,
  DATETIME: [...ofDate, ...ofTime],
};

interface Parts extends CivilDate, TimeOfDay, FormattedTime {
  readonly days: number;
}

const two = (value: number): string => String(value).padStart(2, '0');
const half = ({ hour }: Parts): string => two(hour % 12 || 12);
const lastOfYear =
  (digits: number) =>
  ({ year }: Parts): string =>
    String(digits === 4 ? year : year % 10 ** digits).padStart(digits, '0');
const by =
  (format: string) =>
  ({ civilMicros }: Parts): string =>
    formatTime(format, { civilMicros }, 'DATETIME');
const minutesOf = ({ offsetMicros = 0n }: Parts): number => Number(offsetMicros / MICROS_PER_MINUTE);

/** What each element writes; names of months and days in whatever case. */
const writers: Readonly<Record<string, (parts: Parts) => string>> = {
  YYYY: lastOfYear(4),
  YYY: lastOfYear(3),
  YY: lastOfYear(2),
  Y: lastOfYear(1),
  RRRR: lastOfYear(4),
  RR: lastOfYear(2),
  MM: ({ month }) => two(month),
  MON: by('%b'),
  MONTH: by('%B'),
  DDD: by('%j'),
  DD: ({ day }) => two(day),
  D: ({ days }) => String(weekday(days) + 1),
  DAY: by('%A'),
  DY: by('%a'),
  HH: half,
  HH12: half,
  HH24: ({ hour }) => two(hour),
  MI: ({ minute }) => two(minute),
  SS: ({ second }) => two(second),
  SSSSS: ({ hour, minute, second }) => String((hour * 60 + minute) * 60 + second).padStart(5, '0'),
  AM: by('%p'),
  PM: by('%p'),
  'A.M.': ({ hour }) => (hour < 12 ? 'A.M.' : 'P.M.'),
  'P.M.': ({ hour }) => (hour < 12 ? 'A.M.' : 'P.M.'),
  TZH: (parts) => `${minutesOf(parts) < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutesOf(parts)) / 60))}`,
  TZM: (parts) => two(Math.abs(minutesOf(parts)) % 60),
};

/** The time as the model says. Throws a `ValueError` at elements that its type does not have. */
export function timeModelText(time: FormattedTime, format: string, kind: FormattedKind): string {
  const elements = timeModel(format);
  checkTimeModel(elements, kind);
  const { days, ofDay } = splitMicros(time.civilMicros);
  const parts: Parts = { ...civilOfDays(days), ...timeOfMicros(ofDay), ...time, days };
  return elements.map((one) => elementText(one, parts)).join('');
}

function checkTimeModel(elements: readonly TimeElement[], kind: FormattedKind): void {
  if (kind === 'TIMESTAMP') return;
  const foreign = elements.find(({ category }) => !categoriesOf[kind].includes(category));
  if (foreign !== undefined) throw new ValueError(`${kind} does not support ${shownElement(foreign)}`);
}

function elementText(one: TimeElement, parts: Parts): string {
  if (one.category === 'LITERAL') return one.text;
  if (one.name.startsWith('FF')) return fractionText(parts, Number(one.name.slice(2)));
  const write = writers[one.name];
  if (write === undefined) throw new ValueError(`Unsupported format element ${shownElement(one)}`);
  return inCaseOf(one, write(parts));
}

function fractionText({ micros }: Parts, digits: number): string {
  return String(micros).padStart(6, '0').padEnd(digits, '0').slice(0, digits);
}

/** Case matching: `DAY` THURSDAY, `Day` Thursday, `day` thursday; meridian indicators go by their first letter. */
function inCaseOf({ text, category }: TimeElement, written: string): string {
  const isLower = (letter: string): boolean => letter !== letter.toUpperCase();
  if (isLower(text.charAt(0))) return written.toLowerCase();
  return category !== 'MERIDIAN_INDICATOR' && isLower(text.charAt(1)) ? written : written.toUpperCase();
}
