/** When a job runs: unix-cron as Cloud Scheduler documents it, on the wall clock of a time zone. */
import { Cron } from 'croner';
import { invalidSchedule, unserved } from './refusals.ts';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly min: number;
  readonly max: number;
  /** Names of the values from `min` on. */
  readonly names: readonly string[];
}

/** Source: https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules */
const FIELDS: readonly Field[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  // 7 is Sunday again.
  { min: 0, max: 7, names: WEEKDAYS },
];

/** The older English syntax, such as `every 5 minutes` or `1st,third monday of month 04:00`. */
const ENGLISH = /^\s*(?:every\b|first\b|second\b|third\b|fourth\b|\d+(?:st|nd|rd|th)\b)/i;

/**
 * Checks a schedule and its time zone.
 * @throws ApiError INVALID_ARGUMENT; UNIMPLEMENTED for the English syntax, which Google still accepts
 */
export function checkSchedule(schedule: string, timeZone: string): void {
  if (ENGLISH.test(schedule)) throw unserved('schedules in English (App Engine cron) syntax');
  const fields = schedule.trim().split(/\s+/);
  const valid = fields.length === FIELDS.length && FIELDS.every((field, index) => isField(fields[index] ?? '', field));
  if (!valid || !isTimeZone(timeZone) || nextRunMs(schedule, timeZone, 0) === undefined) throw invalidSchedule();
}

/** The first moment after `afterMs` that the schedule names, in epoch milliseconds; undefined when it never comes. */
export function nextRunMs(schedule: string, timeZone: string, afterMs: number): number | undefined {
  // Day of month and day of week together mean either, as croner does by default.
  const cron = new Cron(schedule.trim(), { timezone: timeZone, mode: '5-part' });
  return cron.nextRun(new Date(afterMs))?.getTime();
}

/** A moment as RFC 3339 with the offset of a time zone: `2026-08-01T05:00:00-07:00`. */
export function inTimeZone(epochMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(epochMs);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const offset = name === 'GMT' ? '+00:00' : name.slice('GMT'.length, 'GMT+00:00'.length);
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  const shiftedMs = epochMs + (offset.startsWith('-') ? -minutes : minutes) * 60_000;
  return `${new Date(shiftedMs).toISOString().slice(0, 'YYYY-MM-DDTHH:mm:ss'.length)}${offset}`;
}

/** Names of the tz database only: Intl also takes offsets such as `+08:00`, which Google does not. */
function isTimeZone(timeZone: string): boolean {
  if (!/^[A-Za-z]/.test(timeZone)) return false;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isField(text: string, field: Field): boolean {
  return text.split(',').every((item) => isItem(item, field));
}

/** `*`, a value, a range, and steps through the whole or a range. */
function isItem(item: string, field: Field): boolean {
  const groups = /^(?:(?<all>\*)|(?<from>\w+)(?:-(?<to>\w+))?)(?:\/(?<step>\d+))?$/.exec(item)?.groups;
  if (groups === undefined) return false;
  const { all, from, to, step } = groups;
  if (step !== undefined && ((all === undefined && to === undefined) || !within(Number(step), 1, field.max)))
    return false;
  if (all !== undefined) return true;
  const first = valueOf(from ?? '', field);
  const last = to === undefined ? first : valueOf(to, field);
  return first !== undefined && last !== undefined && first <= last;
}

function valueOf(text: string, field: Field): number | undefined {
  const named = field.names.indexOf(text.toUpperCase());
  if (named !== -1) return field.min + named;
  const value = Number(text);
  return /^\d+$/.test(text) && within(value, field.min, field.max) ? value : undefined;
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
