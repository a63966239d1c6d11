// Owns legal holds: who must be kept, why and until when. A hold stops every erasure of the person before anything is destroyed.
import { z } from 'zod';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { withHold } from '#shared/privacy/erasure/erasure.ts';
import { type ErasureRecord, HOLD_MODES, type HoldMode } from '#shared/privacy/erasure/erasure-record.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { readKeyring } from '#shared/privacy/keys/keyring-updates.ts';
import { drive } from './drive.ts';
import type { ErasureDeps } from './erasure-deps.ts';
import { changeErasure, findErasure, listOpen, partObject, readOpen } from './erasure-objects.ts';

const PREFIX = 'holds/';

const holdRecord = z.strictObject({
  format: z.literal('hold/v1'),
  id: z.string(),
  mode: z.enum(HOLD_MODES),
  /** Free text that names a case and not a person. */
  reason: z.string(),
  placedAtMs: z.int().min(0),
  /** From then on it does not hold any more; without it, until it is lifted. */
  untilMs: z.int().min(0).optional(),
});

/** A legal hold (Art. 17(3)(e) and 18 GDPR). */
export type Hold = Readonly<z.infer<typeof holdRecord>>;

/** What is asked. The user id is held for the length of the call only. */
export interface HoldRequest {
  readonly userId: string;
  readonly mode: HoldMode;
  readonly reason: string;
  readonly untilMs?: number | undefined;
}

/**
 * Places a hold, or finds the one that is there. Its object comes first and the open erasures second: an erasure that is asked for in
 * between finds the object, one that was there is marked, and one that has frozen its keys, or is
 * done, is too far.
 * @throws PlatformError erasure_too_far, and the hold is not placed
 */
export async function placeHold(deps: ErasureDeps, request: HoldRequest): Promise<Hold> {
  const { objects, keys, clock, newId } = deps;
  const lookupId = lookupIdOf(keys.pepper, { kind: 'user', id: request.userId });
  const { mode, reason, untilMs } = request;
  const made: Hold = {
    format: 'hold/v1',
    id: newId(),
    mode,
    reason,
    placedAtMs: clock.now(),
    ...(untilMs === undefined ? {} : { untilMs }),
  };
  await removePassed(deps, lookupId);
  const created = await objects.create(holdObject(lookupId), canonicalJson(made));
  const hold = created.kind === 'created' ? made : await readHold(objects, lookupId);
  if (hold === undefined) throw new PlatformError('conflict');
  for (const record of await openErasuresOf(objects, lookupId)) {
    const marked = await changeErasure(objects, record.id, (each) => withHold(each, markOf(hold)));
    if (marked.hold?.id === hold.id || created.kind === 'exists') continue;
    await objects.delete(holdObject(lookupId), created.generation);
    throw new PlatformError('erasure_too_far', { details: { erasure: record.id } });
  }
  // Read after the list: an erasure that has left it has left a tombstone.
  const read = await readKeyring(keys.store, lookupId);
  if (created.kind === 'created' && read.kind === 'present' && read.keyring.state === 'shredded') {
    await objects.delete(holdObject(lookupId), created.generation);
    throw new PlatformError('erasure_too_far');
  }
  return hold;
}

/** Lifts the hold of a person, and drives on what it kept back; undefined when there was none. Repeated, it does the rest. */
export async function liftHold(deps: ErasureDeps, userId: string): Promise<Hold | undefined> {
  const { objects, keys } = deps;
  const lookupId = lookupIdOf(keys.pepper, { kind: 'user', id: userId });
  const hold = await readHold(objects, lookupId);
  await objects.delete(holdObject(lookupId));
  for (const record of await openErasuresOf(objects, lookupId)) {
    if (record.hold === undefined) continue;
    await changeErasure(objects, record.id, (each) => withHold(each, undefined));
    await driveAnew(deps, record.id);
  }
  return hold;
}

/** The hold of a subject, whether it still holds or not. @throws PlatformError corrupt */
export async function readHold(objects: ObjectStore, lookupId: string): Promise<Hold | undefined> {
  const stored = await objects.read(holdObject(lookupId));
  if (stored === undefined) return undefined;
  const parsed = holdRecord.safeParse(parseJsonBytes(stored.body));
  if (!parsed.success) throw new PlatformError('corrupt', { message: 'A legal hold is damaged.' });
  return parsed.data;
}

/** All holds; whom they are about is in no answer. */
export async function* listHolds(objects: ObjectStore): AsyncGenerator<Hold> {
  for await (const { name } of objects.list(PREFIX)) {
    const hold = await readHold(objects, name.slice(PREFIX.length));
    if (hold !== undefined) yield hold;
  }
}

/** What the record of an erasure says of a hold. */
export function markOf({ id, mode, untilMs }: Hold): NonNullable<ErasureRecord['hold']> {
  return { id, mode, ...(untilMs === undefined ? {} : { untilMs }) };
}

/** Starts another execution at once, whatever became of the one before: it may have ended where the erasure rested. */
export async function driveAnew(deps: ErasureDeps, id: string): Promise<void> {
  await deps.objects.delete(partObject(id, 'execution'));
  await drive(deps, id);
}

async function removePassed({ objects, clock }: ErasureDeps, lookupId: string): Promise<void> {
  const hold = await readHold(objects, lookupId);
  if (hold?.untilMs !== undefined && hold.untilMs <= clock.now()) await objects.delete(holdObject(lookupId));
}

async function openErasuresOf(objects: ObjectStore, lookupId: string): Promise<readonly ErasureRecord[]> {
  const records: ErasureRecord[] = [];
  for await (const subject of listOpen(objects, lookupId)) {
    const open = await readOpen(objects, subject);
    const stored = open === undefined ? undefined : await findErasure(objects, open.id);
    if (stored !== undefined) records.push(stored.record);
  }
  return records;
}

function holdObject(lookupId: string): string {
  return `${PREFIX}${lookupId}`;
}
