// Owns beginning the rotation of an epoch: its successor is open before anything else happens.
import { PlatformError } from '#shared/platform/platform-error.ts';
import { openEpoch } from '#shared/privacy/keys/epoch-keys.ts';
import { encodeEpoch, type EpochRecord, parseEpoch } from '#shared/privacy/keys/epoch-record.ts';
import { newRotation, type RotationRecord } from '#shared/privacy/rotation/rotation-record.ts';
import type { RotationDeps } from './rotation-deps.ts';
import { createRotation, findRotation } from './rotation-objects.ts';

interface StoredEpoch {
  readonly record: EpochRecord;
  readonly revision: string;
}

/** The rotation that is under way; else that of the open epoch if it is older than `epochMs`; undefined when there is nothing to do. */
export async function dueRotation(deps: RotationDeps, epochMs: number): Promise<RotationRecord | undefined> {
  const epochs = await listEpochs(deps);
  const oldest = epochs.find(({ record }) => record.state !== 'destroyed');
  if (oldest === undefined) throw new PlatformError('keys_unavailable', { message: 'No epoch is open.' });
  const isNewest = oldest === epochs.at(-1);
  const ageMs = deps.clock.now() - oldest.record.createdAtMs;
  return isNewest && ageMs < epochMs ? untold(deps, epochs) : startRotation(deps, oldest.record.id);
}

/** An epoch that is destroyed, of which not every certificate has its addendum yet. */
async function untold({ objects }: RotationDeps, epochs: readonly StoredEpoch[]): Promise<RotationRecord | undefined> {
  for (const { record } of epochs) {
    const found = record.state === 'destroyed' ? await findRotation(objects, record.id) : undefined;
    if (found !== undefined && found.record.state !== 'told') return found.record;
  }
  return undefined;
}

/**
 * Begins the rotation of an epoch, or finds it begun. Repeated after a crash it goes on from there; a key version that was made and not
 * recorded then wraps nothing.
 * @throws PlatformError unknown_epoch
 */
export async function startRotation(deps: RotationDeps, id: string): Promise<RotationRecord> {
  const begun = await findRotation(deps.objects, id);
  if (begun !== undefined) return begun.record;
  const epoch = (await listEpochs(deps)).find(({ record }) => record.id === id);
  if (epoch === undefined || epoch.record.state === 'destroyed') throw new PlatformError('unknown_epoch');
  const successor = await successorOf(deps, id);
  await markEpoch(deps, id, 'closing');
  const { keyVersion } = epoch.record;
  return createRotation(deps.objects, newRotation({ epoch: id, keyVersion, successor }, deps.clock.now()));
}

/** Puts an epoch into a later state of its life, or finds it there. */
export async function markEpoch(deps: RotationDeps, id: string, state: 'closing' | 'destroyed'): Promise<void> {
  for (;;) {
    const found = (await listEpochs(deps)).find(({ record }) => record.id === id);
    if (found === undefined) throw new PlatformError('unknown_epoch');
    if (found.record.state === state || found.record.state === 'destroyed') return;
    const written = await deps.epochStore.replace(id, encodeEpoch({ ...found.record, state }), found.revision);
    if (written.kind === 'written') return;
  }
}

async function successorOf(deps: RotationDeps, id: string): Promise<string> {
  for (;;) {
    const epochs = await listEpochs(deps);
    const newest = epochs.at(-1)?.record;
    if (newest !== undefined && newest.id > id && newest.state === 'open') return newest.id;
    const { epochStore: store, wrapper, clock } = deps;
    await openEpoch({ store, wrapper, clock }, newest?.id ?? id);
  }
}

/** Every epoch, oldest first. */
export async function listEpochs({ epochStore }: Pick<RotationDeps, 'epochStore'>): Promise<readonly StoredEpoch[]> {
  const stored = await epochStore.list();
  return stored
    .flatMap(({ bytes, revision }) => {
      const record = parseEpoch(bytes);
      return record === undefined ? [] : [{ record, revision }];
    })
    .sort((a, b) => (a.record.id < b.record.id ? -1 : 1));
}
