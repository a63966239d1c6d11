// Owns how long things of a run may take before somebody looks: leases, graces, and the pauses between attempts.

/** How long a claim is left alone without a sign of life. Its execution is asked before anybody takes it over. */
export const LEASE_MS = 10 * 60_000;
/** How long a started execution may take to make its first call: after that its work is started once more. */
export const START_GRACE_MS = 20_000;
/** How old a claim is before its execution is asked whether it still lives. */
export const WATCH_AFTER_MS = 30_000;
/** How often the work of one claim is started before the claim counts as failed. */
export const MAX_DRIVES = 5;
/** Transient failures in a row after which a person has to look. */
export const MAX_ATTEMPTS = 5;
/** Copy jobs of one commit that may end with an error before its run starts over. */
export const MAX_COPIES = 5;

const FIRST_RETRY_MS = 2000;
const RETRY_FACTOR = 4;
const LONGEST_RETRY_MS = 15 * 60_000;

/**
 * How long to wait after the so-manieth failure in a row (from 1): 2 s, 8 s, 32 s, 128 s, ..., 15 minutes at most. `seed`
 * spreads what failed together over a quarter more, always the same way, so that a repeated decision is the same decision.
 */
export function retryDelayMs(attempts: number, seed: string): number {
  const delayMs = Math.min(FIRST_RETRY_MS * RETRY_FACTOR ** (attempts - 1), LONGEST_RETRY_MS);
  return Math.round(delayMs * (1 + spread(seed) / 4));
}

/** A number from 0 to 1 that depends on a text only (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/). */
function spread(seed: string): number {
  let hash = 0x811c9dc5;
  for (const character of seed) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) / 0x1_0000_0000;
}
