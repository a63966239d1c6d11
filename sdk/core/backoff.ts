// Owns how long to wait before sending again.
import type { RandomBytes } from './effects.ts';
import { FIRST_BACKOFF_MS, MAX_BACKOFF_MS, MAX_RETRY_AFTER_MS } from './limits.ts';

/**
 * The wait after the n-th failure in a row, in milliseconds. With full jitter
 * (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/): anything from nothing to a bound that
 * doubles. When the server asked for a wait, never less than that, and spread a little over it.
 */
export function backoffMs(failures: number, retryAfterMs: number | undefined, random: RandomBytes): number {
  if (retryAfterMs !== undefined) return retryAfterMs + fraction(random) * FIRST_BACKOFF_MS;
  return fraction(random) * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 30));
}

/** The wait before a request is tried again that only people can put right, in milliseconds. */
export function slowBackoffMs(random: RandomBytes): number {
  return (MAX_BACKOFF_MS / 2) * (1 + fraction(random));
}

/** Reads `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). Undefined when there is none to understand. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const waitMs = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}

/** From 0 up to 1. */
function fraction(random: RandomBytes): number {
  const [high = 0, middle = 0, low = 0] = random(3);
  return ((high << 16) | (middle << 8) | low) / 2 ** 24;
}
