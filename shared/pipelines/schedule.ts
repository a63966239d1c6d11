// Owns schedules: when, by the clock in UTC, a partition that has ended is due; never which partitions there are.
import { Cron } from 'croner';

/** The short names; a week ends with Sunday here, so `@weekly` is Monday 00:00, unlike cron's. */
const SCHEDULE_ALIASES = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 1',
  '@monthly': '0 0 1 * *',
} as const;

/** What a schedule may be, in the words in which an error says so. */
export const SCHEDULE_FORMS = '@hourly, @daily, @weekly, @monthly, or five cron fields in UTC such as "30 6 * * 1-5"';

/** A cron expression of five fields, checked. */
export type Schedule = string & { readonly __brand: 'Schedule' };

/** The schedule that a text names; undefined when it names none, or one that never comes. */
export function parseSchedule(text: string): Schedule | undefined {
  const expression = Object.entries(SCHEDULE_ALIASES).find(([alias]) => alias === text)?.[1] ?? text;
  const cron = cronOf(expression);
  // The 31st of February parses too; a schedule that never comes is a mistake.
  return cron?.nextRun(new Date(0)) ? (expression as Schedule) : undefined;
}

/** The first time of a schedule at or after an instant, in epoch milliseconds. */
export function firstTimeFrom(schedule: Schedule, epochMs: number): number {
  const next = cronOf(schedule)?.nextRun(new Date(epochMs - 1));
  if (!next) throw new RangeError(`the schedule ${JSON.stringify(schedule)} never comes again`);
  return next.getTime();
}

/** The last time of a schedule at or before an instant, in epoch milliseconds; undefined when it first comes later. */
export function lastTimeUntil(schedule: Schedule, epochMs: number): number | undefined {
  // Times are whole minutes, so the last one before the next minute is the last one until now.
  const nextMinute = new Date((Math.floor(epochMs / 60_000) + 1) * 60_000);
  return cronOf(schedule)?.previousRuns(1, nextMinute).at(0)?.getTime();
}

const parsed = new Map<string, Cron | undefined>();

function cronOf(expression: string): Cron | undefined {
  if (!parsed.has(expression)) parsed.set(expression, parseCron(expression));
  return parsed.get(expression);
}

function parseCron(expression: string): Cron | undefined {
  if (!/^[\d*/,\-A-Za-z]+( [\d*/,\-A-Za-z]+){4}$/.test(expression)) return undefined;
  try {
    return new Cron(expression, { timezone: 'UTC', mode: '5-part' });
  } catch {
    return undefined; // not an expression: the caller says what is allowed
  }
}
