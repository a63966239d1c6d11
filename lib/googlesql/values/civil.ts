/** The civil calendar: days, months, weeks and times of day, without zones. */

export const MICROS_PER_SECOND = 1_000_000n;
export const MICROS_PER_MINUTE = 60_000_000n;
export const MICROS_PER_HOUR = 3_600_000_000n;
export const MICROS_PER_DAY = 86_400_000_000n;

/** Days of 0001-01-01 and 9999-12-31: the bounds of every date in BigQuery. */
export const MIN_DAYS = -719_162;
export const MAX_DAYS = 2_932_896;

/** Bounds of DATETIME and TIMESTAMP, microseconds. */
export const MIN_MICROS = BigInt(MIN_DAYS) * MICROS_PER_DAY;
export const MAX_MICROS = BigInt(MAX_DAYS + 1) * MICROS_PER_DAY - 1n;

export interface CivilDate {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
}

/** Days since 1970-01-01 of a proleptic Gregorian date; months beyond 12 and below 1 carry over. */
export function daysOfCivil(year: number, month: number, day: number): number {
  const months = year * 12 + (month - 1);
  const y0 = Math.floor(months / 12);
  const m = months - y0 * 12 + 1;
  const y = m <= 2 ? y0 - 1 : y0;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function civilOfDays(days: number): CivilDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

function daysInMonth(year: number, month: number): number {
  return daysOfCivil(year, month + 1, 1) - daysOfCivil(year, month, 1);
}

export function isValidCivil({ year, month, day }: CivilDate): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** Adds months, holding the day back at the end of a shorter month. */
export function addMonths(days: number, months: number): number {
  const { year, month, day } = civilOfDays(days);
  const first = daysOfCivil(year, month + months, 1);
  const moved = civilOfDays(first);
  return first + Math.min(day, daysInMonth(moved.year, moved.month)) - 1;
}

/** Sunday is 0. */
export function weekday(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

export function dayOfYear(days: number): number {
  return days - daysOfCivil(civilOfDays(days).year, 1, 1) + 1;
}

/** Weeks of the year that start on `firstWeekday` (0 Sunday); days before the first such day are in week 0. */
export function weekOfYear(days: number, firstWeekday: number): number {
  const sinceStart = (((weekday(days) - firstWeekday) % 7) + 7) % 7;
  return Math.floor((dayOfYear(days) - 1 - sinceStart + 7) / 7);
}

/** ISO 8601 week: Monday first, week 1 holds the year's first Thursday. */
export function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - ((weekday(days) + 6) % 7) + 3;
  const { year } = civilOfDays(thursday);
  return { year, week: Math.floor((thursday - daysOfCivil(year, 1, 1)) / 7) + 1 };
}

/** The Monday that starts an ISO year. */
export function isoYearStart(year: number): number {
  const fourth = daysOfCivil(year, 1, 4);
  return fourth - ((weekday(fourth) + 6) % 7);
}

/** The day and the microsecond of the day of a civil microsecond count. */
export function splitMicros(micros: bigint): { readonly days: number; readonly ofDay: bigint } {
  let days = micros / MICROS_PER_DAY;
  let ofDay = micros % MICROS_PER_DAY;
  if (ofDay < 0n) {
    days -= 1n;
    ofDay += MICROS_PER_DAY;
  }
  return { days: Number(days), ofDay };
}

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
}

export function timeOfMicros(ofDay: bigint): TimeOfDay {
  const total = Number(ofDay);
  const seconds = Math.floor(total / 1e6);
  return {
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: total % 1e6,
  };
}

export function microsOfTime({ hour, minute, second, micros }: TimeOfDay): bigint {
  return BigInt((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + BigInt(micros);
}
