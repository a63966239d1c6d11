// Owns bringing a catalog into force: alone, the cloud first, the pointer last, and only when everything succeeded.
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { Deletion } from '#shared/catalog/operator/deletion.ts';
import type { ApplyReport, PlanReport, Progress } from '#shared/catalog/operator/report.ts';
import type { ResourceCloud } from '#shared/catalog/operator/resource-cloud.ts';
import type { WantedResource } from '#shared/catalog/operator/resource.ts';
import { type Surroundings, wantedDigest, wantedResources } from '#shared/catalog/operator/wanted.ts';
import type { CatalogDigest } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { Catalogs, InForce } from './catalogs.ts';
import { execute } from './execute.ts';
import { makePlan, type PlanRequest } from './planning.ts';
import { type LeaseParts, withLease } from './under-lease.ts';

export interface ApplyParts extends LeaseParts {
  readonly catalogs: Catalogs;
  readonly cloud: ResourceCloud;
  /** Read anew for each apply: workflows are files. */
  readonly surroundings: () => Surroundings;
  readonly random: () => number;
}

export interface ApplyRequest {
  readonly digest: CatalogDigest;
  readonly deletions: readonly Deletion[];
  readonly sources?: string | undefined;
}

/** Told what happens while it happens. */
export type Tell = (progress: Progress) => void;

/** When something was in the place of what was to be created, the cloud is read again; more often than this is no help. */
const MAX_ROUNDS = 3;

/**
 * Applies a catalog. Interrupted anywhere and asked again, it goes on: what is there already is not made again.
 * @throws PlatformError catalog_unknown, apply_in_progress, conflict; failures of single changes are in the report
 */
export async function applyCatalog(request: ApplyRequest, parts: ApplyParts, tell: Tell): Promise<ApplyReport> {
  const startedMs = parts.clock.now();
  const { digest, deletions, sources } = request;
  const catalog = await parts.catalogs.bundle(digest);
  return withLease(parts, tell, async (lease) => {
    const inForce = await parts.catalogs.inForce();
    const before = await readableCatalog(inForce, parts.catalogs);
    const want = wantedResources(catalog, parts.surroundings());
    const planned: PlanRequest = { digest, catalog, want, before, deletions };
    const changed = await changeCloud(planned, { ...parts, stopped: lease.lost }, tell);
    const failed = changed.outcome === 'failed' || changed.outcome === 'refused';
    if (!failed && !(await lease.renew())) throw new PlatformError('apply_in_progress');
    const entered = !failed && (await enterIntoForce(planned, { sources, inForce }, parts));
    const outcome = entered ? 'applied' : changed.outcome;
    return { ...changed, outcome, durationMs: parts.clock.now() - startedMs };
  });
}

/** What applying a catalog would change; changes nothing and waits for nobody. */
export async function planCatalog(request: Omit<ApplyRequest, 'sources'>, parts: ApplyParts): Promise<PlanReport> {
  const { digest, deletions } = request;
  const [catalog, inForce] = await Promise.all([parts.catalogs.bundle(digest), parts.catalogs.inForce()]);
  const before = await readableCatalog(inForce, parts.catalogs);
  const want = wantedResources(catalog, parts.surroundings());
  return (await makePlan({ digest, catalog, want, before, deletions }, parts.cloud)).report;
}

/** One that a newer version cannot read has nothing to say about what a change breaks. */
export async function readableCatalog(inForce: InForce | undefined, catalogs: Catalogs): Promise<Catalog | undefined> {
  if (inForce === undefined) return undefined;
  return catalogs.bundle(inForce.current.digest).catch((error: unknown) => {
    const lost = error instanceof PlatformError && ['catalog_corrupt', 'catalog_unknown'].includes(error.code);
    if (lost) return undefined;
    throw error;
  });
}

type Changed = Omit<ApplyReport, 'durationMs'>;

async function changeCloud(
  request: PlanRequest,
  parts: ApplyParts & { readonly stopped: () => boolean },
  tell: Tell,
): Promise<Changed> {
  let first: PlanReport | undefined;
  let done = 0;
  for (let round = 1; ; round += 1) {
    const { plan, report } = await makePlan(request, parts.cloud);
    first ??= report;
    const told = { plan: first, failures: [], skipped: [] };
    if (plan.refusals.length > 0) return { ...told, done, plan: report, outcome: 'refused' };
    if (plan.changes.length === 0) return { ...told, done, outcome: done === 0 ? 'unchanged' : 'applied' };
    tell({ kind: 'planned', plan: report });
    const { surprised, ...executed } = await execute(plan.changes, { ...parts, tell });
    done += executed.done;
    const failed = executed.failures.length + executed.skipped.length > 0;
    if (failed) return { ...executed, plan: first, done, outcome: 'failed' };
    if (!surprised || round === MAX_ROUNDS) return { ...told, done, outcome: 'applied' };
  }
}

/**
 * The pointer moves last: collectors adopt what it names, and must find every topic and column there.
 * @returns whether it moved
 */
async function enterIntoForce(
  { digest, catalog, want }: { readonly want: readonly WantedResource[] } & Pick<PlanRequest, 'digest' | 'catalog'>,
  { sources, inForce }: { readonly sources: string | undefined; readonly inForce: InForce | undefined },
  { catalogs, clock }: ApplyParts,
): Promise<boolean> {
  const nowMs = clock.now();
  const moves = inForce?.current.digest !== digest;
  await catalogs.recordFirstApplied(catalog, nowMs);
  const record = { resources: wantedDigest(want), sources };
  await catalogs.writeAppliedRecord(digest, record, moves ? formatTimestamp(nowMs) : undefined);
  if (!moves) return false;
  await catalogs.moveTo(digest, inForce, nowMs);
  return true;
}
