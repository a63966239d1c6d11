// Owns the step that finds out what has to be done to every table, from the catalog in force.
import { planScope } from '#shared/privacy/erasure/scope-plan.ts';
import { scopeOf } from '../catalog-scope.ts';
import type { Step } from '../take-step.ts';

export const scopeStep: Step<'scoped'> = {
  state: 'scoped',
  async work({ catalog }) {
    return { kind: 'report', report: { plan: planScope(scopeOf(await catalog())) } };
  },
};
