// Owns keyrings in memory: bounded in entries and bytes, those unused for long go first, and keys are overwritten when they leave.
import type { Epoch } from './key-stores.ts';
import { openPurpose } from './key-wrapping.ts';
import type { Keyring } from './keyring-record.ts';
import type { PurposeKeys } from './purpose-keys.ts';

/** How much the cache may hold. */
export interface CacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** An entry with one opened purpose takes about 4 kB: 20,000 users in 80 MB, a fifth of what a process may have. */
const DEFAULT_CACHE_LIMITS: CacheLimits = { maxEntries: 20_000, maxBytes: 100 * 1024 * 1024 };

/** Estimates by measurement (heap and external memory per entry, Node 24): the parsed record, and each opened purpose. */
const RECORD_BYTES = 1_500;
const LINK_BYTES = 100;
const OPENED_BYTES = 2_500;

/** What a cached keyring can say about a purpose; `missing`: no keys yet; `epoch`: they need an epoch that is not loaded. */
export type Resolved =
  | { readonly kind: 'keys'; readonly keys: PurposeKeys }
  | { readonly kind: 'refused'; readonly code: 'subject_erased' | 'purpose_withdrawn' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'epoch'; readonly id: string }
  | { readonly kind: 'damaged'; readonly problem: string };

/** A keyring as it was read at a certain time, with the purposes that were opened since. */
export class CachedKeyring {
  readonly keyring: Keyring;
  /** When the read began: everything durable before is in it. */
  readonly loadedAtMs: number;
  readonly #opened = new Map<string, PurposeKeys>();
  /** Most keyrings have no visitor, so the sets are made when they are needed. */
  #linked: ReadonlySet<string> | undefined;
  #visitorTokens: Set<string> | undefined;
  #pins = 0;
  #doomed = false;

  constructor(keyring: Keyring, loadedAtMs: number) {
    this.keyring = keyring;
    this.loadedAtMs = loadedAtMs;
  }

  /** About how much memory the entry takes. */
  get bytes(): number {
    const links = (this.keyring.state === 'live' ? this.keyring.linked.length : 0) + (this.#visitorTokens?.size ?? 0);
    return RECORD_BYTES + links * LINK_BYTES + this.#opened.size * OPENED_BYTES;
  }

  /** Every token that is open here; the way from a token to this entry. */
  get tokens(): readonly string[] {
    return [...this.#opened.values()].map(({ purpose, token }) => `${purpose}|${token}`);
  }

  /**
   * Whether the user's keyring names this visitor's. The visitor's token is remembered, which spares deriving the lookup id for
   * each event.
   */
  isLinked(visitorToken: string, lookupIdOfVisitor: () => string): boolean {
    if (this.#visitorTokens?.has(visitorToken) === true) return true;
    this.#linked ??= new Set(this.keyring.state === 'live' ? this.keyring.linked : []);
    if (!this.#linked.has(lookupIdOfVisitor())) return false;
    this.#visitorTokens ??= new Set();
    this.#visitorTokens.add(visitorToken);
    return true;
  }

  /** The keys of a purpose, opened on first use when the epoch is in memory. */
  resolve(purpose: string, loaded: (epoch: string) => Epoch | undefined): Resolved {
    const opened = this.#opened.get(purpose);
    if (opened !== undefined) return { kind: 'keys', keys: opened };
    if (this.keyring.state === 'shredded' || this.keyring.frozenAtMs !== undefined) {
      return { kind: 'refused', code: 'subject_erased' };
    }
    const entry = this.keyring.purposes[purpose];
    if (entry === undefined) return { kind: 'missing' };
    if (entry.state === 'shredded') return { kind: 'refused', code: 'purpose_withdrawn' };
    const epoch = loaded(entry.epoch);
    if (epoch === undefined) return { kind: 'epoch', id: entry.epoch };
    const result = openPurpose(epoch, { lookupId: this.keyring.lookupId, purpose }, entry);
    if (result.kind === 'damaged') return { kind: 'damaged', problem: `purposes.${purpose}: does not unwrap` };
    this.#opened.set(purpose, result.keys);
    return result;
  }

  /** Takes over keys that were opened elsewhere: those that were just made. */
  adopt(keys: PurposeKeys): void {
    this.#opened.set(keys.purpose, keys);
  }

  /** Keeps the keys from being overwritten until as many `unpin` calls have come. */
  pin(count: number): void {
    this.#pins += count;
  }

  unpin(): void {
    this.#pins -= 1;
    if (this.#doomed && this.#pins === 0) this.#overwrite();
  }

  /** Overwrites every key, at once or when the last pin is gone. */
  close(): void {
    this.#doomed = true;
    if (this.#pins === 0) this.#overwrite();
  }

  #overwrite(): void {
    for (const keys of this.#opened.values()) keys.close();
    this.#opened.clear();
  }
}

interface Held {
  readonly entry: CachedKeyring;
  bytes: number;
  tokens: readonly string[];
  /** Used since the trimming last came past; such an entry is spared once (the CLOCK approximation of least recently used). */
  used: boolean;
}

/** The entries by lookup id and by token. */
export class KeyringCache {
  readonly #limits: CacheLimits;
  /** In the order in which they came in or were spared. */
  readonly #entries = new Map<string, Held>();
  readonly #byToken = new Map<string, string>();
  #bytes = 0;

  constructor(limits: CacheLimits = DEFAULT_CACHE_LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The entry of a lookup id, which is spared for a while. */
  get(lookupId: string): CachedKeyring | undefined {
    const held = this.#entries.get(lookupId);
    if (held !== undefined) held.used = true;
    return held?.entry;
  }

  /** The lookup id of a token that is open in memory. */
  lookupIdOf(purpose: string, token: string): string | undefined {
    return this.#byToken.get(`${purpose}|${token}`);
  }

  /** Puts an entry in, in the place of an older one of the same keyring, and drops the least used beyond the limits. */
  put(entry: CachedKeyring): void {
    const { lookupId } = entry.keyring;
    this.drop(lookupId);
    this.#entries.set(lookupId, { entry, bytes: 0, tokens: [], used: false });
    this.account(lookupId);
  }

  /** Takes note that an entry has grown: it opened a purpose or learnt a visitor. */
  account(lookupId: string): void {
    const held = this.#entries.get(lookupId);
    const bytes = held?.entry.bytes;
    if (held === undefined || bytes === undefined || bytes === held.bytes) return;
    this.#bytes += bytes - held.bytes;
    held.bytes = bytes;
    held.tokens = held.entry.tokens;
    for (const token of held.tokens) this.#byToken.set(token, lookupId);
    this.#trim(lookupId);
  }

  /** Takes an entry out and overwrites its keys. */
  drop(lookupId: string): void {
    const held = this.#entries.get(lookupId);
    if (held === undefined) return;
    this.#entries.delete(lookupId);
    this.#bytes -= held.bytes;
    for (const token of held.tokens) this.#byToken.delete(token);
    held.entry.close();
  }

  /** Takes everything out. */
  clear(): void {
    for (const lookupId of this.#entries.keys()) this.drop(lookupId);
  }

  /** The entry in use is never the one to go, however small the limits. */
  #trim(inUse: string): void {
    for (const [lookupId, held] of this.#entries) {
      if (this.#entries.size <= this.#limits.maxEntries && this.#bytes <= this.#limits.maxBytes) return;
      if (lookupId !== inUse && !held.used) {
        this.drop(lookupId);
      } else if (this.#entries.size > 1) {
        // To the end of the map, where this very loop comes past again with the mark taken off.
        held.used = false;
        this.#entries.delete(lookupId);
        this.#entries.set(lookupId, held);
      }
    }
  }
}
