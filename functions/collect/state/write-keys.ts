// Owns finding the write key of a secret: cached for a short time, found or not, and served on while the store is down.
import { isInForce, parseWriteKey, type WriteKey, writeKeyId, writeKeyObject } from '#shared/events/write-key.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { BodyReader } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

/** A found key is looked at again after this long, without anybody waiting for it: a revoked key ends within twice that. */
const FRESH_MS = 10_000;
/** Beyond this a key is not used without a fresh look, unless the store cannot be reached. */
const STALE_MS = 60_000;
/** While the store cannot be reached, a key that was good is good for so long. */
const OUTAGE_MS = 3_600_000;
/** Where the store could not be asked, it is asked again after this. */
const AGAIN_MS = 1000;
/** A secret that leads nowhere is not asked for again within this. */
const MISSING_MS = 5000;
const MAX_CACHED = 10_000;
/** Looks at a time: whoever tries secrets must not take the store from everybody else. */
const MAX_LOOKING = 32;

/** A key, or why there is none. */
export type WriteKeyFound = WriteKey | PlatformError;

interface Cached {
  readonly writeKey: WriteKey | undefined;
  readonly readAtMs: number;
  /** When the store could last not be asked. */
  readonly failedAtMs?: number;
}

export class WriteKeys {
  readonly #store: BodyReader;
  readonly #clock: Clock;
  /** By the name of the object, which is the hash of the secret. */
  readonly #cached = new Map<string, Cached>();
  readonly #looking = new Map<string, Promise<WriteKeyFound>>();

  constructor(store: BodyReader, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The key of a secret; a promise only when the store has to be asked. */
  find(secret: string | undefined): WriteKeyFound | Promise<WriteKeyFound> {
    if (secret === undefined) return new PlatformError('missing_write_key');
    const name = writeKeyObject(secret);
    if (name === undefined) return new PlatformError('unknown_write_key');
    const cached = this.#cached.get(name);
    if (cached === undefined) return this.#look(name);
    const nowMs = this.#clock.now();
    const ageMs = Math.max(0, nowMs - cached.readAtMs);
    if (cached.writeKey === undefined || !isInForce(cached.writeKey, nowMs)) {
      return ageMs < MISSING_MS ? new PlatformError('unknown_write_key') : this.#look(name);
    }
    if (ageMs >= STALE_MS && !isOutage(cached, nowMs)) return this.#look(name);
    if (ageMs >= FRESH_MS && nowMs - (cached.failedAtMs ?? -Infinity) >= AGAIN_MS) void this.#look(name);
    return cached.writeKey;
  }

  #look(name: string): Promise<WriteKeyFound> {
    const under = this.#looking.get(name);
    if (under !== undefined) return under;
    if (this.#looking.size >= MAX_LOOKING) return Promise.resolve(new PlatformError('overloaded'));
    const looking = this.#read(name).finally(() => this.#looking.delete(name));
    this.#looking.set(name, looking);
    return looking;
  }

  async #read(name: string): Promise<WriteKeyFound> {
    const readAtMs = this.#clock.now();
    try {
      const stored = await this.#store.readBody(name);
      const record = stored === undefined ? undefined : parseWriteKey(stored.body);
      const writeKey =
        record !== undefined && isInForce(record, readAtMs) ? { ...record, id: writeKeyId(name) } : undefined;
      if (this.#cached.size >= MAX_CACHED) this.#cached.clear();
      this.#cached.set(name, { writeKey, readAtMs });
      return writeKey ?? new PlatformError('unknown_write_key');
    } catch {
      const cached = this.#cached.get(name);
      if (cached !== undefined) this.#cached.set(name, { ...cached, failedAtMs: this.#clock.now() });
      const usable = cached?.writeKey !== undefined && readAtMs - cached.readAtMs < OUTAGE_MS;
      return usable && cached.writeKey !== undefined ? cached.writeKey : new PlatformError('cloud_unavailable');
    }
  }
}

/** Whether the store was found not to answer a moment ago: then nobody waits for the next look, which is under way soon. */
function isOutage({ readAtMs, failedAtMs = -Infinity }: Cached, nowMs: number): boolean {
  return nowMs - failedAtMs < FRESH_MS && nowMs - readAtMs < OUTAGE_MS;
}
