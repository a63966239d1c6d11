// Owns placing and lifting legal holds. A hold stops every erasure of the person before anything is destroyed.
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { HoldMode } from '#shared/privacy/erasure/erasure-record.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { readKeyring } from '#shared/privacy/keys/keyring-updates.ts';
import type { ErasureDeps } from './erasure-deps.ts';
import { settleMarks } from './hold-marks.ts';
import { createHold, deleteHold, type Hold, readHold, type StoredHold } from './hold-objects.ts';

/** What is asked. The user id is held for the length of the call only. */
export interface HoldRequest {
  readonly userId: string;
  readonly mode: HoldMode;
  readonly reason: string;
  readonly untilMs?: number | undefined;
}

const MAX_RACES = 10;

/**
 * Places a hold, or finds the one that is there. Its object comes first and the open erasures second: an erasure that is asked for in
 * between finds the object, one that was there is marked, and one that has frozen its keys, or is
 * done, is too far.
 * @throws PlatformError erasure_too_far, and the hold is not placed; conflict when others place and lift all the time
 */
export async function placeHold(deps: ErasureDeps, request: HoldRequest): Promise<Hold> {
  const { objects, keys } = deps;
  const lookupId = lookupIdOf(keys.pepper, { kind: 'user', id: request.userId });
  for (let race = 0; race < MAX_RACES; race += 1) {
    const stored = await createOrFind(deps, lookupId, request);
    if (stored === undefined) continue;
    const tooFar = await whatIsTooFar(deps, lookupId, stored.hold);
    // Who finds it gone cannot say that the person is held: it was lifted, or whoever placed it took it back.
    const stands = (await readHold(objects, lookupId))?.hold.id === stored.hold.id;
    if (tooFar === undefined && stands) return stored.hold;
    if (!stands) continue;
    await deleteHold(objects, lookupId, stored);
    await settleMarks(deps, lookupId);
    throw new PlatformError('erasure_too_far', tooFar);
  }
  throw new PlatformError('conflict', { message: 'Others place and lift holds of this person all the time.' });
}

/** Lifts the hold of a person, and drives on what it kept back; undefined when there was none. Repeated, it does the rest. */
export async function liftHold(deps: ErasureDeps, userId: string): Promise<Hold | undefined> {
  const { objects, keys } = deps;
  const lookupId = lookupIdOf(keys.pepper, { kind: 'user', id: userId });
  const stored = await readHold(objects, lookupId);
  if (stored !== undefined) await deleteHold(objects, lookupId, stored);
  await settleMarks(deps, lookupId);
  return stored?.hold;
}

/** A new hold, or the one that is there; undefined when that one was taken away meanwhile. */
async function createOrFind(
  { objects, clock, newId }: ErasureDeps,
  lookupId: string,
  { mode, reason, untilMs }: HoldRequest,
): Promise<StoredHold | undefined> {
  const before = await readHold(objects, lookupId);
  const nowMs = clock.now();
  if (before?.hold.untilMs !== undefined && before.hold.untilMs <= nowMs) await deleteHold(objects, lookupId, before);
  else if (before !== undefined) return before;
  const until = untilMs === undefined ? {} : { untilMs };
  const made: Hold = { format: 'hold/v1', id: newId(), mode, reason, placedAtMs: nowMs, ...until };
  return (await createHold(objects, lookupId, made)) ?? readHold(objects, lookupId);
}

/** What the hold comes too late for, once the open erasures are marked; undefined when it comes in time. */
async function whatIsTooFar(
  deps: ErasureDeps,
  lookupId: string,
  hold: Hold,
): Promise<{ readonly details?: { readonly erasure: string } } | undefined> {
  const unmarked = (await settleMarks(deps, lookupId)).find((record) => record.hold?.id !== hold.id);
  if (unmarked !== undefined) return { details: { erasure: unmarked.id } };
  // Read after the list: an erasure that has left it has left a tombstone.
  const read = await readKeyring(deps.keys.store, lookupId);
  return read.kind === 'present' && read.keyring.state === 'shredded' ? {} : undefined;
}
