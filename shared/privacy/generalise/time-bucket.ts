// Owns reducing a point in time to the hour, and a day to its month.
import { formatTimestamp, parseTimestamp } from '../../platform/timestamp.ts';
import { parseDate } from '../../platform/civil-date.ts';

/** What stands for a text that is no time; a TIMESTAMP column takes it, and nobody was there. */
export const UNKNOWN_TIME = '1970-01-01T00:00:00.000Z';
const HOUR_MS = 3_600_000;

/**
 * The start of the UTC hour of a timestamp, or of the month of a date: `2026-08-01T13:45:12Z` is `2026-08-01T13:00:00.000Z`,
 * `2026-08-17` is `2026-08-01T00:00:00.000Z`. Total: anything else is the start of 1970.
 */
export function timeBucket(time: string): string {
  const text = time.trim();
  const epochMs = parseTimestamp(text);
  if (epochMs !== undefined) return formatTimestamp(Math.floor(epochMs / HOUR_MS) * HOUR_MS);
  return parseDate(text) === undefined ? UNKNOWN_TIME : `${text.slice(0, 7)}-01T00:00:00.000Z`;
}
