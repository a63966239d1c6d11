// Owns the epochs in memory: unwrapped once by the key management service, then every keyring opens without it.
import type { Clock } from '../../platform/clock.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { aeadOfEncoded, newEncodedKeyset } from './encoded-keyset.ts';
import { encodeEpoch, EPOCH_FORMAT, epochIdAt, parseEpoch } from './epoch-record.ts';
import type { EpochRecord } from './epoch-record.ts';
import type { Epoch, EpochFound, EpochStore, KeySource, KeyWrapper, Written } from './key-stores.ts';

/** What epochs work on. */
export interface EpochDeps {
  readonly store: EpochStore;
  readonly wrapper: KeyWrapper;
  readonly clock: Clock;
}

/** The list of epochs is read again after this long, so that every process wraps under a new epoch within a minute of its opening. */
export const EPOCH_REFRESH_MS = 60_000;

/**
 * Opens an epoch, after another one if any: a key version of its own, a keyset wrapped under it, recorded. `conflict` when it is there
 * already.
 */
export async function openEpoch({ store, wrapper, clock }: EpochDeps, after = ''): Promise<Written> {
  const keyVersion = await wrapper.createVersion();
  const encoded = newEncodedKeyset();
  const wrapped = await wrapper.wrap(keyVersion, encoded);
  encoded.fill(0);
  const createdAtMs = clock.now();
  const record: EpochRecord = {
    format: EPOCH_FORMAT,
    id: epochIdAt(createdAtMs, after),
    state: 'open',
    createdAtMs,
    keyVersion,
    wrapped: wrapped.toString('base64'),
  };
  return store.create(record.id, encodeEpoch(record));
}

/** The epochs of the platform. Owns key memory until `close`. */
export class EpochKeys implements KeySource {
  readonly #deps: EpochDeps;
  readonly #loaded = new Map<string, Epoch>();
  readonly #loading = new Map<string, Promise<EpochFound>>();
  #records: readonly EpochRecord[] = [];
  #listedAtMs: number | undefined;

  constructor(deps: EpochDeps) {
    this.#deps = deps;
  }

  /** The newest open epoch. While the store cannot be reached the known ones go on; throws when none is known. */
  async current(): Promise<Epoch> {
    const age = this.#listedAtMs === undefined ? undefined : this.#deps.clock.now() - this.#listedAtMs;
    if (age === undefined || age < 0 || age > EPOCH_REFRESH_MS) await this.#relist();
    const newest = this.#records.findLast(({ state }) => state === 'open');
    const found = newest === undefined ? { kind: 'unknown' as const } : await this.#load(newest);
    if (found.kind === 'epoch') return found.epoch;
    throw new PlatformError('keys_unavailable', {
      message: `No epoch is open (${found.kind}).`,
      hint: 'Open one: `trib up` and the deployment do it, and the rotation each month.',
    });
  }

  async find(id: string): Promise<EpochFound> {
    const loaded = this.#loaded.get(id);
    if (loaded !== undefined) return { kind: 'epoch', epoch: loaded };
    if (!this.#records.some((record) => record.id === id)) await this.#list();
    const record = this.#records.find((each) => each.id === id);
    return record === undefined ? { kind: 'unknown' } : this.#load(record);
  }

  loaded(id: string): Epoch | undefined {
    return this.#loaded.get(id);
  }

  /** The records as they were last listed, oldest first: names of key versions for certificates. */
  get records(): readonly EpochRecord[] {
    return this.#records;
  }

  /** Lets every epoch's keys go. */
  close(): void {
    for (const { aead } of this.#loaded.values()) aead.close();
    this.#loaded.clear();
  }

  async #relist(): Promise<void> {
    try {
      await this.#list();
    } catch (cause) {
      if (this.#records.length === 0) throw cause;
      // The known epochs are still right: an epoch is closed only long after its successor was opened.
    }
  }

  async #list(): Promise<void> {
    const listedAtMs = this.#deps.clock.now();
    const stored = await this.#deps.store.list();
    this.#records = stored
      .map(({ bytes }) => parseEpoch(bytes))
      .filter((record) => record !== undefined)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#listedAtMs = listedAtMs;
    for (const { id, state } of this.#records) if (state === 'destroyed') this.#drop(id);
  }

  #drop(id: string): void {
    this.#loaded.get(id)?.aead.close();
    this.#loaded.delete(id);
  }

  /** Callers at the same time share one call of the key management service. */
  #load(record: EpochRecord): Promise<EpochFound> {
    const loaded = this.#loaded.get(record.id);
    if (loaded !== undefined) return Promise.resolve({ kind: 'epoch', epoch: loaded });
    const under = this.#loading.get(record.id) ?? this.#unwrap(record).finally(() => this.#loading.delete(record.id));
    this.#loading.set(record.id, under);
    return under;
  }

  async #unwrap({ id, state, keyVersion, wrapped }: EpochRecord): Promise<EpochFound> {
    if (state === 'destroyed') return { kind: 'destroyed' };
    const unwrapped = await this.#deps.wrapper.unwrap(keyVersion, Buffer.from(wrapped, 'base64'));
    if (unwrapped.kind !== 'unwrapped') return { kind: unwrapped.kind === 'destroyed' ? 'destroyed' : 'unknown' };
    const aead = aeadOfEncoded(unwrapped.plaintext);
    unwrapped.plaintext.fill(0);
    if (aead === undefined) return { kind: 'unknown' };
    const epoch: Epoch = { id, aead };
    this.#loaded.set(id, epoch);
    return { kind: 'epoch', epoch };
  }
}
