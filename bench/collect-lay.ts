/** Lays the base on the cloud of the environment and applies the catalog of this repository, as `trib up` and the operator do. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { applyCatalog } from '#functions/operator/apply.ts';
import { createCatalogs } from '#functions/operator/catalogs.ts';
import { bundleOf } from '#shared/catalog/catalog.ts';
import { bundleObject } from '#shared/catalog/stored-catalog.ts';
import { layBase } from '#shared/gcp/base/lay.ts';
import { keyStoresOf, layFirstEpoch } from '#shared/gcp/key-stores.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { createResourceCloud } from '#shared/gcp/resources.ts';
import { bucketName } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { putWriteKey, REGION, repositoryCatalog, SECRET, WRITE_KEY } from '#test/functions/collect/test-app.ts';

const place = { projectId: process.env['GOOGLE_CLOUD_PROJECT'] ?? '', region: REGION };
// Nothing ticks meanwhile.
await layBase(
  baseResources(place).filter(({ kind }) => kind !== 'scheduler-job'),
  place,
);
await layFirstEpoch(keyStoresOf(place), systemClock);
const store = createObjectStore(bucketName('state', place.projectId));
await putWriteKey(store, SECRET, WRITE_KEY);
const { digest, text } = bundleOf(repositoryCatalog());
await store.create(bundleObject(digest), text);
const report = await applyCatalog(
  { digest, deletions: [] },
  {
    store,
    catalogs: createCatalogs(store),
    cloud: createResourceCloud(place),
    surroundings: () => ({ ...place, workflows: {}, workflowEnvironment: {} }),
    clock: systemClock,
    pause: (ms) => wait(ms),
    random: Math.random,
    newId: randomUUID,
    ending: () => false,
  },
  () => undefined,
);
if (report.outcome !== 'applied') throw new Error(`the catalog was not applied: ${JSON.stringify(report.failures)}`);
process.exit(0);
