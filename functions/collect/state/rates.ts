// Owns the rates of write keys: a bucket of tokens each.
import type { WriteKey } from '#shared/events/write-key.ts';
import type { Clock } from '#shared/platform/clock.ts';
import { draw, fullBucket, type TokenBucket } from './token-bucket.ts';

export class Rates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes so many events from the rate of a key; when they are too many, how many seconds to wait, and takes nothing. */
  take({ name, eventsPerSecond }: WriteKey, events: number): number | undefined {
    if (eventsPerSecond === undefined) return undefined;
    const nowMs = this.#clock.now();
    const bucket = this.#buckets.get(name) ?? fullBucket(eventsPerSecond, nowMs);
    this.#buckets.set(name, bucket);
    return draw(bucket, eventsPerSecond, events, nowMs);
  }
}
