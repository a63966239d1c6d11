// Owns the steps by the verbs under which a workflow calls them, in the order in which it does.
import type { ErasureDeps } from '../erasure-deps.ts';
import { readOpen, subjectName } from '../erasure-objects.ts';
import { finish } from '../finish.ts';
import { findScope } from '../sealed-parts.ts';
import { type StepTaken, takeStep } from '../take-step.ts';
import { certifyStep } from './certify-step.ts';
import { cleanStep } from './clean-step.ts';
import { freezeStep } from './freeze-step.ts';
import { proveStep } from './prove-step.ts';
import { scopeStep } from './scope-step.ts';
import { takeExportStep } from './export-step.ts';
import { takeHoldStep } from './hold-step.ts';
import { shredStep } from './shred-step.ts';
import { tellStep } from './tell-step.ts';
import { verifyStep } from './verify-step.ts';
import { waitStep } from './wait-step.ts';

export const STEP_VERBS = [
  'verify',
  'scope',
  'hold',
  'export',
  'freeze',
  'shred',
  'wait',
  'clean',
  'tell',
  'prove',
  'certify',
] as const;
export type StepVerb = (typeof STEP_VERBS)[number];

/** Takes the step of a verb. @throws PlatformError as `takeStep` */
export function takeStepOf(deps: ErasureDeps, id: string, verb: StepVerb): Promise<StepTaken> {
  switch (verb) {
    case 'verify':
      return takeStep(deps, id, verifyStep);
    case 'hold':
      return takeHoldStep(deps, id);
    case 'export':
      return takeExportStep(deps, id);
    case 'tell':
      return takeStep(deps, id, tellStep);
    case 'scope':
      return takeStep(deps, id, scopeStep);
    case 'freeze':
      return takeStep(deps, id, freezeStep);
    case 'shred':
      return takeStep(deps, id, shredStep);
    case 'wait':
      return takeStep(deps, id, waitStep);
    case 'clean':
      return takeStep(deps, id, cleanStep);
    case 'prove':
      return takeStep(deps, id, proveStep);
    case 'certify':
      return certify(deps, id);
  }
}

/** Certifies and tidies up. The scope is read while its key is there: afterwards only the sweep finds the way to the entry. */
async function certify(deps: ErasureDeps, id: string): Promise<StepTaken> {
  const scope = await findScope(deps.objects, deps.keys.epochs, id);
  const taken = await takeStep(deps, id, certifyStep);
  const entry = scope === undefined ? undefined : await openOf(deps, scope.lookupId, taken.record);
  await finish(deps, taken.record, entry);
  return taken;
}

function openOf(
  { objects }: ErasureDeps,
  lookupId: string,
  { purpose }: StepTaken['record'],
): ReturnType<typeof readOpen> {
  return readOpen(objects, subjectName(lookupId, purpose));
}
