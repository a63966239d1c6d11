// Owns reducing a point in time to its hour or its day, in UTC.
import { HOUR_MS } from '../../pipelines/partition-key.ts';
import { DAY_MS, formatDate, parseDate } from '../../platform/civil-date.ts';
import { formatTimestamp, parseTimestamp } from '../../platform/timestamp.ts';

/** What stands for a text that is no time; a column of the type takes it, and nobody was there. */
export const UNKNOWN_HOUR = '1970-01-01T00:00:00.000Z';
export const UNKNOWN_DAY = '1970-01-01';

/** The start of the hour of a timestamp: `2026-08-01T13:45:12Z` is `2026-08-01T13:00:00.000Z`. Total: anything else is the start of 1970. */
export function timeHour(time: string): string {
  const epochMs = parseTimestamp(time.trim());
  return epochMs === undefined ? UNKNOWN_HOUR : formatTimestamp(Math.floor(epochMs / HOUR_MS) * HOUR_MS);
}

/** The day of a timestamp or date: `2026-08-01T13:45:12Z` is `2026-08-01`. Total: anything else is the first day of 1970. */
export function timeDay(time: string): string {
  const text = time.trim();
  const epochMs = parseTimestamp(text);
  if (epochMs !== undefined) return formatDate(Math.floor(epochMs / DAY_MS));
  return parseDate(text) === undefined ? UNKNOWN_DAY : text;
}
