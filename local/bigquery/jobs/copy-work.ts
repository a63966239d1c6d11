/** Runs copy jobs. */
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { CopyPlan } from './copy-configuration.ts';
import { queryError } from './job-error.ts';
import type { WorkResult } from './work.ts';

/** Copies in one atomic step. */
export async function workOnCopy(warehouse: Warehouse, plan: CopyPlan): Promise<WorkResult> {
  const outcome = await warehouse.copy(plan);
  if (outcome.kind === 'failed') return { kind: 'failed', error: queryError(outcome.error) };
  return { kind: 'done', statistics: { copy: { copiedRows: String(outcome.value.copiedRows) } } };
}
