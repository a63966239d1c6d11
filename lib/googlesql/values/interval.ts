/** INTERVAL: building, bounds, and its texts. */

import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE } from './civil.ts';
import { ValueError, type IntervalValue } from './sql-value.ts';

/** Date and time parts, from the widest to the narrowest that intervals have. */
export const intervalParts = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const;
export type IntervalPart = (typeof intervalParts)[number];

const MAX_MONTHS = 120_000;
const MAX_DAYS = 3_660_000;
const MAX_MICROS = BigInt(MAX_DAYS) * MICROS_PER_DAY;

/** What one unit of a part is. */
const units: Readonly<Record<string, { readonly months?: number; readonly days?: number; readonly micros?: bigint }>> =
  {
    YEAR: { months: 12 },
    QUARTER: { months: 3 },
    MONTH: { months: 1 },
    WEEK: { days: 7 },
    DAY: { days: 1 },
    HOUR: { micros: MICROS_PER_HOUR },
    MINUTE: { micros: MICROS_PER_MINUTE },
    SECOND: { micros: 1_000_000n },
    MILLISECOND: { micros: 1000n },
    MICROSECOND: { micros: 1n },
  };

/** `INTERVAL count part`. */
export function intervalOf(count: bigint, part: string): IntervalValue {
  const unit = units[part];
  if (unit === undefined) throw new ValueError(`Invalid interval datetime field ${part}`);
  const whole = Number(count);
  return inBounds({
    months: whole * (unit.months ?? 0),
    days: whole * (unit.days ?? 0),
    micros: count * (unit.micros ?? 0n),
  });
}

/** The interval, or Google's error when a part is beyond its bound. */
export function inBounds(interval: IntervalValue): IntervalValue {
  const { months, days, micros } = interval;
  check('months', months, MAX_MONTHS);
  check('days', days, MAX_DAYS);
  if (micros > MAX_MICROS || micros < -MAX_MICROS) {
    throw new ValueError(`Interval field microseconds '${micros}' is out of range -${MAX_MICROS} to ${MAX_MICROS}`);
  }
  return interval;
}

function check(field: string, value: number, max: number): void {
  if (Math.abs(value) > max) {
    throw new ValueError(`Interval field ${field} '${value}' is out of range -${max} to ${max}`);
  }
}

interface TimeFields {
  readonly hours: bigint;
  readonly minutes: bigint;
  readonly seconds: bigint;
  readonly micros: bigint;
}

function timeFields(micros: bigint): TimeFields {
  return {
    hours: micros / MICROS_PER_HOUR,
    minutes: (micros / MICROS_PER_MINUTE) % 60n,
    seconds: (micros / 1_000_000n) % 60n,
    micros: micros % 1_000_000n,
  };
}

/** `Y-M D H:M:S[.F]`, as CAST writes it. */
export function intervalText({ months, days, micros }: IntervalValue): string {
  const size = Math.abs(months);
  const time = timeFields(micros < 0n ? -micros : micros);
  const fraction = String(time.micros).padStart(6, '0');
  const shown = time.micros === 0n ? '' : `.${fraction.endsWith('000') ? fraction.slice(0, 3) : fraction}`;
  const sign = (negative: boolean): string => (negative ? '-' : '');
  return (
    `${sign(months < 0)}${Math.floor(size / 12)}-${size % 12} ${days} ` +
    `${sign(micros < 0n)}${time.hours}:${time.minutes}:${time.seconds}${shown}`
  );
}

/** ISO 8601, as JSON has it: `P1Y2M3DT4H5M6.5S`. */
export function intervalIsoText({ months, days, micros }: IntervalValue): string {
  const time = timeFields(micros);
  const part = (value: number | bigint, letter: string): string => (Number(value) === 0 ? '' : `${value}${letter}`);
  const date = part(Math.trunc(months / 12), 'Y') + part(months % 12, 'M') + part(days, 'D');
  const clock = part(time.hours, 'H') + part(time.minutes, 'M') + secondsText(time, micros < 0n);
  const text = `P${date}${micros === 0n ? '' : 'T'}${clock}`;
  return text === 'P' ? 'P0Y' : text;
}

function secondsText(time: TimeFields, negative: boolean): string {
  if (time.seconds === 0n && time.micros === 0n) return '';
  if (time.micros === 0n) return `${time.seconds}S`;
  const whole = time.seconds !== 0n ? String(time.seconds) : negative ? '-0' : '0';
  const fraction = String(time.micros < 0n ? -time.micros : time.micros)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${whole}.${fraction}S`;
}

const dayOrTime: Readonly<Record<IntervalPart, string>> = {
  YEAR: String.raw`(?<Y>\d+)`,
  MONTH: String.raw`(?<M>\d+)`,
  DAY: String.raw`(?<D>[-+]?\d+)`,
  HOUR: String.raw`(?<h>\d+)`,
  MINUTE: String.raw`(?<m>\d+)`,
  SECOND: String.raw`(?<s>\d+)(?:\.(?<f>\d{1,9}))?`,
};

/** The pattern of `from TO to`: signs before the month part and before the time part, separators between. */
function rangePattern(from: IntervalPart, to: IntervalPart): RegExp {
  const first = intervalParts.indexOf(from);
  const last = intervalParts.indexOf(to);
  let pattern = '';
  for (const [i, part] of intervalParts.entries()) {
    if (i < first || i > last) continue;
    if (i > first) pattern += i === 1 ? '-' : i <= 3 ? ' ' : ':';
    if (part === 'YEAR' || (part === 'MONTH' && i === first)) pattern += '(?<months>[-+]?)';
    if (part === 'HOUR' || (i > 3 && i === first)) pattern += '(?<time>[-+]?)';
    pattern += dayOrTime[part];
  }
  return new RegExp(`^${pattern}$`);
}

/** `INTERVAL 'text' from TO to`. */
export function parseIntervalRange(text: string, from: IntervalPart, to: IntervalPart): IntervalValue {
  const groups = rangePattern(from, to).exec(text)?.groups;
  if (groups === undefined) throw new ValueError(`Invalid INTERVAL value '${text}'`);
  const number = (name: string): bigint => BigInt(groups[name] ?? 0);
  const months = number('Y') * 12n + number('M');
  const fraction = BigInt((groups['f'] ?? '').padEnd(6, '0').slice(0, 6));
  const micros = ((number('h') * 60n + number('m')) * 60n + number('s')) * 1_000_000n + fraction;
  return inBounds({
    months: Number(groups['months'] === '-' ? -months : months),
    days: Number(groups['D'] ?? 0),
    micros: groups['time'] === '-' ? -micros : micros,
  });
}

/** Which parts a text has, told by its spaces, colons and dashes behind digits. */
const shapes: Readonly<Record<string, readonly [IntervalPart, IntervalPart]>> = {
  '2 2 1': ['YEAR', 'SECOND'],
  '2 1 1': ['YEAR', 'MINUTE'],
  '2 0 1': ['YEAR', 'HOUR'],
  '1 0 1': ['YEAR', 'DAY'],
  '0 0 1': ['YEAR', 'MONTH'],
  '2 0 0': ['MONTH', 'HOUR'],
  '2 1 0': ['MONTH', 'MINUTE'],
  '2 2 0': ['MONTH', 'SECOND'],
  '1 1 0': ['DAY', 'MINUTE'],
  '1 2 0': ['DAY', 'SECOND'],
  '0 2 0': ['HOUR', 'SECOND'],
};

/** An interval from its text, canonical or ISO 8601, as CAST reads it. Throws a `ValueError`. */
export function parseInterval(text: string): IntervalValue {
  if (text.startsWith('P')) return parseIso(text);
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const shape = shapes[`${count(/ /g)} ${count(/:/g)} ${count(/(?<=\d)-/g)}`];
  if (shape === undefined) throw new ValueError(`Invalid INTERVAL value '${text}'`);
  return parseIntervalRange(text, ...shape);
}

const dateLetters: Readonly<Record<string, string>> = { Y: 'YEAR', M: 'MONTH', W: 'WEEK', D: 'DAY' };
const timeLetters: Readonly<Record<string, string>> = { H: 'HOUR', M: 'MINUTE', S: 'SECOND' };

function parseIso(text: string): IntervalValue {
  if (!/^P(?:-?\d+[YMWD])*(?:T(?:-?\d+(?:[.,]\d*)?[HMS])*)?$/.test(text) || text === 'P') {
    throw new ValueError(`Invalid INTERVAL value '${text}'`);
  }
  const [date = '', time = ''] = text.slice(1).split('T');
  let sum: IntervalValue = { months: 0, days: 0, micros: 0n };
  const add = (letters: Readonly<Record<string, string>>, part: string): void => {
    for (const [, sign = '', whole = '0', fraction = '', letter = ''] of part.matchAll(
      /(-?)(\d+)(?:[.,](\d*))?([A-Z])/g,
    )) {
      const value = intervalOf(BigInt(sign + whole), letters[letter] ?? '');
      const micros = BigInt(fraction.padEnd(6, '0').slice(0, 6)) * (sign === '-' ? -1n : 1n);
      sum = {
        months: sum.months + value.months,
        days: sum.days + value.days,
        micros: sum.micros + value.micros + micros,
      };
    }
  };
  add(dateLetters, date);
  add(timeLetters, time);
  return inBounds(sum);
}
