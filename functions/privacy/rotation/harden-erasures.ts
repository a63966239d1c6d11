// Owns the addenda of certificates: once a key version that wrapped keys of an erased person is destroyed, the ledger says so.
import { addendumOf, certificateHash } from '#shared/privacy/erasure/certificate.ts';
import { advance } from '#shared/privacy/erasure/erasure.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { changeErasure, listErasures, readErasure } from '../erasures/erasure-objects.ts';
import { recordStep } from '../erasures/step-facts.ts';
import { findRotation } from './rotation-objects.ts';
import type { RotationDeps } from './rotation-deps.ts';
import { listEpochs } from './start-rotation.ts';

/** What a part of the pass came to. */
export interface HardenPass {
  readonly cursor: string;
  readonly done: boolean;
  /** Erasures all of whose key versions are destroyed now. */
  readonly hardened: number;
}

const BUDGET_MS = 20_000;
/** Sorts behind any id, and before the next. */
const BEHIND = '~';

/** Goes over the certified erasures from a cursor on. All destroyed epochs count, so one that was certified late is caught up with. */
export async function hardenErasures(deps: RotationDeps, cursor: string): Promise<HardenPass> {
  const untilMs = deps.clock.now() + BUDGET_MS;
  const destroyed = await destroyedEpochs(deps);
  let hardened = 0;
  for await (const { id, state } of listErasures(deps.objects, cursor === '' ? '' : `${cursor}${BEHIND}`)) {
    if (state !== 'certified') continue;
    if (await harden(deps, id, destroyed)) hardened += 1;
    if (deps.clock.now() >= untilMs) return { cursor: id, done: false, hardened };
  }
  return { cursor: '', done: true, hardened };
}

/** When each destroyed epoch was found destroyed. */
async function destroyedEpochs(deps: RotationDeps): Promise<ReadonlyMap<string, number>> {
  const destroyed = new Map<string, number>();
  for (const { record } of await listEpochs(deps)) {
    if (record.state !== 'destroyed') continue;
    const rotation = await findRotation(deps.objects, record.id);
    destroyed.set(record.id, rotation?.record.destroyedAtMs ?? rotation?.record.sinceMs ?? deps.clock.now());
  }
  return destroyed;
}

/** Adds the addenda that can be added; true when these were the last. */
async function harden(deps: RotationDeps, id: string, destroyed: ReadonlyMap<string, number>): Promise<boolean> {
  const { record } = await readErasure(deps.objects, id);
  const epochs = epochsOf(record);
  const { certified } = record.steps;
  if (certified === undefined || epochs.size === 0) return false;
  const addenda: number[] = [];
  let atMs = 0;
  for (const [epoch, keyVersion] of epochs) {
    const destroyedAtMs = destroyed.get(epoch);
    if (destroyedAtMs === undefined) continue;
    const certificate = certificateHash(await deps.ledger.read(certified.sequence));
    // Under a name of its own, so that it is added once; it cannot stand before its certificate.
    const entry = await deps.ledger.append(`${id}/${epoch}`, certified.sequence + 1, (place) =>
      addendumOf({ certificate, epoch, keyVersion }, destroyedAtMs, place),
    );
    addenda.push(entry.body.sequence);
    atMs = Math.max(atMs, destroyedAtMs);
  }
  if (addenda.length < epochs.size) return false;
  // Told before it is recorded: whoever is cut off in between comes past again and tells the same.
  const advanced = advance(record, 'hardened', { addenda }, atMs);
  if (advanced.kind !== 'advanced') return false;
  await recordStep(deps.facts, advanced.record, 'hardened');
  await changeErasure(deps.objects, id, (each) => {
    const again = advance(each, 'hardened', { addenda }, atMs);
    return again.kind === 'advanced' ? again.record : undefined;
  });
  return true;
}

function epochsOf({ steps }: ErasureRecord): ReadonlyMap<string, string> {
  const epochs = (steps.shredded?.keyrings ?? []).flatMap((keyring) => keyring.epochs);
  return new Map(epochs.map(({ id, keyVersion }) => [id, keyVersion]));
}
