// Owns dates of the proleptic Gregorian calendar as plain arithmetic: no time zone, no Date object, years 1 to 9999.

/** Milliseconds in a day; UTC as computers keep it has no leap seconds. */
export const DAY_MS = 86_400_000;

/** A date: month 1 to 12, day 1 to 31. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const MIN_YEAR = 1;
const MAX_YEAR = 9999;
const DAYS_IN_400_YEARS = 146_097;
/** Days from 0000-03-01, where the arithmetic starts its year, to 1970-01-01. */
const DAYS_TO_EPOCH = 719_468;

/** Days from 1970-01-01 to a date, negative before it. The date is taken as valid. */
export function epochDayOf({ year, month, day }: CivilDate): number {
  // The year is counted from March, so that the leap day is the last one: then day of year is linear in the month.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_IN_400_YEARS + dayOfEra - DAYS_TO_EPOCH;
}

/** The date that is so many days after 1970-01-01. */
export function civilDateOf(epochDay: number): CivilDate {
  const days = epochDay + DAYS_TO_EPOCH;
  const era = Math.floor(days / DAYS_IN_400_YEARS);
  const dayOfEra = days - era * DAYS_IN_400_YEARS;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day };
}

/** How many days a month has. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Day of the week by ISO 8601: 1 is Monday, 7 is Sunday. */
export function isoWeekday(epochDay: number): number {
  return mod(epochDay + 3, 7) + 1;
}

/** Whether year, month and day name a day of the calendar, in the years that GoogleSQL's DATE can hold (1 to 9999). */
export function isCivilDate({ year, month, day }: CivilDate): boolean {
  return (
    year >= MIN_YEAR && year <= MAX_YEAR && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
  );
}

/** Days from 1970-01-01 of a padded `2026-08-01`; undefined when the text is anything else or no such day exists. */
export function parseDate(text: string): number | undefined {
  if (text.length !== 10 || text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return undefined;
  const date = { year: digits(text, 0, 4), month: digits(text, 5, 7), day: digits(text, 8, 10) };
  return isCivilDate(date) ? epochDayOf(date) : undefined;
}

/** A date as `2026-08-01`. */
export function formatDate(epochDay: number): string {
  const { year, month, day } = civilDateOf(epochDay);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** A whole number with leading zeros, as ISO 8601 wants them. */
export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** The number that the decimal digits in [from, to) make, or -1 when one of them is no digit. */
export function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The remainder with the sign of the divisor, so that it also serves days before 1970. */
export function mod(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

const ZERO = 48;
const HYPHEN = 45;

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
