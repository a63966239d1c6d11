// Owns the revocation bound: how long after an entry of the feed is durable a key may still be used in any process, and the watch
// over the feed that keeps it.
import type { Clock } from '../../platform/clock.ts';
import type { RevocationFeed } from './key-stores.ts';

/** How the published bound is kept. A cached key may be used only while the last read of the feed is younger than `maxAgeMs`. */
export interface RevocationTiming {
  /** Published in platform/privacy.yaml: after this long no process uses or shows anything of a revoked key. */
  readonly boundMs: number;
  /** The part of the bound in which an opened value may still travel in an answer. */
  readonly useLimitMs: number;
  readonly maxAgeMs: number;
  /** How often a process with a timer reads the feed; a failed read leaves time for more. */
  readonly pollMs: number;
}

/** Entries are asked for this far back, so that neither clock differences between writers nor slow writes hide one. */
const OVERLAP_MS = 10 * 60_000;

/** Splits a bound: a fifth for answers under way, the rest for the age of the last read, with a read each fifth. */
export function revocationTiming(boundMs: number): RevocationTiming {
  const useLimitMs = Math.floor(boundMs / 5);
  return { boundMs, useLimitMs, maxAgeMs: boundMs - useLimitMs, pollMs: useLimitMs };
}

/** What a read of the feed came to. */
export type FeedRead =
  | { readonly kind: 'read'; readonly revoked: number }
  | { readonly kind: 'failed'; readonly cause: unknown };

/** Reads the feed, hands on each new entry once, and knows how old the last complete read is. */
export class RevocationWatch {
  readonly #feed: RevocationFeed;
  readonly #clock: Clock;
  readonly #revoke: (lookupId: string) => void;
  /** When the last read that succeeded began. */
  #readAtMs: number | undefined;
  #seen = new Map<string, number>();
  #reading: Promise<FeedRead> | undefined;

  constructor(feed: RevocationFeed, clock: Clock, revoke: (lookupId: string) => void) {
    this.#feed = feed;
    this.#clock = clock;
    this.#revoke = revoke;
  }

  /** When the last complete read began, in epoch milliseconds; undefined before the first. */
  get readAtMs(): number | undefined {
    return this.#readAtMs;
  }

  /** Reads the feed now; callers at the same time share one read. */
  refresh(): Promise<FeedRead> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<FeedRead> {
    const startedAtMs = this.#clock.now();
    // After a pause longer than the overlap the read goes back to where the last one began.
    const sinceMs = Math.min(startedAtMs, this.#readAtMs ?? startedAtMs) - OVERLAP_MS;
    try {
      const entries = await this.#feed.read(sinceMs);
      const fresh = entries.filter(({ id }) => !this.#seen.has(id));
      for (const { lookupId } of fresh) this.#revoke(lookupId);
      this.#seen = new Map(entries.map(({ id, atMs }) => [id, atMs]));
      this.#readAtMs = startedAtMs;
      return { kind: 'read', revoked: fresh.length };
    } catch (cause) {
      return { kind: 'failed', cause };
    }
  }
}
