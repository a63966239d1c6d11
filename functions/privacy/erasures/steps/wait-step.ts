// Owns the step that waits out the revocation bound: whoever drives the erasure sleeps, this only looks at the clock.
import { markShred } from '#shared/privacy/erasure/shred-marks.ts';
import type { Step } from '../take-step.ts';

export const waitStep: Step<'waited'> = {
  state: 'waited',
  async work({ objects, keys, clock }, record) {
    const endsAtMs = (record.steps.shredded?.atMs ?? clock.now()) + keys.boundMs;
    const leftMs = endsAtMs - clock.now();
    if (leftMs > 0) return { kind: 'again', afterSeconds: Math.ceil(leftMs / 1000) };
    // Before the rows are cleaned: what a run staged out of values that it opened until now does not come after the cleaning.
    const derived = record.steps.scoped?.plan.some(({ action }) => action === 'row-delete') ?? false;
    if (derived) await markShred(objects, record.id, clock.now());
    return { kind: 'report', report: { boundMs: keys.boundMs } };
  },
};
