// Owns the catalog that privacy works by: the applied one, looked for whenever it matters, read once for each digest.
import { type Catalog, readBundle } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, parseCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import type { CatalogDigest } from '#shared/platform/ids.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

/**
 * Answers the catalog in force now. An erasure must not be scoped by an older one: what was applied since may have made a table
 * that holds something of the person.
 */
export function catalogInForce(
  state: Pick<ObjectStore, 'read'>,
  adopted: (catalog: Catalog) => void = () => undefined,
): () => Promise<Catalog> {
  let held: { readonly digest: CatalogDigest; readonly catalog: Catalog } | undefined;
  return async () => {
    const pointer = await state.read(CURRENT_CATALOG_OBJECT);
    if (pointer === undefined) throw new PlatformError('catalog_missing');
    const current = parseCurrentCatalog(pointer.body);
    if (current === undefined) throw new PlatformError('catalog_corrupt', { message: 'Its pointer is damaged.' });
    const { digest } = current;
    if (held?.digest === digest) return held.catalog;
    const bundle = await state.read(bundleObject(digest));
    if (bundle === undefined) throw new PlatformError('catalog_corrupt', { details: { digest } });
    const catalog = readBundle({ digest, text: bundle.body.toString('utf8') });
    held = { digest, catalog };
    adopted(catalog);
    return catalog;
  };
}
