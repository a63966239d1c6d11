// Owns where catalogs are kept in the state bucket, and the pointer to the one that is applied.
import { z } from 'zod';
import { canonicalJson } from '../platform/canonical-json.ts';
import { type CatalogDigest, parseId } from '../platform/ids.ts';
import { parseJsonBytes } from '../platform/json-bytes.ts';

/** The pointer: written by the operator only after the cloud has everything that the catalog asks for. */
export const CURRENT_CATALOG_OBJECT = 'catalog/current';

/** The object that holds the compiled catalog of a digest. */
export function bundleObject(digest: CatalogDigest): string {
  return `catalog/${digest}/bundle.json`;
}

/** What the pointer says. */
export interface CurrentCatalog {
  readonly digest: CatalogDigest;
  /** RFC 3339. */
  readonly appliedAt: string;
}

export function encodeCurrentCatalog(current: CurrentCatalog): string {
  return canonicalJson(current);
}

const stored = z.object({ digest: z.string(), appliedAt: z.string() });

/** Reads the pointer; undefined when it is damaged. */
export function parseCurrentCatalog(body: Uint8Array): CurrentCatalog | undefined {
  const result = stored.safeParse(parseJsonBytes(body));
  const digest = result.success ? parseId('catalog', result.data.digest) : undefined;
  return result.success && digest !== undefined ? { digest, appliedAt: result.data.appliedAt } : undefined;
}
