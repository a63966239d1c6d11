// Owns how much one person may reveal: a bucket of tokens each, refilled by the clock, in the memory of the process.
import type { Clock } from '#shared/platform/clock.ts';

/** Opening values one by one is for cases, not for tables: whole tables are opened in SQL, by pipelines with a grant. */
const REVEALS_PER_SECOND = 2;
const BURST = 60;
/** People that are remembered; beyond, those who have not asked for longest are forgotten, and their bucket is full again. */
const MAX_PEOPLE = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** The rates of all people. With n instances of the function somebody may reveal n times as much. */
export class PersonRates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one use of a person; when there is none left, in how many seconds there will be. */
  take(person: string): number | undefined {
    const nowMs = this.#clock.now();
    const bucket = this.#buckets.get(person) ?? { tokens: BURST, atMs: nowMs };
    const passedMs = Math.max(0, nowMs - bucket.atMs);
    const tokens = Math.min(BURST, bucket.tokens + (passedMs / 1000) * REVEALS_PER_SECOND);
    // At the end of the map are those who asked last.
    this.#buckets.delete(person);
    this.#buckets.set(person, { tokens: tokens < 1 ? tokens : tokens - 1, atMs: nowMs });
    if (this.#buckets.size > MAX_PEOPLE) this.#forgetOldest();
    return tokens < 1 ? Math.ceil((1 - tokens) / REVEALS_PER_SECOND) : undefined;
  }

  #forgetOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
