// Owns putting a compiled catalog where the operator finds it.
import type { CatalogBundle } from '#shared/catalog/catalog.ts';
import { bundleObject } from '#shared/catalog/stored-catalog.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { bucketName } from '#shared/platform/base/names.ts';

/** Uploads a bundle unless it is there; the environment says which cloud. One that is damaged is replaced. */
export async function uploadBundle({ digest, text }: CatalogBundle, projectId: string): Promise<void> {
  const store = createObjectStore(bucketName('state', projectId));
  const name = bundleObject(digest);
  const created = await store.create(name, text);
  if (created.kind === 'created') return;
  const found = await store.read(name);
  if (found !== undefined && found.body.toString('utf8') !== text) await store.replace(name, found.generation, text);
}
