/** What collect needs, over stores in memory: an epoch open, the catalog of this repository applied, and a write key. */
import { randomBytes } from 'node:crypto';
import type { CollectParts } from '#functions/collect/collect.ts';
import { everyByTimer } from '#functions/collect/every.ts';
import { bundleOf } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { openEpoch } from '#shared/privacy/keys/epoch-keys.ts';
import {
  memoryEpochStore,
  memoryKeyringStore,
  memoryKeyWrapper,
  memoryPepperStore,
  memoryRevocationFeed,
} from '#shared/privacy/keys/memory-stores.ts';
import { type MemoryObjectStore, memoryObjectStore } from '#test/shared/platform/memory-object-store.ts';
import { putWriteKey, repositoryCatalog, SECRET, WRITE_KEY } from './test-app.ts';

/** Parts with the real clock and timers, a publisher that acknowledges at once, and no log; a test puts its own in their place. */
export async function partsInMemory(
  clock = systemClock,
): Promise<CollectParts & { readonly state: MemoryObjectStore }> {
  const [state, epochs, wrapper] = [memoryObjectStore(), memoryEpochStore(), memoryKeyWrapper()];
  await openEpoch({ store: epochs, wrapper, clock });
  const { digest, text } = bundleOf(repositoryCatalog());
  await state.create(bundleObject(digest), text);
  await state.create(CURRENT_CATALOG_OBJECT, encodeCurrentCatalog({ digest, appliedAt: '2026-08-01T00:00:00.000Z' }));
  await putWriteKey(state, SECRET, WRITE_KEY);
  return {
    projectId: 'p',
    state,
    keys: {
      keyrings: memoryKeyringStore(),
      epochs,
      pepper: memoryPepperStore(),
      feed: memoryRevocationFeed(),
      wrapper,
      pepperVersion: await wrapper.createVersion(),
    },
    keptBecauseOf: async () => [],
    publisher: { publish: async () => 'acknowledged', close: async () => undefined },
    announceFinishing: async () => undefined,
    identify: async () => undefined,
    revocationBoundMs: 365_000,
    every: everyByTimer,
    clock,
    random: Math.random,
    randomBytes,
    log: { write: () => undefined },
  };
}
