// Owns opening the keys of privacy for this process, and the guard over the bucket that holds them.
import type { Catalog } from '#shared/catalog/catalog.ts';
import { type KeepsBecause, keyBucketKeeps } from '#shared/privacy/keys/key-bucket-settings.ts';
import type { KeyStores } from '#shared/gcp/key-stores.ts';
import type { Clock } from '#shared/platform/clock.ts';
import { durationOf, longestMs } from '#shared/platform/duration.ts';
import type { Log } from '#shared/platform/log-line.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';
import type { OpenKeys } from '../erasures/erasure-deps.ts';

export interface KeysAtWorkParts {
  readonly stores: KeyStores;
  /** Settings by which the bucket of keys would keep what is overwritten. */
  readonly keptBecauseOf: () => Promise<readonly KeepsBecause[]>;
  /** In the place of what the catalog promises; undefined without one. */
  readonly revocationBoundMs: number | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** The keys as the process uses them. Until `open` has succeeded, `closed` says why not. */
export class KeysAtWork {
  readonly #parts: KeysAtWorkParts;
  readonly #epochs: EpochKeys;
  #closed: PlatformError | undefined = new PlatformError('keys_unavailable', { message: 'The keys are being opened.' });
  #pepper: OpenKeys['pepper'] | undefined;
  #boundMs: number | undefined;
  #open: OpenKeys | undefined;

  constructor(parts: KeysAtWorkParts) {
    this.#parts = parts;
    this.#boundMs = parts.revocationBoundMs;
    this.#epochs = new EpochKeys({ store: parts.stores.epochs, wrapper: parts.stores.wrapper, clock: parts.clock });
  }

  /** Why nothing may be opened or erased now, if so. */
  get closed(): PlatformError | undefined {
    return this.#closed;
  }

  /** The keys. @throws PlatformError why they are not there */
  get keys(): OpenKeys {
    if (this.#closed !== undefined) throw this.#closed;
    // Open, and only the revocation bound is not known: no catalog has said it.
    if (this.#open === undefined) throw new PlatformError('catalog_missing');
    return this.#open;
  }

  /** Looks at the bucket, and opens the pepper if it is not open. Never rejects; what is wrong is in `closed`. */
  async open(): Promise<void> {
    try {
      await this.#guard();
      await this.#openPepper();
      this.#closed = undefined;
      this.#assemble();
    } catch (thrown) {
      const error = thrown instanceof PlatformError ? thrown : new PlatformError('internal', { cause: thrown });
      // A process that has its keys goes on while the store cannot be asked; only a bucket that keeps things stops it.
      if (this.#closed !== undefined || error.code === 'key_bucket_keeps') this.#closed = error;
      this.#parts.log.write('ERROR', 'the keys could not be opened', { code: error.code });
    }
  }

  /** Takes the revocation bound of a catalog. Another bound means other keyrings: the held ones may be held too long for it. */
  adopt({ platform }: Catalog): void {
    const boundMs = this.#parts.revocationBoundMs ?? longestMs(durationOf(platform.privacy.revocationBound));
    if (boundMs === this.#boundMs) return;
    this.#boundMs = boundMs;
    this.#open?.keyrings.close();
    this.#open = undefined;
    this.#assemble();
  }

  /** Reads the revocation feed. */
  async refresh(): Promise<void> {
    const read = await this.#open?.keyrings.refresh();
    if (read?.kind === 'failed') this.#parts.log.write('WARNING', 'the revocation feed could not be read');
  }

  /** How often `refresh` is due; undefined while the bound is not known. */
  get pollMs(): number | undefined {
    return this.#boundMs === undefined ? undefined : revocationTiming(this.#boundMs).pollMs;
  }

  /** Overwrites every key in memory. */
  close(): void {
    this.#closed = new PlatformError('keys_unavailable', { message: 'The function is ending.' });
    this.#open?.keyrings.close();
    this.#pepper?.close();
    this.#epochs.close();
  }

  async #guard(): Promise<void> {
    const reasons = await this.#parts.keptBecauseOf();
    if (reasons.length > 0) throw keyBucketKeeps(reasons);
  }

  async #openPepper(): Promise<void> {
    if (this.#pepper !== undefined) return;
    const { pepper, wrapper, pepperVersion } = this.#parts.stores;
    const found = await openPepper(pepper, wrapper, pepperVersion);
    if (found.kind === 'damaged') throw new PlatformError('corrupt', { message: 'The stored pepper is damaged.' });
    this.#pepper = found.pepper;
  }

  #assemble(): void {
    const [pepper, boundMs] = [this.#pepper, this.#boundMs];
    if (pepper === undefined || boundMs === undefined || this.#open !== undefined) return;
    const { stores, clock } = this.#parts;
    const epochs = this.#epochs;
    const deps = { store: stores.keyrings, epochs, feed: stores.feed, pepper, clock };
    const keyrings = new Keyrings(deps, { timing: revocationTiming(boundMs) });
    this.#open = { store: stores.keyrings, feed: stores.feed, epochs, pepper, keyrings, boundMs };
  }
}
