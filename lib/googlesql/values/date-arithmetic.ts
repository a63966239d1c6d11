/** Moving dates, times and instants by parts, with GoogleSQL's bounds and errors. */

import {
  addMonths,
  MAX_DAYS,
  MAX_MICROS,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MIN_DAYS,
  MIN_MICROS,
  splitMicros,
} from './civil.ts';
import { dateText, dateTimeText } from './date-time-text.ts';
import { inBounds } from './interval.ts';
import { ValueError, type IntervalValue } from './sql-value.ts';

const monthsOf: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };
const daysOf: Readonly<Record<string, bigint>> = { DAY: 1n, WEEK: 7n };

/** Microseconds of the parts of fixed length. */
export const microsOfPart: Readonly<Record<string, bigint>> = {
  DAY: MICROS_PER_DAY,
  WEEK: 7n * MICROS_PER_DAY,
  HOUR: MICROS_PER_HOUR,
  MINUTE: MICROS_PER_MINUTE,
  SECOND: 1_000_000n,
  MILLISECOND: 1000n,
  MICROSECOND: 1n,
};

/** A date moved by parts. */
export function moveDate(days: number, count: bigint, part: string, direction?: 'back'): number {
  const months = monthsOf[part];
  const moved =
    months === undefined
      ? Number(BigInt(days) + count * (daysOf[part] ?? 0n))
      : bounded(count) && addMonths(days, Number(count) * months);
  if (moved === false || moved < MIN_DAYS || moved > MAX_DAYS) {
    throw new ValueError(`${movingText(count, part, direction)} date ${dateText(days)} causes overflow`);
  }
  return moved;
}

/** How a movement's error begins; movements back have been asked for as subtractions. */
function movingText(count: bigint, part: string, direction: 'back' | undefined): string {
  return direction === 'back' ? `Subtracting ${-count} ${part} from` : `Adding ${count} ${part} to`;
}

const MAX_STEPS = 200_000n;

function bounded(count: bigint): boolean {
  return count <= MAX_STEPS && count >= -MAX_STEPS;
}

/** A civil time moved by parts. */
export function moveCivil(micros: bigint, count: bigint, part: string): bigint {
  const fixed = microsOfPart[part];
  if (fixed !== undefined) return checkedCivil(micros + count * fixed);
  const { days, ofDay } = splitMicros(micros);
  return BigInt(moveDate(days, count, part)) * MICROS_PER_DAY + ofDay;
}

/** An instant moved by a part of fixed length. */
export function moveInstant(micros: bigint, count: bigint, part: string, direction?: 'back'): bigint {
  const moved = micros + count * (microsOfPart[part] ?? 0n);
  if (moved < MIN_MICROS || moved > MAX_MICROS) {
    const text = `${dateTimeText(micros)}+00`;
    throw new ValueError(`${movingText(count, part, direction)} timestamp ${text} causes overflow`);
  }
  return moved;
}

/** A time of day moved around the clock. */
export function moveTime(ofDay: bigint, count: bigint, part: string): bigint {
  const moved = (ofDay + count * (microsOfPart[part] ?? 0n)) % MICROS_PER_DAY;
  return moved < 0n ? moved + MICROS_PER_DAY : moved;
}

function checkedCivil(micros: bigint): bigint {
  if (micros < MIN_MICROS || micros > MAX_MICROS) throw new ValueError('DATETIME addition causes overflow');
  return micros;
}

/** A civil time plus an interval: months first, then days, then time. */
export function addInterval(micros: bigint, { months, days, micros: time }: IntervalValue): bigint {
  const split = splitMicros(micros);
  const moved = addMonths(split.days, months) + days;
  return checkedCivil(BigInt(moved) * MICROS_PER_DAY + split.ofDay + time);
}

export function negateInterval({ months, days, micros }: IntervalValue): IntervalValue {
  return { months: -months, days: -days, micros: -micros };
}

export function sumIntervals(list: readonly IntervalValue[]): IntervalValue {
  let months = 0;
  let days = 0;
  let micros = 0n;
  for (const one of list) {
    months += one.months;
    days += one.days;
    micros += one.micros;
  }
  return inBounds({ months, days, micros });
}

/** A part of an interval as many parts: remainders of months go to days (30), of days to time (24 hours). */
export function divideInterval({ months, days, micros }: IntervalValue, divisor: bigint): IntervalValue {
  if (divisor === 0n) throw new ValueError('Interval division by zero');
  const n = Number(divisor);
  const wholeMonths = Math.trunc(months / n);
  const allDays = (months - wholeMonths * n) * 30 + days;
  const wholeDays = Math.trunc(allDays / n);
  const allMicros = BigInt(allDays - wholeDays * n) * MICROS_PER_DAY + micros;
  return inBounds({ months: wholeMonths, days: wholeDays, micros: allMicros / divisor });
}
