// Owns making a plan for a catalog: what it asks for against what the cloud has.
import type { Catalog } from '#shared/catalog/catalog.ts';
import { costNotes } from '#shared/catalog/operator/cost-notes.ts';
import type { Deletion } from '#shared/catalog/operator/deletion.ts';
import { type Plan, planChanges } from '#shared/catalog/operator/plan.ts';
import { declarationRefusals } from '#shared/catalog/operator/refusals.ts';
import { type PlanReport, reportOf } from '#shared/catalog/operator/report.ts';
import type { ResourceCloud } from '#shared/catalog/operator/resource-cloud.ts';
import type { WantedResource } from '#shared/catalog/operator/resource.ts';
import type { CatalogDigest } from '#shared/platform/ids.ts';

/** What a plan is asked for. */
export interface PlanRequest {
  readonly digest: CatalogDigest;
  readonly catalog: Catalog;
  readonly want: readonly WantedResource[];
  /** The catalog in force, if there is one that can be read. */
  readonly before: Catalog | undefined;
  readonly deletions: readonly Deletion[];
}

/** A plan and how it is told. */
export interface MadePlan {
  readonly plan: Plan;
  readonly report: PlanReport;
}

/** Reads the cloud and plans; changes nothing. */
export async function makePlan(request: PlanRequest, cloud: ResourceCloud): Promise<MadePlan> {
  const { catalog, want, before, deletions, digest } = request;
  const have = await cloud.read(want.map(({ resource }) => resource));
  const plan = planChanges({ want, have, deletions, refusals: declarationRefusals(before, catalog) });
  return { plan, report: reportOf(digest, plan, costNotes(catalog, plan.changes)) };
}
