// Owns telling which catalog is in force, and whether this version of the operator asks for what was applied then.
import type { CatalogStatus, PastCatalogs } from '#shared/catalog/operator/report.ts';
import { wantedDigest, wantedResources } from '#shared/catalog/operator/wanted.ts';
import type { ApplyParts } from './apply.ts';

/** Reads small objects only, never the cloud's resources: drift does not show here. */
export async function catalogStatus({ catalogs, surroundings }: ApplyParts): Promise<CatalogStatus> {
  const inForce = await catalogs.inForce();
  if (inForce === undefined) return { digest: null, current: false };
  const { digest, appliedAt } = inForce.current;
  const [catalog, applied] = await Promise.all([catalogs.bundle(digest), catalogs.appliedRecord(digest)]);
  const current = applied?.resources === wantedDigest(wantedResources(catalog, surroundings()));
  return { digest, appliedAt, current, ...(applied?.sources === undefined ? {} : { sources: applied.sources }) };
}

const MOST_TOLD = 50;

/** The catalogs that were in force lately. */
export async function pastCatalogs({ catalogs }: ApplyParts): Promise<PastCatalogs> {
  const [inForce, past] = await Promise.all([catalogs.inForce(), catalogs.everInForce('')]);
  const told = past.slice(0, MOST_TOLD);
  return {
    catalogs: told.map((one) => ({ ...one, inForce: one.digest === inForce?.current.digest })),
  };
}
