// Owns opening the keys of privacy for this process, and the guard over the bucket that holds them.
import type { Catalog } from '#shared/catalog/catalog.ts';
import { type KeepsBecause, keyBucketKeeps } from '#shared/privacy/keys/key-bucket-settings.ts';
import type { KeyStores } from '#shared/gcp/key-stores.ts';
import type { Clock } from '#shared/platform/clock.ts';
import { durationOf, longestMs } from '#shared/platform/duration.ts';
import type { Log } from '#shared/platform/log-line.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import type { CacheLimits } from '#shared/privacy/keys/keyring-cache.ts';
import type { HmacKey } from '#shared/privacy/keys/hmac-key.ts';
import { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { type RevocationTiming, revocationTiming } from '#shared/privacy/keys/revocation.ts';

/** Users at hand in a process of 512 MiB that also holds requests, messages on their way and the events it has accepted. */
const CACHE_LIMITS: CacheLimits = { maxEntries: 15_000, maxBytes: 64 * 1024 * 1024 };

/** How often the guard looks at the settings of the bucket again. */
export const GUARD_EVERY_MS = 60_000;
/** How often what could not be opened is tried again. */
export const REOPEN_EVERY_MS = 2000;
/** How often it is looked at whether the revocation feed is due. */
export const FEED_LOOK_EVERY_MS = 500;

/** The stores that sealing works on. */
export type SealingStores = Pick<KeyStores, 'keyrings' | 'epochs' | 'pepper' | 'pepperVersion' | 'feed' | 'wrapper'>;

export interface KeysAtWorkParts {
  readonly stores: SealingStores;
  /** Settings by which the bucket of keys would keep what is deleted. */
  readonly keptBecauseOf: () => Promise<readonly KeepsBecause[]>;
  /** In the place of what the catalog promises; undefined without one. */
  readonly revocationBoundMs: number | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** The keys as the process uses them: nothing is sealed before `open` has succeeded and a catalog has said the bound. */
export class KeysAtWork {
  readonly #parts: KeysAtWorkParts;
  readonly #epochs: EpochKeys;
  #pepper: HmacKey | undefined;
  #guard: PlatformError | undefined = new PlatformError('keys_unavailable', {
    message: 'The settings of the bucket of keys are not known yet.',
  });
  #boundMs: number | undefined;
  #keyrings: Keyrings | undefined;

  constructor(parts: KeysAtWorkParts) {
    this.#parts = parts;
    this.#epochs = new EpochKeys({ store: parts.stores.epochs, wrapper: parts.stores.wrapper, clock: parts.clock });
  }

  /** Why nothing may be sealed now, if so. */
  get closed(): PlatformError | undefined {
    if (this.#guard !== undefined) return this.#guard;
    return this.#pepper === undefined ? new PlatformError('keys_unavailable') : undefined;
  }

  /** The keyrings; undefined until both the pepper and a catalog are there. */
  get keyrings(): Keyrings | undefined {
    return this.#keyrings;
  }

  /** How the revocation bound is kept, once a catalog has said it. */
  get timing(): RevocationTiming | undefined {
    return this.#boundMs === undefined ? undefined : revocationTiming(this.#boundMs);
  }

  /** Looks at the bucket and opens the pepper. Never rejects; what is wrong is in `closed`. */
  async open(): Promise<void> {
    await this.checkGuard();
    if (this.closed === undefined || this.#guard !== undefined) return;
    const { stores, log } = this.#parts;
    try {
      const found = await openPepper(stores.pepper, stores.wrapper, stores.pepperVersion);
      if (found.kind === 'pepper') this.#pepper = found.pepper;
      else log.write('CRITICAL', 'the pepper is damaged', { code: 'keys_unavailable' });
      this.#makeKeyrings();
      // Unwrapped ahead of the first event; without it the first one asks.
      await this.#epochs.current();
    } catch (thrown) {
      const code = thrown instanceof PlatformError ? thrown.code : 'keys_unavailable';
      log.write('ERROR', 'the keys could not be opened', { code });
    }
  }

  /** Takes the revocation bound of a catalog. Another bound means other keyrings: the cached ones may be held too long for it. */
  adopt(catalog: Catalog): void {
    const boundMs = this.#parts.revocationBoundMs ?? longestMs(durationOf(catalog.platform.privacy.revocationBound));
    if (boundMs === this.#boundMs) return;
    this.#boundMs = boundMs;
    this.#keyrings?.close();
    this.#keyrings = undefined;
    this.#makeKeyrings();
  }

  /** Reads the revocation feed when the bound asks for it. */
  async refreshWhenDue(): Promise<void> {
    const { timing } = this;
    const ageMs = this.#keyrings?.feedAgeMs ?? Infinity;
    if (this.#keyrings === undefined || timing === undefined || (ageMs >= 0 && ageMs < timing.pollMs)) return;
    const read = await this.#keyrings.refresh();
    if (read.kind === 'failed') this.#parts.log.write('WARNING', 'the revocation feed could not be read');
  }

  /** Looks at the settings of the bucket of keys. Never rejects; what is wrong is in `closed`. */
  async checkGuard(): Promise<void> {
    const { keptBecauseOf, log } = this.#parts;
    try {
      const reasons = await keptBecauseOf();
      this.#guard = reasons.length === 0 ? undefined : keyBucketKeeps(reasons);
    } catch (thrown) {
      // A guard that was satisfied stays so: an outage of the store must not stop what runs from cached keys.
      const code = thrown instanceof PlatformError ? thrown.code : 'internal';
      log.write('WARNING', 'the settings of the bucket of keys could not be read', { code });
    }
    if (this.#guard?.code === 'key_bucket_keeps')
      log.write('CRITICAL', 'nothing is sealed', { code: 'key_bucket_keeps' });
  }

  /** Overwrites every key in memory. */
  close(): void {
    this.#keyrings?.close();
    this.#pepper?.close();
    this.#epochs.close();
  }

  #makeKeyrings(): void {
    const { timing } = this;
    if (this.#pepper === undefined || timing === undefined || this.#keyrings !== undefined) return;
    const { stores, clock } = this.#parts;
    const deps = { store: stores.keyrings, epochs: this.#epochs, feed: stores.feed, pepper: this.#pepper, clock };
    this.#keyrings = new Keyrings(deps, { timing, cache: CACHE_LIMITS });
  }
}
