// Owns the way back to a catalog that was in force: the pointer moves, and nothing that holds data goes.
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { RollbackReport } from '#shared/catalog/operator/report.ts';
import { resourceId, type WantedResource } from '#shared/catalog/operator/resource.ts';
import { wantedResources } from '#shared/catalog/operator/wanted.ts';
import type { CatalogDigest } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { type ApplyParts, readableCatalog, type Tell } from './apply.ts';
import type { Catalogs, InForce } from './catalogs.ts';
import { execute } from './execute.ts';
import { makePlan } from './planning.ts';
import { withLease } from './under-lease.ts';

/**
 * Brings a catalog into force again: the one before, or the one whose digest begins as given. What came with the catalog that is
 * left stays (tables, topics, columns, wider limits of time), so that nothing is lost and the way forward is open. Only what the
 * older catalog asks for and the newer does not is looked for in the cloud, and made if somebody has taken it out.
 * @throws PlatformError catalog_missing, catalog_unknown, apply_failed, apply_in_progress, conflict
 */
export async function rollBack(
  prefix: string | undefined,
  parts: ApplyParts,
  tell: Tell = () => undefined,
): Promise<RollbackReport> {
  return withLease(parts, tell, async (lease) => {
    const { catalogs, clock } = parts;
    const inForce = await catalogs.inForce();
    if (inForce === undefined) throw new PlatformError('catalog_missing');
    const digest = await targetOf(prefix, inForce, catalogs);
    const from = inForce.current.digest;
    if (digest === from) return { digest, from, moved: false, made: 0 };
    const [catalog, record, before] = await Promise.all([
      catalogs.bundle(digest),
      catalogs.appliedRecord(digest),
      readableCatalog(inForce, catalogs),
    ]);
    if (record === undefined) throw neverInForce(digest);
    const made = await makeMissing({ digest, catalog, before }, { ...parts, stopped: lease.lost }, tell);
    if (!(await lease.renew())) throw new PlatformError('apply_in_progress');
    const nowMs = clock.now();
    await catalogs.moveTo(digest, inForce, nowMs);
    await catalogs.writeAppliedRecord(digest, record, formatTimestamp(nowMs));
    return { digest, from, moved: true, made };
  });
}

async function targetOf(prefix: string | undefined, { current }: InForce, catalogs: Catalogs): Promise<CatalogDigest> {
  if (prefix === undefined) {
    if (current.before !== undefined) return current.before;
    throw new PlatformError('catalog_unknown', {
      message: 'No catalog was in force before this one.',
      hint: 'Apply the declarations as they were: `git revert`, then `trib apply`.',
    });
  }
  const found = await catalogs.everInForce(prefix);
  const [only] = found;
  if (only === undefined) throw neverInForce(prefix);
  if (found.length === 1) return only.digest;
  throw new PlatformError('invalid_argument', {
    message: `The digests of ${found.length} catalogs begin with ${prefix}.`,
    hint: 'Give more digits of it.',
  });
}

function neverInForce(digest: string): PlatformError {
  return new PlatformError('catalog_unknown', {
    message: `No catalog ${digest} was ever in force.`,
    hint: 'List them with `trib rollback --list`; a catalog that is new is applied with `trib apply`.',
  });
}

interface Step {
  readonly digest: CatalogDigest;
  readonly catalog: Catalog;
  readonly before: Catalog | undefined;
}

/** @returns how many resources were made or changed */
async function makeMissing(
  { digest, catalog, before }: Step,
  parts: ApplyParts & { readonly stopped: () => boolean },
  tell: Tell,
): Promise<number> {
  const want = onlyNeededBefore(wantedResources(catalog, parts.surroundings()), before, parts);
  if (want.length === 0) return 0;
  const { plan } = await makePlan({ digest, catalog, want, before: undefined, deletions: [] }, parts.cloud);
  const harmless = plan.changes.filter(({ action, risk }) => risk === 'none' && action !== 'delete');
  const { done, failures, skipped } = await execute(harmless, { ...parts, tell });
  if (failures.length + skipped.length === 0) return done;
  throw new PlatformError('apply_failed', {
    message: `${failures.length + skipped.length} resources could not be made.`,
  });
}

/** What the newer catalog keeps is there: it could not have come into force otherwise. */
function onlyNeededBefore(
  want: readonly WantedResource[],
  after: Catalog | undefined,
  { surroundings }: ApplyParts,
): readonly WantedResource[] {
  if (after === undefined) return want;
  const there = new Set(wantedResources(after, surroundings()).map(({ resource }) => resourceId(resource)));
  return want.filter(({ resource }) => !there.has(resourceId(resource)));
}
