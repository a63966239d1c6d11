/** Puts a catalog of 1,800 event types in force on the cloud of the environment, without making what nobody sends to. */
import { bundleOf } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { bucketName } from '#shared/platform/base/names.ts';
import { overwrite } from '#test/functions/collect/test-app.ts';
import { catalogOfMany } from './catalog-1800-types.ts';

const store = createObjectStore(bucketName('state', process.env['GOOGLE_CLOUD_PROJECT'] ?? ''));
const { digest, text } = bundleOf(catalogOfMany());
await store.create(bundleObject(digest), text);
const current = encodeCurrentCatalog({ digest, appliedAt: new Date().toISOString() });
await overwrite(store, CURRENT_CATALOG_OBJECT, current);
process.exit(0);
