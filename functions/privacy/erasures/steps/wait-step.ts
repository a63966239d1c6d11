// Owns the step that waits out the revocation bound: whoever drives the erasure sleeps, this only looks at the clock.
import type { Step } from '../take-step.ts';

export const waitStep: Step<'waited'> = {
  state: 'waited',
  async work({ keys, clock }, record) {
    const endsAtMs = (record.steps.shredded?.atMs ?? clock.now()) + keys.boundMs;
    const leftMs = endsAtMs - clock.now();
    if (leftMs > 0) return { kind: 'again', afterSeconds: Math.ceil(leftMs / 1000) };
    return { kind: 'report', report: { boundMs: keys.boundMs } };
  },
};
