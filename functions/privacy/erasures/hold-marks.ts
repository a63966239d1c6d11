// Owns that the record of an open erasure names the legal hold of its person: whoever freezes reads the record, and no object beside it.
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { withHold } from '#shared/privacy/erasure/erasure.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { drive } from './drive.ts';
import type { ErasureDeps } from './erasure-deps.ts';
import { findErasure, listOpen, partObject, readErasure, readOpen, replaceErasure } from './erasure-objects.ts';
import { type Hold, readHold } from './hold-objects.ts';

const MAX_RACES = 20;

/**
 * Brings the mark of one erasure in line with the hold of its person, unless its keys are frozen on their way to destruction; the record
 * as it stands then. The record is read before the hold, and replaced only as it was read: so a mark is taken away only when its hold
 * is gone for ever, and one that was set is looked at again, in case its hold was lifted meanwhile by somebody who could not see it.
 * @throws PlatformError unknown_erasure, or conflict when others change it all the time
 */
export async function settleMark(objects: ObjectStore, id: string, lookupId: string): Promise<ErasureRecord> {
  for (let race = 0; race < MAX_RACES; race += 1) {
    const stored = await readErasure(objects, id);
    const hold = (await readHold(objects, lookupId))?.hold;
    if (stored.record.hold?.id === hold?.id) return stored.record;
    const marked = withHold(stored.record, hold === undefined ? undefined : markOf(hold));
    if (marked === undefined) return stored.record;
    await replaceErasure(objects, stored, marked);
  }
  throw new PlatformError('conflict', { message: 'The record of the erasure is changed by others all the time.' });
}

/** Settles the marks of a person's open erasures, and drives on those that have lost theirs; their records as they stand then. */
export async function settleMarks(deps: ErasureDeps, lookupId: string): Promise<readonly ErasureRecord[]> {
  const settled: ErasureRecord[] = [];
  for (const before of await openErasuresOf(deps.objects, lookupId)) {
    const record = await settleMark(deps.objects, before.id, lookupId);
    if (before.hold !== undefined && record.hold === undefined) await driveAnew(deps, record.id);
    settled.push(record);
  }
  return settled;
}

/** Starts another execution at once, whatever became of the one before: it may have ended where the erasure rested. */
export async function driveAnew(deps: ErasureDeps, id: string): Promise<void> {
  await deps.objects.delete(partObject(id, 'execution'));
  await drive(deps, id);
}

/** What the record of an erasure says of a hold. */
function markOf({ id, mode, untilMs }: Hold): NonNullable<ErasureRecord['hold']> {
  return { id, mode, ...(untilMs === undefined ? {} : { untilMs }) };
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
