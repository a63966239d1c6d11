// Owns the passes of a rotation over everything that an epoch wraps: keyrings, and the keys of requests that are under way.
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { epochOfRequestKey, rewrapRequestKey } from '#shared/privacy/erasure/erasure-scope.ts';
import type { Epoch } from '#shared/privacy/keys/key-stores.ts';
import { namesEpoch, rewrapKeyring } from '#shared/privacy/keys/keyring-rewrap.ts';
import type { RotationRecord } from '#shared/privacy/rotation/rotation-record.ts';
import { requestKeys } from './request-keys.ts';
import type { RotationDeps } from './rotation-deps.ts';

/** A part of a pass. */
interface Part {
  /** Names up to this one are done. */
  readonly cursor: string;
  readonly done: boolean;
}

/** So long a call works before it answers; whoever drives the rotation calls again. */
const BUDGET_MS = 20_000;
/** Cloud Storage answers a read within tens of milliseconds, so this many at once are some thousand keyrings a second. */
const AT_ONCE = 64;

/** Moves keyrings and keys of requests on to the successor. `damaged`: they name the epoch and do not unwrap under it. */
export async function moveOn(
  deps: RotationDeps,
  { epoch, successor, cursor }: RotationRecord,
): Promise<Part & { readonly moved: number; readonly damaged: number }> {
  const [from, to] = [await epochOf(deps, epoch), await epochOf(deps, successor)];
  const counts = { moved: 0, damaged: 0 };
  const part = await inParts(deps, cursor, async (lookupId) => {
    const outcome = await rewrapKeyring(deps.keyrings, lookupId, from, to);
    if (outcome === 'moved') counts.moved += 1;
    // One that others keep writing is found by the proof, and moved by the next pass.
    if (outcome === 'damaged') counts.damaged += 1;
  });
  if (part.done) counts.damaged += await moveRequestKeys(deps.objects, from, to);
  return { ...part, ...counts };
}

/** Counts what still leads to the epoch. */
export async function stillNaming(
  deps: RotationDeps,
  { epoch, cursor }: RotationRecord,
): Promise<Part & { readonly scanned: number; readonly naming: number }> {
  const counts = { scanned: 0, naming: 0 };
  const part = await inParts(deps, cursor, async (lookupId) => {
    counts.scanned += 1;
    if (await namesEpoch(deps.keyrings, lookupId, epoch)) counts.naming += 1;
  });
  if (!part.done) return { ...part, ...counts };
  for await (const { name } of requestKeys(deps.objects)) {
    const stored = await deps.objects.read(name);
    if (stored !== undefined && epochOfRequestKey(stored.body) === epoch) counts.naming += 1;
  }
  return { ...part, ...counts };
}

async function inParts(
  { scan, clock }: RotationDeps,
  cursor: string,
  work: (lookupId: string) => Promise<void>,
): Promise<Part> {
  const untilMs = clock.now() + BUDGET_MS;
  let last = cursor;
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    await Promise.all(batch.map(work));
    last = batch.at(-1) ?? last;
    batch = [];
  };
  for await (const lookupId of scan.names(cursor)) {
    batch.push(lookupId);
    if (batch.length < AT_ONCE) continue;
    await flush();
    if (clock.now() >= untilMs) return { cursor: last, done: false };
  }
  await flush();
  return { cursor: last, done: true };
}

async function moveRequestKeys(objects: ObjectStore, from: Epoch, to: Epoch): Promise<number> {
  let damaged = 0;
  for await (const { name, requestId } of requestKeys(objects)) {
    const stored = await objects.read(name);
    const moved = stored === undefined ? 'elsewhere' : rewrapRequestKey(from, to, requestId, stored.body);
    if (moved === undefined) damaged += 1;
    // One that changed in between belongs to another attempt of its request, and is looked at by the proof.
    else if (moved !== 'elsewhere' && stored !== undefined) await objects.replace(name, stored.generation, moved);
  }
  return damaged;
}

async function epochOf({ epochs }: RotationDeps, id: string): Promise<Epoch> {
  const found = await epochs.find(id);
  if (found.kind === 'epoch') return found.epoch;
  throw new PlatformError('keys_unavailable', { message: `The epoch ${id} cannot be opened (${found.kind}).` });
}
