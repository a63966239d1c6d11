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
  /** What was in force before it, so that there is a way back without asking anybody. */
  readonly before?: CatalogDigest | undefined;
}

export function encodeCurrentCatalog(current: CurrentCatalog): string {
  return canonicalJson(current);
}

const stored = z.object({ digest: z.string(), appliedAt: z.string(), before: z.string().optional() });

/** Reads the pointer; undefined when it is damaged. */
export function parseCurrentCatalog(body: Uint8Array): CurrentCatalog | undefined {
  const result = stored.safeParse(parseJsonBytes(body));
  if (!result.success) return undefined;
  const digest = parseId('catalog', result.data.digest);
  const before = parseId('catalog', result.data.before ?? '');
  if (digest === undefined) return undefined;
  return { digest, appliedAt: result.data.appliedAt, ...(before === undefined ? {} : { before }) };
}
