// Owns the wait that is asked for with 429 and 503: never the same for all, so that those turned away together come back apart.

/** A number from 0 up to 1. */
export type Random = () => number;

/** Clients that were turned away together come back spread over so many seconds. */
const SPREAD_SECONDS = 3;

/**
 * The value of a Retry-After header, in whole seconds: at least `waitSeconds`, where something says how long it takes, else at least one.
 * https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function retryAfter(random: Random, waitSeconds?: unknown): string {
  const least = typeof waitSeconds === 'number' ? Math.max(1, Math.ceil(waitSeconds)) : 1;
  return String(least + Math.floor(random() * SPREAD_SECONDS));
}
