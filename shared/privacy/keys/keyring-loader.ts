// Owns bringing a keyring into memory: one load at a time for each keyring, with the keys and links that are missing made durably
// first. The order is what makes it safe: index, then keyring, then use; and nothing is kept that was revoked while it was read.
import type { Clock } from '../../platform/clock.ts';
import type { KeyringStore, KeySource } from './key-stores.ts';
import { CachedKeyring } from './keyring-cache.ts';
import type { KeyringCache } from './keyring-cache.ts';
import { newPurpose } from './key-wrapping.ts';
import { isOpen, newKeyring, withLink, withPurpose } from './keyring-changes.ts';
import type { LiveKeyring } from './keyring-record.ts';
import { readKeyring, writeKeyring } from './keyring-updates.ts';
import type { Read } from './keyring-updates.ts';
import type { PurposeKeys } from './purpose-keys.ts';

/** What a caller needs of a keyring. */
export interface KeyWant {
  readonly lookupId: string;
  readonly purpose: string;
  /** Whether keys may be made where there are none. */
  readonly make: boolean;
  /** Lookup id of a visitor that is to be linked. */
  readonly visitor?: string;
}

/** What passes by itself: the store or the key management service cannot be reached, or others keep changing the keyring. */
export interface KeyRetry {
  readonly kind: 'retry';
  readonly code: 'keys_unavailable' | 'subject_busy';
  readonly cause?: unknown;
}

/** A keyring in memory, pinned once for the caller, or why there is none. */
export type Loaded =
  | { readonly kind: 'entry'; readonly entry: CachedKeyring }
  | { readonly kind: 'refused'; readonly code: 'subject_erased' | 'purpose_withdrawn' }
  | KeyRetry
  | { readonly kind: 'damaged'; readonly problem: string };

/** What a load works on. */
export interface LoaderDeps {
  readonly store: KeyringStore;
  readonly epochs: KeySource;
  readonly clock: Clock;
}

interface Flight {
  readonly done: Promise<Loaded>;
  waiters: number;
  revoked: boolean;
}

/** Fresh keys of a purpose that are not stored yet. */
interface Fresh {
  readonly keyring: LiveKeyring;
  readonly keys: PurposeKeys | undefined;
}

/** How often one load looks again after another writer won or a revocation came in between. */
const MAX_ATTEMPTS = 10;

/** Loads keyrings into the cache, one load at a time for each. */
export class KeyringLoader {
  readonly #deps: LoaderDeps;
  readonly #cache: KeyringCache;
  readonly #flights = new Map<string, Flight>();

  constructor(deps: LoaderDeps, cache: KeyringCache) {
    this.#deps = deps;
    this.#cache = cache;
  }

  /**
   * Loads a keyring, or joins the load that is under way: what that one brings may lack this caller's purpose or link, so the
   * caller looks and asks again. The entry is pinned once for each caller, who unpins it.
   */
  load(want: KeyWant): Promise<Loaded> {
    const under = this.#flights.get(want.lookupId);
    if (under !== undefined) {
      under.waiters += 1;
      return under.done;
    }
    const flight: Flight = { done: Promise.resolve().then(() => this.#fly(want, flight)), waiters: 1, revoked: false };
    this.#flights.set(want.lookupId, flight);
    return flight.done;
  }

  /** Word that a keyring was revoked: a load of it that is under way must not keep what it read before. */
  revoke(lookupId: string): void {
    const flight = this.#flights.get(lookupId);
    if (flight !== undefined) flight.revoked = true;
  }

  async #fly(want: KeyWant, flight: Flight): Promise<Loaded> {
    try {
      const loaded = await this.#attempts(want, flight);
      if (loaded.kind === 'entry') {
        loaded.entry.pin(flight.waiters);
        this.#cache.put(loaded.entry);
      }
      return loaded;
    } catch (cause) {
      // The interfaces throw only for what passes; the caller sends the event again.
      return { kind: 'retry', code: 'keys_unavailable', cause };
    } finally {
      // In the same turn as the pins: who comes now starts a load of its own.
      this.#flights.delete(want.lookupId);
    }
  }

  async #attempts(want: KeyWant, flight: Flight): Promise<Loaded> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      flight.revoked = false;
      const loadedAtMs = this.#deps.clock.now();
      const read = await readKeyring(this.#deps.store, want.lookupId);
      if (read.kind === 'damaged') return read;
      const result = await this.#complete(want, read, loadedAtMs);
      if (result === undefined) continue;
      if (!flight.revoked) return result;
      if (result.kind === 'entry') result.entry.close();
    }
    return { kind: 'retry', code: 'subject_busy' };
  }

  /** Adds what is wanted and missing, and writes it; undefined when another writer was first. */
  async #complete(
    want: KeyWant,
    read: Exclude<Read, { kind: 'damaged' }>,
    loadedAtMs: number,
  ): Promise<Loaded | undefined> {
    const before = read.kind === 'present' ? read.keyring : newKeyring(want.lookupId);
    if (!want.make || !isOpen(before)) return this.#entry(new CachedKeyring(before, loadedAtMs), want.purpose);
    const linked = want.visitor === undefined ? { kind: 'keep' as const } : withLink(before, want.visitor);
    if (linked.kind === 'refused') return { kind: 'damaged', problem: 'linked: too many visitors' };
    const linkedKeyring = linked.kind === 'write' && linked.keyring.state === 'live' ? linked.keyring : before;
    const fresh = await this.#withKeys(want, linkedKeyring);
    if (fresh.kind !== 'fresh') return fresh.loaded;
    if (fresh.keyring === before && read.kind === 'present') {
      return this.#entry(new CachedKeyring(before, loadedAtMs), want.purpose);
    }
    const revision = await writeKeyring(this.#deps.store, read, fresh.keyring);
    if (revision === undefined) {
      await this.#abandon(want, fresh);
      return undefined;
    }
    const entry = new CachedKeyring(fresh.keyring, loadedAtMs);
    if (fresh.keys !== undefined) entry.adopt(fresh.keys);
    return this.#entry(entry, want.purpose);
  }

  async #withKeys(
    want: KeyWant,
    keyring: LiveKeyring,
  ): Promise<(Fresh & { readonly kind: 'fresh' }) | { readonly kind: 'not'; readonly loaded: Loaded }> {
    const { lookupId, purpose } = want;
    if (keyring.purposes[purpose] !== undefined) return { kind: 'fresh', keyring, keys: undefined };
    const epoch = await this.#deps.epochs.current();
    const { generation, acceptsFromMs } = keyring;
    const { entry, keys } = newPurpose(epoch, { lookupId, purpose }, { generation, acceptsFromMs });
    const changed = withPurpose(keyring, purpose, entry);
    if (changed.kind !== 'write' || changed.keyring.state !== 'live') {
      keys.close();
      return { kind: 'not', loaded: { kind: 'damaged', problem: 'purposes: too many' } };
    }
    // Before the keyring, so that no row can ever hold a token that leads nowhere while its key lives.
    const indexed = await this.#deps.store.putIndex(purpose, keys.token, lookupId);
    if (indexed === 'taken') {
      keys.close();
      return { kind: 'not', loaded: { kind: 'retry', code: 'subject_busy' } };
    }
    return { kind: 'fresh', keyring: changed.keyring, keys };
  }

  /** Takes back the index of keys that lost, unless the winner turns out to be this very write after a lost reply. */
  async #abandon(want: KeyWant, { keyring, keys }: Fresh): Promise<void> {
    if (keys === undefined) return;
    const { token } = keys;
    keys.close();
    const now = await readKeyring(this.#deps.store, want.lookupId);
    const mine = keyring.purposes[want.purpose];
    const stored =
      now.kind === 'present' && now.keyring.state === 'live' ? now.keyring.purposes[want.purpose] : undefined;
    if (mine?.state === 'live' && stored?.state === 'live' && stored.keyset === mine.keyset) return;
    await this.#deps.store.deleteIndex(want.purpose, token);
  }

  /** An entry whose purpose can be opened without leaving the process, or why not. */
  async #entry(entry: CachedKeyring, purpose: string): Promise<Loaded> {
    const { keyring } = entry;
    const wrapped = isOpen(keyring) ? keyring.purposes[purpose] : undefined;
    if (wrapped?.state !== 'live') return { kind: 'entry', entry };
    const found = await this.#deps.epochs.find(wrapped.epoch);
    if (found.kind === 'epoch') return { kind: 'entry', entry };
    entry.close();
    return { kind: 'damaged', problem: `purposes.${purpose}.epoch: ${found.kind}` };
  }
}
