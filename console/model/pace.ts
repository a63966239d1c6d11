// Owns how often the page asks: steadily while it is answered, more and more seldom while it is not.

const LONGEST_MS = 30_000;

/** How long to wait before asking again, after so many failures in a row; `random` from 0 to 1 keeps pages from asking in step. */
export function waitMs(everyMs: number, failures: number, random: number): number {
  if (failures === 0) return everyMs;
  const longest = Math.min(everyMs * 2 ** failures, Math.max(LONGEST_MS, everyMs));
  return Math.round(longest * (0.75 + random / 4));
}
