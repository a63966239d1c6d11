// Owns bringing back somebody who was forgotten: a new life with keys of its own, which nothing links to the one before.
import { PlatformError } from '#shared/platform/platform-error.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { announce, reactivateSubject } from '#shared/privacy/keys/forgetting.ts';
import { nextLife, reopenPurpose } from '#shared/privacy/keys/keyring-changes.ts';
import type { LiveKeyring } from '#shared/privacy/keys/keyring-record.ts';
import { changeKeyring, type Changed, readKeyring } from '#shared/privacy/keys/keyring-updates.ts';
import { newPurpose } from '#shared/privacy/keys/key-wrapping.ts';
import type { ErasureDeps } from './erasure-deps.ts';
import { readOpen } from './erasure-objects.ts';
import { forgettingDeps } from './forgetting-deps.ts';

/** The life that has begun. */
export interface Life {
  readonly generation: number;
  /** Events dated before belong to the life that was forgotten, and are refused. */
  readonly acceptsFromMs: number;
}

/**
 * Begins the next life of an erased user, or of a purpose whose consent was withdrawn. Somebody who is there already stays as they
 * are, and the answer says since when.
 * @throws PlatformError unknown_subject; conflict while the erasure is under way
 */
export async function reactivate(
  deps: ErasureDeps,
  { userId, purpose }: { readonly userId: string; readonly purpose?: string | undefined },
): Promise<Life> {
  const lookupId = lookupIdOf(deps.keys.pepper, { kind: 'user', id: userId });
  if ((await readOpen(deps.objects, lookupId)) !== undefined) {
    throw new PlatformError('conflict', {
      message: 'An erasure of this user is under way.',
      hint: 'Wait for its end.',
    });
  }
  const life = purpose === undefined ? await ofUser(deps, lookupId) : await ofPurpose(deps, lookupId, purpose);
  deps.keys.keyrings.forget(lookupId);
  return life;
}

async function ofUser(deps: ErasureDeps, lookupId: string): Promise<Life> {
  const changed = await reactivateSubject(forgettingDeps(deps), lookupId);
  if (changed.kind === 'refused') {
    const read = await readKeyring(deps.keys.store, lookupId);
    if (read.kind === 'present' && read.keyring.state === 'live') return lifeOf(read.keyring);
  }
  return lifeOf(liveOrThrow(changed));
}

async function ofPurpose(deps: ErasureDeps, lookupId: string, purpose: string): Promise<Life> {
  const { store, epochs } = deps.keys;
  const epoch = await epochs.current();
  const atMs = deps.clock.now();
  // Keys that lose a race are made again for the keyring as it stands then; an index that leads to none of them opens nothing.
  const read = await readKeyring(store, lookupId);
  if (read.kind !== 'present') throw new PlatformError('unknown_subject');
  if (read.keyring.state === 'shredded') throw new PlatformError('subject_erased');
  const present = read.keyring.purposes[purpose];
  if (present?.state === 'live') return { generation: present.generation, acceptsFromMs: present.acceptsFromMs };
  const { entry, keys } = newPurpose(epoch, { lookupId, purpose }, nextLife(read.keyring, atMs));
  const { token } = keys;
  keys.close();
  await store.putIndex(purpose, token, lookupId);
  const changed = await changeKeyring(store, lookupId, (now) => {
    const same = now.kind === 'present' && now.keyring.generation < entry.generation;
    const kept = now.kind === 'present' && now.keyring.state === 'live' ? now.keyring.purposes[purpose] : undefined;
    if (now.kind !== 'present') return { kind: 'refused', code: 'not_erased' };
    if (kept?.state === 'live') return { kind: 'keep', keyring: now.keyring };
    return same ? reopenPurpose(now.keyring, purpose, entry) : { kind: 'refused', code: 'not_erased' };
  });
  const keyring = changed.kind === 'done' && changed.keyring.state === 'live' ? changed.keyring : undefined;
  const now = keyring?.purposes[purpose];
  if (now?.state !== 'live' || now.keyset !== entry.keyset) await store.deleteIndex(purpose, token);
  await announce(forgettingDeps(deps), lookupId);
  if (now?.state !== 'live') throw new PlatformError('subject_busy');
  return { generation: now.generation, acceptsFromMs: now.acceptsFromMs };
}

function liveOrThrow(changed: Changed): LiveKeyring {
  if (changed.kind === 'done' && changed.keyring.state === 'live') return changed.keyring;
  if (changed.kind === 'refused') throw new PlatformError('unknown_subject');
  if (changed.kind === 'damaged') throw new PlatformError('corrupt');
  throw new PlatformError('subject_busy');
}

function lifeOf({ generation, acceptsFromMs }: LiveKeyring): Life {
  return { generation, acceptsFromMs };
}
