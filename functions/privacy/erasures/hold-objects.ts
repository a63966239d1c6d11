// Owns where legal holds are kept: one object for each person who is held, named by the lookup id.
import { z } from 'zod';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { HOLD_MODES } from '#shared/privacy/erasure/erasure-record.ts';

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

/** A hold as it was read, and the generation under which it goes. */
export interface StoredHold {
  readonly hold: Hold;
  readonly generation: string;
}

/** The hold of a subject, whether it still holds or not. @throws PlatformError corrupt */
export async function readHold(objects: ObjectStore, lookupId: string): Promise<StoredHold | undefined> {
  const stored = await objects.read(holdObject(lookupId));
  if (stored === undefined) return undefined;
  const parsed = holdRecord.safeParse(parseJsonBytes(stored.body));
  if (!parsed.success) throw new PlatformError('corrupt', { message: 'A legal hold is damaged.' });
  return { hold: parsed.data, generation: stored.generation };
}

/** Stores a hold; undefined when the subject has one. */
export async function createHold(objects: ObjectStore, lookupId: string, hold: Hold): Promise<StoredHold | undefined> {
  const created = await objects.create(holdObject(lookupId), canonicalJson(hold));
  return created.kind === 'created' ? { hold, generation: created.generation } : undefined;
}

/** Deletes that hold, and no other that has taken its place. */
export async function deleteHold(objects: ObjectStore, lookupId: string, { generation }: StoredHold): Promise<void> {
  await objects.delete(holdObject(lookupId), generation);
}

/** All holds; whom they are about is in no answer. */
export async function* listHolds(objects: ObjectStore): AsyncGenerator<Hold> {
  for await (const { name } of objects.list(PREFIX)) {
    const stored = await readHold(objects, name.slice(PREFIX.length));
    if (stored !== undefined) yield stored.hold;
  }
}

function holdObject(lookupId: string): string {
  return `${PREFIX}${lookupId}`;
}
