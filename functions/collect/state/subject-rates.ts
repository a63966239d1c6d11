// Owns the rates of subjects: a bucket of tokens for each that was active lately, so that one cannot crowd out the others.
import { subjectRateOf, type WriteKey } from '#shared/events/write-key.ts';
import type { Clock } from '#shared/platform/clock.ts';
import { BURST_SECONDS, draw, fullBucket, type TokenBucket } from './token-bucket.ts';

/** Buckets of one generation, of which there are two: what is pushed out begins anew with a full one. Some 10 MB at most. */
const MAX_BUCKETS = 30_000;

/**
 * Names of subjects are held in memory only, and only for seconds: a bucket that was not drawn from for as long as it takes to fill
 * need not be remembered. So there are two generations; what is used moves to the younger one, and the older one is dropped whole.
 */
export class SubjectRates {
  readonly #clock: Clock;
  #young = new Map<string, TokenBucket>();
  #old = new Map<string, TokenBucket>();
  #turnedAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#turnedAtMs = clock.now();
  }

  /** Takes one event from the rate of a subject; false when it has none left. */
  take(writeKey: WriteKey, subjectId: string): boolean {
    const perSecond = subjectRateOf(writeKey);
    if (perSecond === undefined) return true;
    const nowMs = this.#clock.now();
    this.#turn(nowMs);
    const name = `${writeKey.name}|${subjectId}`;
    let bucket = this.#young.get(name);
    if (bucket === undefined) {
      bucket = this.#old.get(name) ?? fullBucket(perSecond, nowMs);
      this.#young.set(name, bucket);
    }
    return draw(bucket, perSecond, 1, nowMs) === undefined;
  }

  #turn(nowMs: number): void {
    const ageMs = Math.abs(nowMs - this.#turnedAtMs);
    if (ageMs < BURST_SECONDS * 1000 && this.#young.size < MAX_BUCKETS) return;
    this.#old = ageMs < 2 * BURST_SECONDS * 1000 ? this.#young : new Map();
    this.#young = new Map();
    this.#turnedAtMs = nowMs;
  }
}
