// Owns how much one person may reveal: a bucket of tokens each, refilled by the clock, in the memory of the process.
import type { Clock } from '#shared/platform/clock.ts';

/** How much one person may reveal: so many at once, and so many more each second. */
export interface Pace {
  readonly perSecond: number;
  readonly burst: number;
}

/** Opening values one by one is for cases, not for tables: whole tables are opened by pipelines with a grant. */
const CASE_PACE: Pace = { perSecond: 2, burst: 60 };
/** What a query of a person may open: what a case may need, not a table. */
export const QUERY_PACE: Pace = { perSecond: 1, burst: 5000 };
/** People that are remembered; beyond, those who have not asked for longest are forgotten, and their bucket is full again. */
const MAX_PEOPLE = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** The rates of all people. With n instances of the function somebody may reveal n times as much. */
export class PersonRates {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, pace: Pace = CASE_PACE) {
    this.#clock = clock;
    this.#pace = pace;
  }

  /** Takes `count` uses of a person; when there are not so many left, in how many seconds there will be, if ever. */
  take(person: string, count = 1): number | undefined {
    const { perSecond, burst } = this.#pace;
    const nowMs = this.#clock.now();
    const bucket = this.#buckets.get(person) ?? { tokens: burst, atMs: nowMs };
    const passedMs = Math.max(0, nowMs - bucket.atMs);
    const tokens = Math.min(burst, bucket.tokens + (passedMs / 1000) * perSecond);
    // At the end of the map are those who asked last.
    this.#buckets.delete(person);
    this.#buckets.set(person, { tokens: tokens < count ? tokens : tokens - count, atMs: nowMs });
    if (this.#buckets.size > MAX_PEOPLE) this.#forgetOldest();
    return tokens < count ? Math.ceil((count - tokens) / perSecond) : undefined;
  }

  #forgetOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
