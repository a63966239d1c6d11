/** What collect needs on a cloud before it can serve: buckets, keys, an applied catalog with its topics, and a write key. */
import { PubSub } from '@google-cloud/pubsub';
import { bundleOf, type Catalog, eventTypesOf } from '#shared/catalog/catalog.ts';
import { eventTopic, FAILED_EVENTS_TOPIC } from '#shared/catalog/names.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { layBase } from '#shared/gcp/base/lay.ts';
import { keyStoresOf, layFirstEpoch } from '#shared/gcp/key-stores.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { bucketName } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { systemClock } from '#shared/platform/clock.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { overwrite, putWriteKey, REGION, SECRET, WRITE_KEY } from './test-app.ts';

/** Lays what collect needs, without a catalog. */
export async function layForCollect(projectId: string): Promise<ObjectStore> {
  const place = { projectId, region: REGION };
  const kinds = new Set(['bucket', 'key-ring', 'crypto-key']);
  await layBase(
    baseResources(place).filter(({ kind }) => kinds.has(kind)),
    place,
  );
  await layFirstEpoch(keyStoresOf(place), systemClock);
  const state = createObjectStore(bucketName('state', projectId));
  await putWriteKey(state, SECRET, WRITE_KEY);
  return state;
}

/** Does what the operator does: the topics first, then the bundle, then the pointer. */
export async function applyCatalog(state: ObjectStore, catalog: Catalog): Promise<void> {
  const pubsub = new PubSub();
  const topics = [...eventTypesOf(catalog).map(({ id }) => eventTopic(id)), FAILED_EVENTS_TOPIC];
  const [present] = await pubsub.getTopics();
  const names = new Set(present.map(({ name }) => name.split('/').at(-1)));
  await Promise.all(topics.filter((topic) => !names.has(topic)).map((topic) => pubsub.createTopic(topic)));
  await pubsub.close();
  const { digest, text } = bundleOf(catalog);
  await state.create(bundleObject(digest), text);
  const pointer = encodeCurrentCatalog({ digest, appliedAt: new Date().toISOString() });
  await overwrite(state, CURRENT_CATALOG_OBJECT, pointer);
}
