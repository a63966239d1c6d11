// Owns the keys of subjects at work: opened or made on first use, exactly once under races, lent for one call, and never after
// their tombstone beyond the revocation bound.
import type { Clock } from '../../platform/clock.ts';
import { lookupIdOf, unlinkedSecretOf, visitorTokenOf } from './derivations.ts';
import type { Subject } from './derivations.ts';
import type { HmacKey } from './hmac-key.ts';
import type { KeyringStore, KeySource, RevocationFeed } from './key-stores.ts';
import { KeyringCache } from './keyring-cache.ts';
import type { CachedKeyring, CacheLimits } from './keyring-cache.ts';
import { KeyringLoader } from './keyring-loader.ts';
import type { KeyRetry, KeyWant, Loaded } from './keyring-loader.ts';
import type { PurposeKeys } from './purpose-keys.ts';
import { RevocationWatch } from './revocation.ts';
import type { FeedRead, RevocationTiming } from './revocation.ts';

/** What keyrings work on. */
export interface KeyringsDeps {
  readonly store: KeyringStore;
  readonly epochs: KeySource;
  readonly feed: RevocationFeed;
  readonly pepper: HmacKey;
  readonly clock: Clock;
}

/** Bounds of the cache in size and time. */
export interface KeyringsLimits {
  readonly timing: RevocationTiming;
  readonly cache?: CacheLimits;
}

/** Whose keys for which purpose. `anonymousId` is the visitor that the user was seen as in the same event. */
export interface KeyRequest {
  readonly subject: Subject;
  readonly purpose: string;
  readonly anonymousId?: string;
}

/** Keys as they are lent, with the visitor's token when an `anonymousId` was given. */
export interface LentKeys {
  readonly keys: PurposeKeys;
  readonly visitor?: string;
}

/** What using keys came to. `refused` codes are final for the event, `retry` codes pass; `damaged` names no value. */
export type Used<Result> =
  | { readonly kind: 'used'; readonly result: Result }
  | { readonly kind: 'refused'; readonly code: 'subject_erased' | 'purpose_withdrawn' }
  | KeyRetry
  | { readonly kind: 'damaged'; readonly problem: string };

/** What using the keys behind a token came to; `gone`: the token leads nowhere (any more), or not to keys that may be used. */
export type UsedByToken<Result> = Exclude<Used<Result>, { kind: 'refused' }> | { readonly kind: 'gone' };

/** A keyring in memory is read again after this long even if nothing revoked it. */
const MAX_HELD_MS = 5 * 60_000;
/** Each round ends with keys or brings a purpose, a link or a fresh read; more rounds mean that others keep changing the keyring. */
const MAX_ROUNDS = 8;
/** Tokens known to lead nowhere; a token never comes back, because its index was written before its first use. */
const MAX_GONE_TOKENS = 100_000;

/** The keys of all subjects. Owns key memory until `close`. */
export class Keyrings {
  readonly #deps: KeyringsDeps;
  readonly #timing: RevocationTiming;
  readonly #cache: KeyringCache;
  readonly #loader: KeyringLoader;
  readonly #watch: RevocationWatch;
  readonly #gone = new Set<string>();
  readonly #unlinked = new Map<string, HmacKey>();

  constructor(deps: KeyringsDeps, limits: KeyringsLimits) {
    this.#deps = deps;
    this.#timing = limits.timing;
    this.#cache = new KeyringCache(limits.cache);
    this.#loader = new KeyringLoader(deps, this.#cache);
    this.#watch = new RevocationWatch(deps.feed, deps.clock, (lookupId) => {
      this.#cache.drop(lookupId);
      this.#loader.revoke(lookupId);
    });
  }

  /** Keyrings in memory, for metrics. */
  get held(): { readonly keyrings: number; readonly bytes: number } {
    return { keyrings: this.#cache.size, bytes: this.#cache.bytes };
  }

  /** Age of the last complete read of the revocation feed, for metrics; undefined before the first. */
  get feedAgeMs(): number | undefined {
    return this.#watch.readAtMs === undefined ? undefined : this.#deps.clock.now() - this.#watch.readAtMs;
  }

  /** Reads the revocation feed. A process with a timer calls this every `pollMs`; without one, use does it when due. */
  refresh(): Promise<FeedRead> {
    return this.#watch.refresh();
  }

  /**
   * Lends the keys of a subject for the length of one synchronous call, making them when there are none. With an
   * `anonymousId` the visitor is linked durably before the call, so that an erasure of the user reaches it.
   */
  async use<Result>(request: KeyRequest, work: (lent: LentKeys) => Result): Promise<Used<Result>> {
    const lookupId = lookupIdOf(this.#deps.pepper, request.subject);
    const { purpose, anonymousId } = request;
    const warm = this.#warm(lookupId) ?? (await this.#revalidated(lookupId));
    const first = warm === undefined ? undefined : this.#lend(warm, { lookupId, purpose, make: true }, anonymousId);
    if (first?.kind === 'lent') return { kind: 'used', result: work(first.lent) };
    if (first?.kind === 'refused' || first?.kind === 'damaged') return first;
    const linked = anonymousId === undefined ? {} : { visitor: this.#visitorLookupId(anonymousId) };
    return this.#load({ lookupId, purpose, make: true, ...linked }, anonymousId, work);
  }

  /** Lends the keys that a token belongs to; makes none. */
  async useByToken<Result>(
    purpose: string,
    token: string,
    work: (keys: PurposeKeys) => Result,
  ): Promise<UsedByToken<Result>> {
    if (this.#gone.has(`${purpose}|${token}`)) return { kind: 'gone' };
    const found = await this.#lookupIdByToken(purpose, token);
    if (found.kind !== 'found') return found;
    const want: KeyWant = { lookupId: found.lookupId, purpose, make: false };
    const checked = ({ keys }: LentKeys): { readonly result: Result } | undefined =>
      keys.token === token ? { result: work(keys) } : undefined;
    const warm = this.#warm(found.lookupId) ?? (await this.#revalidated(found.lookupId));
    const first = warm === undefined ? undefined : this.#lend(warm, want, undefined);
    const used: Used<{ readonly result: Result } | undefined> =
      first?.kind === 'lent'
        ? { kind: 'used', result: checked(first.lent) }
        : await this.#load(want, undefined, checked);
    if (used.kind === 'refused') return this.#isFrozen(found.lookupId) ? busy : { kind: 'gone' };
    if (used.kind !== 'used') return used;
    // The keyring has other keys now: the token's own went with a former life.
    return used.result === undefined ? { kind: 'gone' } : { kind: 'used', result: used.result.result };
  }

  /** What takes the place of a subject's link secret for event ids and fingerprints of events about nobody. */
  unlinked(purpose: string): HmacKey {
    const held = this.#unlinked.get(purpose) ?? unlinkedSecretOf(this.#deps.pepper, purpose);
    this.#unlinked.set(purpose, held);
    return held;
  }

  /** Drops whatever is held of a keyring; whoever changes one calls this in its own process. */
  forget(lookupId: string): void {
    this.#cache.drop(lookupId);
    this.#loader.revoke(lookupId);
  }

  /** Overwrites every key in memory. */
  close(): void {
    this.#cache.clear();
    for (const key of this.#unlinked.values()) key.close();
    this.#unlinked.clear();
  }

  async #load<Result>(
    want: KeyWant,
    anonymousId: string | undefined,
    work: (lent: LentKeys) => Result,
  ): Promise<Used<Result>> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const loaded: Loaded = await this.#loader.load(want);
      if (loaded.kind !== 'entry') return loaded;
      const { entry } = loaded;
      try {
        const lent = this.#usable(entry) ? this.#lend(entry, want, anonymousId) : { kind: 'more' as const };
        if (lent.kind === 'lent') return { kind: 'used', result: work(lent.lent) };
        if (lent.kind !== 'more') return lent;
      } finally {
        entry.unpin();
      }
    }
    return { kind: 'retry', code: 'subject_busy' };
  }

  /** The cached entry if it may be used: known by the feed or its own age to be within the bound. */
  #warm(lookupId: string): CachedKeyring | undefined {
    const entry = this.#cache.get(lookupId);
    return entry !== undefined && this.#usable(entry) ? entry : undefined;
  }

  /** The same after a read of the feed, which is worth it only for an entry that is there and too old. */
  async #revalidated(lookupId: string): Promise<CachedKeyring | undefined> {
    if (this.#cache.get(lookupId) === undefined) return undefined;
    await this.#watch.refresh();
    return this.#warm(lookupId);
  }

  #usable(entry: CachedKeyring): boolean {
    const now = this.#deps.clock.now();
    const knownAtMs = Math.max(entry.loadedAtMs, this.#watch.readAtMs ?? 0);
    // A clock that went backwards proves nothing, so times in the future count as too old.
    return within(now - knownAtMs, this.#timing.maxAgeMs) && within(now - entry.loadedAtMs, MAX_HELD_MS);
  }

  #lend(
    entry: CachedKeyring,
    want: KeyWant,
    anonymousId: string | undefined,
  ):
    | Exclude<Used<never>, { kind: 'used' | 'retry' }>
    | { readonly kind: 'lent'; readonly lent: LentKeys }
    | { readonly kind: 'more' } {
    const resolved = entry.resolve(want.purpose, (epoch) => this.#deps.epochs.loaded(epoch));
    if (resolved.kind === 'missing') return want.make ? { kind: 'more' } : { kind: 'refused', code: 'subject_erased' };
    if (resolved.kind === 'epoch') return { kind: 'more' };
    if (resolved.kind !== 'keys') return resolved;
    this.#cache.account(want.lookupId);
    const { keys } = resolved;
    if (anonymousId === undefined) return { kind: 'lent', lent: { keys } };
    const visitor = visitorTokenOf(keys.link, anonymousId);
    return entry.isLinked(visitor, () => this.#visitorLookupId(anonymousId))
      ? { kind: 'lent', lent: { keys, visitor } }
      : { kind: 'more' };
  }

  /** An erasure that has frozen a keyring has not destroyed it yet, and may rest there for a legal hold. */
  #isFrozen(lookupId: string): boolean {
    const keyring = this.#cache.get(lookupId)?.keyring;
    return keyring?.state === 'live' && keyring.frozenAtMs !== undefined;
  }

  #visitorLookupId(anonymousId: string): string {
    return lookupIdOf(this.#deps.pepper, { kind: 'anon', id: anonymousId });
  }

  async #lookupIdByToken(
    purpose: string,
    token: string,
  ): Promise<{ readonly kind: 'found'; readonly lookupId: string } | { readonly kind: 'gone' } | KeyRetry> {
    const known = this.#cache.lookupIdOf(purpose, token);
    if (known !== undefined) return { kind: 'found', lookupId: known };
    try {
      const lookupId = await this.#deps.store.readIndex(purpose, token);
      if (lookupId !== undefined) return { kind: 'found', lookupId };
    } catch (cause) {
      return { kind: 'retry', code: 'keys_unavailable', cause };
    }
    if (this.#gone.size >= MAX_GONE_TOKENS) this.#gone.clear();
    this.#gone.add(`${purpose}|${token}`);
    return { kind: 'gone' };
  }
}

const busy: KeyRetry = { kind: 'retry', code: 'subject_busy' };

function within(ageMs: number, limitMs: number): boolean {
  return ageMs >= 0 && ageMs <= limitMs;
}
