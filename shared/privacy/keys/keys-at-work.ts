// Owns opening the keys of privacy for a process, and the guard over the bucket that holds them.
import type { Catalog } from '../../catalog/catalog.ts';
import type { Clock } from '../../platform/clock.ts';
import { durationOf, longestMs } from '../../platform/duration.ts';
import type { Log } from '../../platform/log-line.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { EpochKeys } from './epoch-keys.ts';
import type { HmacKey } from './hmac-key.ts';
import { type KeepsBecause, keyBucketKeeps } from './key-bucket-settings.ts';
import type { EpochStore, KeyringStore, KeyWrapper, RevocationFeed } from './key-stores.ts';
import type { CacheLimits } from './keyring-cache.ts';
import { Keyrings } from './keyrings.ts';
import { openPepper, type PepperStore } from './pepper.ts';
import { revocationTiming } from './revocation.ts';

/** How often the guard looks at the settings of the bucket again. */
export const GUARD_EVERY_MS = 60_000;
/** How often it is looked at whether the revocation feed is due. */
export const FEED_LOOK_EVERY_MS = 500;

/** What the keys of a process are opened from. */
export interface OpeningStores {
  readonly keyrings: KeyringStore;
  readonly epochs: EpochStore;
  readonly pepper: PepperStore;
  /** The key version under which the pepper is wrapped when it is made: the first of its key, which is never destroyed. */
  readonly pepperVersion: string;
  readonly feed: RevocationFeed;
  readonly wrapper: KeyWrapper;
}

/** The keys of privacy, opened. */
export interface OpenKeys {
  readonly store: KeyringStore;
  readonly feed: RevocationFeed;
  readonly epochs: EpochKeys;
  readonly pepper: HmacKey;
  /** What this process seals or reveals with: it must forget what it shreds, and proves by it that nothing opens. */
  readonly keyrings: Keyrings;
  /** Published: this long after a shredding no process uses the keys any more. */
  readonly boundMs: number;
}

export interface KeysAtWorkParts {
  readonly stores: OpeningStores;
  /** Settings by which the bucket of keys would keep what is overwritten or deleted. */
  readonly keptBecauseOf: () => Promise<readonly KeepsBecause[]>;
  /** In the place of what the catalog promises; undefined without one. */
  readonly revocationBoundMs: number | undefined;
  /** What opened keyrings may take, in a process that has to hold more than them. */
  readonly cache?: CacheLimits;
  /** What callers are told while the keys cannot be opened; without it, the failure itself. */
  readonly tell?: (failure: PlatformError) => PlatformError;
  readonly clock: Clock;
  readonly log: Log;
}

/** The keys as the process uses them: there once `open` has succeeded and the revocation bound is known. */
export class KeysAtWork {
  readonly #parts: KeysAtWorkParts;
  readonly #epochs: EpochKeys;
  /** Why the bucket forbids the use of keys; undefined once it was seen to keep nothing. */
  #guard: PlatformError | undefined = new PlatformError('keys_unavailable', {
    message: 'The settings of the bucket of keys are not known yet.',
  });
  /** Why the pepper is not open. */
  #failure: PlatformError | undefined = new PlatformError('keys_unavailable', {
    message: 'The keys are being opened.',
  });
  #pepper: HmacKey | undefined;
  #boundMs: number | undefined;
  #opened: OpenKeys | undefined;

  constructor(parts: KeysAtWorkParts) {
    this.#parts = parts;
    this.#boundMs = parts.revocationBoundMs;
    this.#epochs = new EpochKeys({ store: parts.stores.epochs, wrapper: parts.stores.wrapper, clock: parts.clock });
  }

  /** Why nothing may be sealed, opened or erased now, if so. */
  get closed(): PlatformError | undefined {
    return this.#guard ?? this.#failure;
  }

  /** The keys; undefined until both the pepper is open and the bound is known. To be used only while nothing is `closed`. */
  get opened(): OpenKeys | undefined {
    return this.#opened;
  }

  /** The keys. @throws PlatformError why they may not be used */
  get keys(): OpenKeys {
    const { closed } = this;
    if (closed !== undefined) throw closed;
    // Open, and only the revocation bound is not known: no catalog has said it.
    if (this.#opened === undefined) throw new PlatformError('catalog_missing');
    return this.#opened;
  }

  /** Looks at the bucket, and opens the pepper if it is not open. Never rejects; what is wrong is in `closed`. */
  async open(): Promise<void> {
    await this.#look();
    if (this.#guard !== undefined || this.#pepper !== undefined) return;
    try {
      this.#pepper = await this.#openPepper();
      this.#failure = undefined;
      this.#assemble();
      // Unwrapped ahead of the first use; without it, that one asks.
      await this.#epochs.current();
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (this.#pepper === undefined) this.#failure = this.#told(failure);
      const severity = failure.code === 'corrupt' ? 'CRITICAL' : 'ERROR';
      this.#parts.log.write(severity, 'the keys could not be opened', { code: failure.code });
    }
  }

  /** Takes the revocation bound of a catalog. Another bound means other keyrings: the held ones may be held too long for it. */
  adopt({ platform }: Catalog): void {
    const boundMs = this.#parts.revocationBoundMs ?? longestMs(durationOf(platform.privacy.revocationBound));
    if (boundMs === this.#boundMs) return;
    this.#boundMs = boundMs;
    this.#opened?.keyrings.close();
    this.#opened = undefined;
    this.#assemble();
  }

  /** Reads the revocation feed when the bound asks for it. */
  async refreshWhenDue(): Promise<void> {
    if (this.#opened === undefined) return;
    const { keyrings, boundMs } = this.#opened;
    const ageMs = keyrings.feedAgeMs ?? Infinity;
    if (ageMs >= 0 && ageMs < revocationTiming(boundMs).pollMs) return;
    const read = await keyrings.refresh();
    if (read.kind === 'failed') this.#parts.log.write('WARNING', 'the revocation feed could not be read');
  }

  /** Overwrites every key in memory. */
  close(): void {
    this.#guard = new PlatformError('keys_unavailable', { message: 'The function is ending.' });
    this.#opened?.keyrings.close();
    this.#pepper?.close();
    this.#epochs.close();
  }

  async #look(): Promise<void> {
    const { keptBecauseOf, log } = this.#parts;
    try {
      const reasons = await keptBecauseOf();
      this.#guard = reasons.length === 0 ? undefined : keyBucketKeeps(reasons);
      if (this.#guard !== undefined) log.write('CRITICAL', 'no key is used', { code: this.#guard.code });
    } catch (thrown) {
      const failure = failureOf(thrown);
      // What was seen stands: an outage of the store must not stop what runs from keys in memory, nor let a bucket pass that keeps.
      if (this.#guard !== undefined && this.#guard.code !== 'key_bucket_keeps') this.#guard = this.#told(failure);
      log.write('WARNING', 'the settings of the bucket of keys could not be read', { code: failure.code });
    }
  }

  async #openPepper(): Promise<HmacKey> {
    const { pepper, wrapper, pepperVersion } = this.#parts.stores;
    const found = await openPepper(pepper, wrapper, pepperVersion);
    if (found.kind === 'damaged') throw new PlatformError('corrupt', { message: 'The stored pepper is damaged.' });
    return found.pepper;
  }

  #assemble(): void {
    const [pepper, boundMs] = [this.#pepper, this.#boundMs];
    if (pepper === undefined || boundMs === undefined || this.#opened !== undefined) return;
    const { stores, cache, clock } = this.#parts;
    const { keyrings: store, feed } = stores;
    const epochs = this.#epochs;
    const limits = { timing: revocationTiming(boundMs), ...(cache === undefined ? {} : { cache }) };
    const keyrings = new Keyrings({ store, epochs, feed, pepper, clock }, limits);
    this.#opened = { store, feed, epochs, pepper, keyrings, boundMs };
  }

  #told(failure: PlatformError): PlatformError {
    return this.#parts.tell?.(failure) ?? failure;
  }
}

function failureOf(thrown: unknown): PlatformError {
  return thrown instanceof PlatformError ? thrown : new PlatformError('internal', { cause: thrown });
}
