// Owns taking one step of an erasure: whether it may be taken, its work, and the record of it; repeated, it finds its work done.
import { PlatformError } from '#shared/platform/platform-error.ts';
import { advance, type AdvanceRefusal } from '#shared/privacy/erasure/erasure.ts';
import type { ErasureRecord, ErasureStepName, StepReport } from '#shared/privacy/erasure/erasure-record.ts';
import { isBeyond, mayFollow } from '#shared/privacy/erasure/erasure-states.ts';
import { blockedBy } from '#shared/privacy/erasure/scope-plan.ts';
import type { ErasureDeps } from './erasure-deps.ts';
import { readErasure, replaceErasure, type StoredErasure } from './erasure-objects.ts';
import { ownerOf } from './erasure-view.ts';
import { recordBlocked, recordStep } from './step-facts.ts';

/** What the work of a step gives: its report, or word that it has to be called again. */
export type Worked<Name extends ErasureStepName> =
  | { readonly kind: 'report'; readonly report: StepReport<Name> }
  | { readonly kind: 'again'; readonly afterSeconds: number }
  /** Nothing goes on until people have done something, who then start another execution. */
  | { readonly kind: 'rest' };

/** A step. Its work may be cut off anywhere and is then done once more, maybe by two at the same time. */
export interface Step<Name extends ErasureStepName> {
  /** The state in which the erasure is afterwards. */
  readonly state: Name;
  work(deps: ErasureDeps, record: ErasureRecord): Promise<Worked<Name>>;
}

/** What calling a step came to. */
export interface StepTaken {
  readonly record: ErasureRecord;
  /** 0 when the step is taken; else how long to wait before it is called again. */
  readonly againAfterSeconds: number;
  /** Whether whoever drives the erasure should stop here. */
  readonly rests?: boolean;
}

/** How often owners of blocking endpoints are looked after: they mend a declaration and apply it, which takes minutes. */
const BLOCKED_AGAIN_SECONDS = 300;
const MAX_RACES = 10;

/**
 * Takes a step. The fact of it is recorded after the record, and again whenever the step is repeated, so that it is told at least
 * once.
 * @throws PlatformError conflict when the step does not follow; erasure_not_proved; and whatever the work throws
 */
export async function takeStep<Name extends ErasureStepName>(
  deps: ErasureDeps,
  id: string,
  step: Step<Name>,
): Promise<StepTaken> {
  const stored = await readErasure(deps.objects, id);
  if (isTaken(stored.record, step.state)) return taken(deps, stored.record, step.state);
  if (isBeyond(stored.record.state, step.state)) return { record: stored.record, againAfterSeconds: 0 };
  if (!mayBeTaken(stored.record, step.state)) {
    throw new PlatformError('conflict', { message: `${step.state} does not follow ${stored.record.state}.` });
  }
  const worked = await step.work(deps, stored.record);
  if (worked.kind === 'again') return { record: stored.record, againAfterSeconds: worked.afterSeconds };
  if (worked.kind === 'rest') return { record: stored.record, againAfterSeconds: 0, rests: true };
  return record(deps, stored, step.state, worked.report);
}

/** Records a step whose work is done. */
export async function recordStepTo<Name extends ErasureStepName>(
  deps: ErasureDeps,
  id: string,
  state: Name,
  report: StepReport<Name>,
): Promise<StepTaken> {
  return record(deps, await readErasure(deps.objects, id), state, report);
}

async function record<Name extends ErasureStepName>(
  deps: ErasureDeps,
  read: StoredErasure,
  state: Name,
  report: StepReport<Name>,
): Promise<StepTaken> {
  let stored = read;
  for (let race = 0; race < MAX_RACES; race += 1) {
    const advanced = advance(stored.record, state, report, deps.clock.now());
    if (advanced.kind === 'refused') return refused(stored.record, advanced.code, advanced.reason);
    if (advanced.kind === 'already') return taken(deps, advanced.record, state);
    if (await replaceErasure(deps.objects, stored, advanced.record)) return taken(deps, advanced.record, state);
    stored = await readErasure(deps.objects, read.record.id);
  }
  throw new PlatformError('conflict', { message: 'The record of the erasure is changed by others all the time.' });
}

/** Scoping is done when nothing blocks; until then each call plans anew. */
function isTaken(record: ErasureRecord, state: ErasureStepName): boolean {
  if (state === 'scoped' && record.state === 'scoped') return blockedBy(record.steps.scoped?.plan ?? []).length === 0;
  return record.steps[state] !== undefined;
}

function mayBeTaken(record: ErasureRecord, state: ErasureStepName): boolean {
  return mayFollow(record.state, state) || (state === 'scoped' && record.state === 'scoped');
}

async function taken(deps: ErasureDeps, record: ErasureRecord, state: ErasureStepName): Promise<StepTaken> {
  if (isTaken(record, state)) {
    await recordStep(deps.facts, record, state);
    return { record, againAfterSeconds: 0 };
  }
  await recordBlocked(deps.facts, record);
  await warnOwners(deps, record);
  return { record, againAfterSeconds: BLOCKED_AGAIN_SECONDS };
}

async function warnOwners(deps: ErasureDeps, { id, steps }: ErasureRecord): Promise<void> {
  const catalog = await deps.catalog();
  for (const item of blockedBy(steps.scoped?.plan ?? [])) {
    const about = { code: 'erasure_blocked', erasure: id, endpoint: item.endpoint, ...ownerOf(item, catalog) };
    deps.log.write('ERROR', 'an endpoint blocks an erasure', about);
  }
}

function refused(record: ErasureRecord, code: AdvanceRefusal, reason: string): StepTaken {
  switch (code) {
    case 'too_early':
      return { record, againAfterSeconds: 1 };
    case 'erasure_blocked':
      throw new PlatformError('erasure_blocked', { message: `Blocked: ${reason}.` });
    case 'erasure_held':
      throw new PlatformError('erasure_held', { message: `Held: ${reason}.` });
    case 'not_proved':
      throw new PlatformError('erasure_not_proved', { message: `Not proved: ${reason}.` });
    case 'out_of_order':
    case 'incomplete':
      throw new PlatformError('conflict', { message: `${reason}.` });
  }
}
