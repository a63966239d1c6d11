// Owns where rotations are kept: `rotations/<epoch>` in the state bucket, for ever.
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { encodeRotation, parseRotation, type RotationRecord } from '#shared/privacy/rotation/rotation-record.ts';

const PREFIX = 'rotations/';

export interface StoredRotation {
  readonly record: RotationRecord;
  readonly generation: string;
}

/** The rotation of an epoch. @throws PlatformError corrupt */
export async function findRotation(objects: ObjectStore, epoch: string): Promise<StoredRotation | undefined> {
  const stored = await objects.read(`${PREFIX}${epoch}`);
  if (stored === undefined) return undefined;
  const record = parseRotation(stored.body);
  if (record === undefined) throw new PlatformError('corrupt', { message: 'The record of a rotation is damaged.' });
  return { record, generation: stored.generation };
}

/** Stores a rotation that begins, or finds the one that has. */
export async function createRotation(objects: ObjectStore, record: RotationRecord): Promise<RotationRecord> {
  await objects.create(`${PREFIX}${record.epoch}`, encodeRotation(record), { state: record.state });
  return (await findRotation(objects, record.epoch))?.record ?? record;
}

/** Writes a record over the one that was read. @throws PlatformError conflict when somebody else drives the rotation, too */
export async function replaceRotation(
  objects: ObjectStore,
  before: StoredRotation,
  record: RotationRecord,
): Promise<StoredRotation> {
  const name = `${PREFIX}${record.epoch}`;
  const replaced = await objects.replace(name, before.generation, encodeRotation(record), { state: record.state });
  if (replaced.kind === 'conflict') throw new PlatformError('conflict');
  return { record, generation: replaced.generation };
}

/** All rotations, oldest epoch first. */
export async function* listRotations(objects: ObjectStore): AsyncGenerator<RotationRecord> {
  for await (const { name } of objects.list(PREFIX)) {
    const found = await findRotation(objects, name.slice(PREFIX.length));
    if (found !== undefined) yield found.record;
  }
}
