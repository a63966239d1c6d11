// Owns how a command says since when: a time, or how long ago.
import { parseDuration, subtractDuration } from '#shared/platform/duration.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';

export const SINCE_HELP = 'a time such as 2026-08-01T13:00:00Z, or how long ago: 30m, 6h, 14d, PT30M';

const SHORT = /^(\d{1,4})([smhd])$/;
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An RFC 3339 time. @throws PlatformError usage */
export function sinceOf(text: string, nowMs: number): string {
  const [, count, unit] = SHORT.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return formatTimestamp(nowMs - Number(count) * (UNITS[unit] ?? 0));
  const duration = parseDuration(text);
  if (duration !== undefined) return formatTimestamp(subtractDuration(nowMs, duration));
  const epochMs = parseTimestamp(text);
  if (epochMs !== undefined) return formatTimestamp(epochMs);
  throw new PlatformError('usage', { message: `--since is ${JSON.stringify(text)}.`, hint: `Give ${SINCE_HELP}.` });
}
