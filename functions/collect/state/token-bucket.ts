// Owns a bucket of tokens: refilled by the clock, drawn from by what is sent.

/** A burst may take what this many seconds bring; left alone for as long, a bucket is full again. */
export const BURST_SECONDS = 10;

export interface TokenBucket {
  tokens: number;
  atMs: number;
}

export function fullBucket(perSecond: number, nowMs: number): TokenBucket {
  return { tokens: perSecond * BURST_SECONDS, atMs: nowMs };
}

/** Draws so many tokens; when there are too few, answers how many seconds to wait, and draws none. */
export function draw(bucket: TokenBucket, perSecond: number, wanted: number, nowMs: number): number | undefined {
  const capacity = perSecond * BURST_SECONDS;
  const elapsedMs = Math.max(0, nowMs - bucket.atMs);
  bucket.tokens = Math.min(capacity, bucket.tokens + (elapsedMs / 1000) * perSecond);
  bucket.atMs = nowMs;
  // What is larger than a burst may go when the bucket is full, or it could never go.
  const needed = Math.min(wanted, capacity);
  if (bucket.tokens < needed) return Math.ceil((needed - bucket.tokens) / perSecond);
  bucket.tokens -= wanted;
  return undefined;
}
