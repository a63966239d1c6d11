// Owns the rates of write keys: a bucket of tokens each, refilled by the clock.
import type { WriteKey } from '#shared/events/write-key.ts';
import type { Clock } from '#shared/platform/clock.ts';

/** A burst may take what this many seconds bring. */
const BURST_SECONDS = 10;

interface Bucket {
  tokens: number;
  atMs: number;
}

export class Rates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes so many events from the rate of a key; when they are too many, how many seconds to wait, and takes nothing. */
  take({ name, eventsPerSecond }: WriteKey, events: number): number | undefined {
    if (eventsPerSecond === undefined) return undefined;
    const capacity = eventsPerSecond * BURST_SECONDS;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(name) ?? { tokens: capacity, atMs: now };
    this.#buckets.set(name, bucket);
    const elapsedMs = Math.max(0, now - bucket.atMs);
    bucket.tokens = Math.min(capacity, bucket.tokens + (elapsedMs / 1000) * eventsPerSecond);
    bucket.atMs = now;
    // A batch that is larger than the burst may go when the bucket is full, or it could never go.
    const wanted = Math.min(events, capacity);
    if (bucket.tokens < wanted) return Math.ceil((wanted - bucket.tokens) / eventsPerSecond);
    bucket.tokens -= events;
    return undefined;
  }
}
