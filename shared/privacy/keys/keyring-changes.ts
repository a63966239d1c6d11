// Owns every change that a keyring can go through, as pure functions: what may follow what, and that nothing follows a tombstone
// but an explicit reactivation.
import { digestOf } from '../../platform/digest.ts';
import { digestOfRecord, encodeKeyring, epochsOf, KEYRING_FORMAT, MAX_LINKED, MAX_PURPOSES } from './keyring-record.ts';
import type { Keyring, LiveKeyring, LivePurpose } from './keyring-record.ts';

/** Why a change is refused. */
export type ChangeRefusal = 'subject_erased' | 'purpose_withdrawn' | 'not_erased' | 'keyring_full';

/** What a change makes of a keyring: a record to write, nothing to do, or a refusal. */
export type Change =
  | { readonly kind: 'write'; readonly keyring: Keyring }
  | { readonly kind: 'keep'; readonly keyring: Keyring }
  | { readonly kind: 'refused'; readonly code: ChangeRefusal };

/** The keyring of a subject that was never seen before. */
export function newKeyring(lookupId: string): LiveKeyring {
  return { format: KEYRING_FORMAT, state: 'live', lookupId, generation: 1, acceptsFromMs: 0, purposes: {}, linked: [] };
}

/** Whether keys may be made, used or linked now: alive and not frozen by an erasure. */
export function isOpen(keyring: Keyring): keyring is LiveKeyring {
  return keyring.state === 'live' && keyring.frozenAtMs === undefined;
}

/** Adds the first keys of a purpose. Where keys are already, they win: exactly one keyset ever serves a purpose and generation. */
export function withPurpose(keyring: Keyring, purpose: string, entry: LivePurpose): Change {
  if (!isOpen(keyring)) return { kind: 'refused', code: 'subject_erased' };
  const present = keyring.purposes[purpose];
  if (present !== undefined) {
    return present.state === 'live' ? { kind: 'keep', keyring } : { kind: 'refused', code: 'purpose_withdrawn' };
  }
  if (Object.keys(keyring.purposes).length >= MAX_PURPOSES) return { kind: 'refused', code: 'keyring_full' };
  return { kind: 'write', keyring: { ...keyring, purposes: { ...keyring.purposes, [purpose]: entry } } };
}

/** Notes that the user was seen as this visitor, so that both are shredded together. */
export function withLink(keyring: Keyring, visitor: string): Change {
  if (!isOpen(keyring)) return { kind: 'refused', code: 'subject_erased' };
  if (keyring.linked.includes(visitor)) return { kind: 'keep', keyring };
  if (keyring.linked.length >= MAX_LINKED) return { kind: 'refused', code: 'keyring_full' };
  return { kind: 'write', keyring: { ...keyring, linked: [...keyring.linked, visitor].sort() } };
}

/** Stops everything while an erasure runs; from here on the purposes and visitors of the keyring are final. */
export function freeze(keyring: Keyring, atMs: number): Change {
  if (keyring.state === 'shredded' || keyring.frozenAtMs !== undefined) return { kind: 'keep', keyring };
  return { kind: 'write', keyring: { ...keyring, frozenAtMs: atMs } };
}

/** Destroys every key by putting a tombstone in their place. `stored` is what the digest is taken of: the bytes as they stand. */
export function shred(keyring: Keyring, atMs: number, stored: Buffer = encodeKeyring(keyring)): Change {
  if (keyring.state === 'shredded') return { kind: 'keep', keyring };
  const { format, lookupId, generation } = keyring;
  const digest = digestOfRecord(stored);
  const epochs = epochsOf(keyring);
  const tombstone = { format, state: 'shredded' as const, lookupId, generation, shreddedAtMs: atMs, digest };
  return { kind: 'write', keyring: epochs.length === 0 ? tombstone : { ...tombstone, epochs } };
}

/** Opens the next life of an erased subject: no keys yet, and only events dated from now on belong to it. */
export function reactivate(keyring: Keyring, atMs: number): Change {
  if (keyring.state === 'live') return { kind: 'refused', code: 'not_erased' };
  const next = { ...newKeyring(keyring.lookupId), generation: keyring.generation + 1, acceptsFromMs: atMs };
  return { kind: 'write', keyring: next };
}

/** Destroys the keys of one purpose, as a withdrawal of consent asks. A purpose never used gets its tombstone too. */
export function shredPurpose(keyring: Keyring, purpose: string, atMs: number): Change {
  if (!isOpen(keyring)) return { kind: 'refused', code: 'subject_erased' };
  const present = keyring.purposes[purpose];
  if (present?.state === 'shredded') return { kind: 'keep', keyring };
  const digest = digestOf(present ?? null);
  const tombstone = {
    state: 'shredded' as const,
    generation: keyring.generation,
    shreddedAtMs: atMs,
    digest,
    ...(present === undefined ? {} : { epoch: present.epoch }),
  };
  return { kind: 'write', keyring: { ...keyring, purposes: { ...keyring.purposes, [purpose]: tombstone } } };
}

/** The life that new keys of a withdrawn purpose begin when the subject consents again. */
export function nextLife(
  keyring: LiveKeyring,
  atMs: number,
): { readonly generation: number; readonly acceptsFromMs: number } {
  return { generation: keyring.generation + 1, acceptsFromMs: atMs };
}

/** Puts new keys where a withdrawal left a tombstone. The entry is made with `nextLife`. */
export function reopenPurpose(keyring: Keyring, purpose: string, entry: LivePurpose): Change {
  if (!isOpen(keyring)) return { kind: 'refused', code: 'subject_erased' };
  const present = keyring.purposes[purpose];
  if (present?.state === 'live') return { kind: 'keep', keyring };
  if (entry.generation <= keyring.generation) throw new RangeError('a reopened purpose needs the next generation');
  const purposes = { ...keyring.purposes, [purpose]: entry };
  return { kind: 'write', keyring: { ...keyring, generation: entry.generation, purposes } };
}
