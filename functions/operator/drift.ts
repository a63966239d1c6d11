// Owns mending drift: what somebody changed in the cloud since the catalog in force was applied.
import type { ApplyReport } from '#shared/catalog/operator/report.ts';
import { wantedResources } from '#shared/catalog/operator/wanted.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { ApplyParts, Tell } from './apply.ts';
import { execute } from './execute.ts';
import { makePlan } from './planning.ts';
import { withLease } from './under-lease.ts';

/**
 * Makes anew what is missing and puts back what was changed, as long as nothing is lost by it; the rest is told. Nothing is
 * ever deleted.
 * @throws PlatformError catalog_missing before the first apply, apply_in_progress
 */
export async function mendDrift(parts: ApplyParts, tell: Tell): Promise<ApplyReport> {
  const startedMs = parts.clock.now();
  return withLease(parts, tell, async (lease) => {
    const inForce = await parts.catalogs.inForce();
    if (inForce === undefined) throw new PlatformError('catalog_missing');
    const { digest } = inForce.current;
    const catalog = await parts.catalogs.bundle(digest);
    const want = wantedResources(catalog, parts.surroundings());
    const { plan, report } = await makePlan({ digest, catalog, want, before: catalog, deletions: [] }, parts.cloud);
    const harmless = plan.changes.filter(({ action, risk }) => risk === 'none' && action !== 'delete');
    const { surprised: _reread, ...executed } = await execute(harmless, { ...parts, stopped: lease.lost, tell });
    const left = plan.changes.filter((change) => !harmless.includes(change)).map(({ id }) => id);
    return {
      ...executed,
      plan: report,
      outcome: outcomeOf(executed, plan.changes.length),
      skipped: [...executed.skipped, ...left],
      durationMs: parts.clock.now() - startedMs,
    };
  });
}

function outcomeOf(
  { failures, done }: { readonly failures: readonly unknown[]; readonly done: number },
  changes: number,
): ApplyReport['outcome'] {
  if (failures.length > 0) return 'failed';
  if (changes === 0) return 'unchanged';
  return done === changes ? 'applied' : 'refused';
}
