// Owns the step that looks for a legal hold: while there is one the erasure rests, and with it the keys where the hold restricts them.
import { isHeld } from '#shared/privacy/erasure/erasure.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { isBeyond } from '#shared/privacy/erasure/erasure-states.ts';
import { freezeSubject } from '#shared/privacy/keys/forgetting.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { readErasure } from '../erasure-objects.ts';
import { forgettingDeps, orThrow } from '../forgetting-deps.ts';
import { settleMark } from '../hold-marks.ts';
import { readScope } from '../sealed-parts.ts';
import { recordStepTo, type Step, type StepTaken, takeStep } from '../take-step.ts';

/** Rests in `held` or `restricted` while a hold holds; else there is nothing to do. */
export async function takeHoldStep(deps: ErasureDeps, id: string): Promise<StepTaken> {
  const { record } = await readErasure(deps.objects, id);
  if (record.state === 'frozen' || isBeyond(record.state, 'frozen')) return { record, againAfterSeconds: 0 };
  // Nothing but a scoped erasure comes here; the step says so to whoever calls it out of order.
  if (record.steps.scoped === undefined) return takeStep(deps, id, outOfOrder);
  const { aead, scope } = await readScope(deps.objects, deps.keys.epochs, id);
  aead.close();
  const marked = await settleMark(deps.objects, id, scope.lookupId);
  if (!isHeld(marked, deps.clock.now())) return { record: marked, againAfterSeconds: 0 };
  return marked.hold?.mode === 'restrict' ? restrict(deps, marked, scope.lookupId) : rest(deps, marked, 'held');
}

async function restrict(deps: ErasureDeps, record: ErasureRecord, lookupId: string): Promise<StepTaken> {
  // The withdrawal of one purpose leaves the others in use, so nothing is frozen for it.
  if (record.purpose === undefined) orThrow(await freezeSubject(forgettingDeps(deps), lookupId));
  deps.keys.keyrings.forget(lookupId);
  return rest(deps, record, 'restricted');
}

async function rest(deps: ErasureDeps, record: ErasureRecord, state: 'held' | 'restricted'): Promise<StepTaken> {
  const hold = record.hold?.id ?? '';
  if (record.state === state && record.steps[state]?.hold === hold)
    return { record, againAfterSeconds: 0, rests: true };
  const taken = await recordStepTo(deps, record.id, state, { hold });
  return { ...taken, rests: true };
}

const outOfOrder: Step<'held'> = { state: 'held', work: async () => ({ kind: 'rest' }) };
