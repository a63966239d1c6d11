// Owns taking a rotation one bit further: a part of a scan, or a change of state. Cut off anywhere and repeated, it goes on from there.
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { EPOCH_REFRESH_MS } from '#shared/privacy/keys/epoch-keys.ts';
import {
  afterScan,
  inState,
  type RotationRecord,
  type RotationState,
} from '#shared/privacy/rotation/rotation-record.ts';
import { hardenErasures } from './harden-erasures.ts';
import { moveOn, stillNaming } from './keyring-passes.ts';
import type { RotationDeps } from './rotation-deps.ts';
import { findRotation, replaceRotation, type StoredRotation } from './rotation-objects.ts';
import { markEpoch } from './start-rotation.ts';

/** What became of it: how far the rotation is, and when to call again; 0 for at once. */
export interface RotationAdvanced {
  readonly record: RotationRecord;
  readonly againAfterSeconds: number;
}

/** A process takes up a new epoch within the time between its lists; a request that began before may take a minute more. */
const SPREAD_MS = EPOCH_REFRESH_MS + 60_000;
/** Keyrings in memory are read again after five minutes: until then somebody may need the former epoch to open one. */
const HELD_MS = 6 * 60_000;
/** So long the key version is only disabled. */
const TRIPWIRE_MS = DAY_MS;
/** Whoever waits for KMS to destroy a version looks this often. */
const LOOK_SECONDS = 1800;
/** What does not unwrap is looked at by people; whether they have is looked for this often. */
const DAMAGED_AGAIN_SECONDS = 3600;

/**
 * Takes a rotation further.
 * @throws PlatformError unknown_epoch; rotation_damaged, which people have to look at; conflict when another drives it, which passes
 */
export async function advanceRotation(deps: RotationDeps, epoch: string): Promise<RotationAdvanced> {
  const stored = await findRotation(deps.objects, epoch);
  if (stored === undefined) throw new PlatformError('unknown_epoch');
  return STEPS[stored.record.state](deps, stored);
}

type Step = (deps: RotationDeps, stored: StoredRotation) => Promise<RotationAdvanced>;

const STEPS: { readonly [State in RotationState]: Step } = {
  opened: (deps, stored) => after(deps, stored, SPREAD_MS, () => go(deps, stored, 'spread')),
  async spread(deps, stored) {
    const pass = await moveOn(deps, stored.record);
    const record = { ...stored.record, cursor: pass.cursor, moved: stored.record.moved + pass.moved };
    if (pass.damaged > 0) {
      deps.log.write('ERROR', 'keys cannot be moved to the next epoch', {
        code: 'rotation_damaged',
        count: pass.damaged,
      });
    }
    // Once more from the beginning, when people have had time to look.
    const stuck = pass.damaged + record.naming;
    if (!pass.done) return write(deps, stored, { ...record, naming: stuck }, 0);
    if (stuck > 0) return write(deps, stored, { ...record, cursor: '', naming: 0 }, DAMAGED_AGAIN_SECONDS);
    return write(deps, stored, { ...inState(record, 'rewrapped', deps.clock.now()), naming: 0, scanned: 0 }, 0);
  },
  rewrapped: (deps, stored) => prove(deps, stored, 'proved'),
  proved: (deps, stored) =>
    after(deps, stored, HELD_MS, async () => {
      await deps.versions.disable(stored.record.keyVersion);
      return go(deps, stored, 'disabled');
    }),
  disabled: (deps, stored) => after(deps, stored, TRIPWIRE_MS, () => prove(deps, stored, 'checked')),
  async checked(deps, stored) {
    await deps.versions.scheduleDestruction(stored.record.keyVersion);
    return go(deps, stored, 'scheduled');
  },
  async scheduled(deps, stored) {
    const { epoch, keyVersion } = stored.record;
    if ((await deps.versions.state(keyVersion)) !== 'destroyed') {
      return { record: stored.record, againAfterSeconds: LOOK_SECONDS };
    }
    await markEpoch(deps, epoch, 'destroyed');
    const nowMs = deps.clock.now();
    return write(deps, stored, { ...inState(stored.record, 'destroyed', nowMs), destroyedAtMs: nowMs }, 0);
  },
  async destroyed(deps, stored) {
    const pass = await hardenErasures(deps, stored.record.cursor);
    const addenda = stored.record.addenda + pass.hardened;
    if (!pass.done) return write(deps, stored, { ...stored.record, cursor: pass.cursor, addenda }, 0);
    return write(deps, stored, { ...inState(stored.record, 'told', deps.clock.now()), addenda }, 0);
  },
  told: async (_deps, { record }) => ({ record, againAfterSeconds: 0 }),
};

/** A part of a full scan; at its end the next state, or back to moving on what was found. */
async function prove(
  deps: RotationDeps,
  stored: StoredRotation,
  next: 'proved' | 'checked',
): Promise<RotationAdvanced> {
  const { record } = stored;
  const pass = await stillNaming(deps, record);
  const base = record.cursor === '' ? { scanned: 0, naming: 0 } : record;
  const counted = {
    ...record,
    cursor: pass.cursor,
    scanned: base.scanned + pass.scanned,
    naming: base.naming + pass.naming,
  };
  if (!pass.done) return write(deps, stored, counted, 0);
  if (counted.naming > 0) {
    deps.log.write('WARNING', 'keyrings still name an epoch that ends', { count: counted.naming, state: record.state });
    await deps.versions.enable(record.keyVersion);
  }
  return write(deps, stored, afterScan(counted, next, deps.clock.now()), 0);
}

async function after(
  deps: RotationDeps,
  { record }: StoredRotation,
  waitMs: number,
  then: () => Promise<RotationAdvanced>,
): Promise<RotationAdvanced> {
  const leftMs = record.sinceMs + waitMs - deps.clock.now();
  return leftMs > 0 ? { record, againAfterSeconds: Math.ceil(leftMs / 1000) } : then();
}

function go(deps: RotationDeps, stored: StoredRotation, state: RotationState): Promise<RotationAdvanced> {
  return write(deps, stored, inState(stored.record, state, deps.clock.now()), 0);
}

async function write(
  deps: RotationDeps,
  stored: StoredRotation,
  record: RotationRecord,
  againAfterSeconds: number,
): Promise<RotationAdvanced> {
  await replaceRotation(deps.objects, stored, record);
  if (record.state !== stored.record.state) {
    const { moved, scanned } = record;
    deps.log.write('INFO', 'the rotation of an epoch went on', { state: record.state, count: scanned, rows: moved });
  }
  return { record, againAfterSeconds };
}
