// Owns forgetting a subject: freezing its keyrings, so that what is to be destroyed is final; the tombstones; the index; the feed.
// Every step may be repeated after a crash and then finds its work done.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { freeze, newKeyring, reactivate, shred } from './keyring-changes.ts';
import type { Change } from './keyring-changes.ts';
import type { Keyring, LiveKeyring } from './keyring-record.ts';
import { changeKeyring } from './keyring-updates.ts';
import type { Changed } from './keyring-updates.ts';
import type { KeyringStore, KeySource, RevocationFeed } from './key-stores.ts';
import { openPurpose } from './key-wrapping.ts';

/** What forgetting works on. */
export interface ForgettingDeps {
  readonly store: KeyringStore;
  readonly epochs: KeySource;
  readonly feed: RevocationFeed;
  readonly clock: Clock;
}

/** A token of the subject, for deleting rows and the index. Personal until the keys are gone: keep it sealed. */
export interface SubjectToken {
  readonly purpose: string;
  readonly token: string;
}

/** A keyring of the subject as it stands frozen: everything about it is final. */
export interface FrozenKeyring {
  readonly lookupId: string;
  readonly generation: number;
  readonly state: Keyring['state'];
  readonly epochs: readonly string[];
  readonly tokens: readonly SubjectToken[];
  /** Purposes whose secrets do not unwrap any more: their tokens are lost, and so are their rows' secrets. */
  readonly unreadable: readonly string[];
}

/** The user's keyring first, then those of its visitors; or what stands in the way. */
export type FreezeOutcome =
  | { readonly kind: 'frozen'; readonly keyrings: readonly FrozenKeyring[] }
  | ForgettingFailure;

/** A destroyed keyring, as the certificate tells of it. */
export interface ShreddedRecord {
  readonly lookupId: string;
  readonly generation: number;
  readonly shreddedAtMs: number;
  /** SHA-256 of the record that was destroyed. */
  readonly digest: string;
  /** The store's revision of the tombstone. */
  readonly revision: string;
  /** The epochs that wrapped what was destroyed, at the end: a rotation may have moved it on since it was frozen. */
  readonly epochs: readonly string[];
}

export type ShredOutcome =
  | { readonly kind: 'shredded'; readonly records: readonly ShreddedRecord[] }
  | ForgettingFailure;

/** `busy` passes: others keep writing the keyring. `damaged`: a keyring that cannot be read has to be looked at by people. */
export type ForgettingFailure =
  | { readonly kind: 'busy'; readonly lookupId: string }
  | { readonly kind: 'damaged'; readonly lookupId: string; readonly problem: string };

/**
 * Freezes a user's keyring and those of every visitor it was seen as. From then on none of them gets new keys or links, so the
 * tokens in the answer are all there will ever be; store them (sealed) before shredding, because they cannot be had afterwards.
 * A keyring that does not exist is made empty and frozen, so that nothing can make it in between.
 */
export async function freezeSubject(deps: ForgettingDeps, lookupId: string): Promise<FreezeOutcome> {
  const first = await freezeOne(deps, lookupId);
  if (first.kind !== 'done') return failure(first, lookupId);
  const linked = first.keyring.state === 'live' ? first.keyring.linked : [];
  const keyrings = [await describe(deps, first.keyring)];
  for (const visitor of linked) {
    const frozen = await freezeOne(deps, visitor);
    if (frozen.kind !== 'done') return failure(frozen, visitor);
    keyrings.push(await describe(deps, frozen.keyring));
  }
  return { kind: 'frozen', keyrings };
}

/** Puts tombstones over keyrings and tells every process. Visitors come before their user, whose keyring names them. */
export async function shredKeyrings(deps: ForgettingDeps, lookupIds: readonly string[]): Promise<ShredOutcome> {
  const records: ShreddedRecord[] = [];
  for (const lookupId of lookupIds.toReversed()) {
    const atMs = deps.clock.now();
    const changed = await changeKeyring(deps.store, lookupId, (read) =>
      read.kind === 'present' ? shred(read.keyring, atMs, read.bytes) : shred(newKeyring(lookupId), atMs),
    );
    if (changed.kind !== 'done') return failure(changed, lookupId);
    // Also when the tombstone was there: whoever wrote it may have died before telling anybody.
    await announce(deps, lookupId);
    const { keyring, revision } = changed;
    if (keyring.state !== 'shredded') throw new Error('a shredded keyring came back live');
    const { generation, shreddedAtMs, digest, epochs = [] } = keyring;
    records.unshift({ lookupId, generation, shreddedAtMs, digest, revision, epochs });
  }
  return { kind: 'shredded', records };
}

/** Deletes the way from tokens to a keyring that is shredded. */
export async function wipeIndex(store: KeyringStore, tokens: readonly SubjectToken[]): Promise<void> {
  for (const { purpose, token } of tokens) await store.deleteIndex(purpose, token);
}

/** Opens the next life of an erased subject, by an authenticated call only; events dated before it stay refused. */
export async function reactivateSubject(deps: ForgettingDeps, lookupId: string): Promise<Changed> {
  const atMs = deps.clock.now();
  const changed = await changeKeyring(deps.store, lookupId, (read): Change =>
    read.kind === 'present' ? reactivate(read.keyring, atMs) : { kind: 'refused', code: 'not_erased' },
  );
  if (changed.kind === 'done') await announce(deps, lookupId);
  return changed;
}

async function freezeOne(deps: ForgettingDeps, lookupId: string): Promise<Changed> {
  const atMs = deps.clock.now();
  const changed = await changeKeyring(deps.store, lookupId, (read) =>
    freeze(read.kind === 'present' ? read.keyring : newKeyring(lookupId), atMs),
  );
  if (changed.kind === 'done') await announce(deps, lookupId);
  return changed;
}

/** After the record, so that whoever drops its copy on this word reads the new one. */
export async function announce({ feed, clock }: ForgettingDeps, lookupId: string): Promise<void> {
  await feed.append({ id: randomUUID(), lookupId, atMs: clock.now() });
}

async function describe(deps: ForgettingDeps, keyring: Keyring): Promise<FrozenKeyring> {
  const { lookupId, generation, state } = keyring;
  if (keyring.state === 'shredded') return { lookupId, generation, state, epochs: [], tokens: [], unreadable: [] };
  const tokens: SubjectToken[] = [];
  const unreadable: string[] = [];
  const epochs = new Set<string>();
  for (const [purpose, entry] of Object.entries(keyring.purposes)) {
    if (entry.state === 'shredded') continue;
    epochs.add(entry.epoch);
    const token = await tokenOf(deps, keyring, purpose);
    if (token === undefined) unreadable.push(purpose);
    else tokens.push({ purpose, token });
  }
  return { lookupId, generation, state, epochs: [...epochs].sort(), tokens, unreadable };
}

/** The token of a live purpose; undefined when its secrets do not unwrap any more. */
export async function tokenOf(
  { epochs }: Pick<ForgettingDeps, 'epochs'>,
  keyring: LiveKeyring,
  purpose: string,
): Promise<string | undefined> {
  const entry = keyring.purposes[purpose];
  const found = entry?.state === 'live' ? await epochs.find(entry.epoch) : undefined;
  if (entry?.state !== 'live' || found?.kind !== 'epoch') return undefined;
  const opened = openPurpose(found.epoch, { lookupId: keyring.lookupId, purpose }, entry);
  if (opened.kind === 'damaged') return undefined;
  const { token } = opened.keys;
  opened.keys.close();
  return token;
}

function failure(changed: Exclude<Changed, { kind: 'done' }>, lookupId: string): ForgettingFailure {
  if (changed.kind === 'damaged') return { ...changed, lookupId };
  return { kind: 'busy', lookupId };
}
