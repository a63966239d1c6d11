// Owns the step that waits until it is known that whoever asks may ask.
import { recordReceived } from '../step-facts.ts';
import type { Step } from '../take-step.ts';

export const verifyStep: Step<'verified'> = {
  state: 'verified',
  async work({ facts }, record) {
    // Here and not where the request is taken: whoever drives the erasure comes back until it is told.
    await recordReceived(facts, record);
    const { verification } = record;
    return verification === 'pending' ? { kind: 'rest' } : { kind: 'report', report: { by: verification } };
  },
};
