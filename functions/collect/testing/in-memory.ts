// Owns what collect needs, over stores in memory: an epoch open, a catalog applied, a write key; nothing leaves the process.
import { randomBytes } from 'node:crypto';
import { bundleOf, type Catalog } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { type WriteKey, writeKeyObject } from '#shared/events/write-key.ts';
import { type Clock, systemClock } from '#shared/platform/clock.ts';
import { type MemoryObjectStore, memoryObjectStore } from '#shared/platform/memory-object-store.ts';
import { memoryOpeningStores } from '#shared/privacy/keys/memory-stores.ts';
import type { CollectParts } from '../collect.ts';
import { everyByTimer } from '../every.ts';

/** What is in the stores at the start. */
export interface MemoryContents {
  readonly catalog: Catalog;
  readonly secret: string;
  readonly writeKey: WriteKey;
  readonly clock?: Clock;
}

/** A revocation bound in which no test ends; the least that a catalog may promise is less. */
export const MEMORY_REVOCATION_BOUND_MS = 365_000;

/** Parts with real timers, a publisher that acknowledges at once, and no log; whoever needs others puts them in their place. */
export async function collectInMemory({
  catalog,
  secret,
  writeKey,
  clock = systemClock,
}: MemoryContents): Promise<CollectParts & { readonly state: MemoryObjectStore }> {
  const state = memoryObjectStore();
  const { digest, text } = bundleOf(catalog);
  await state.create(bundleObject(digest), text);
  await state.create(CURRENT_CATALOG_OBJECT, encodeCurrentCatalog({ digest, appliedAt: '2026-08-01T00:00:00.000Z' }));
  await state.create(writeKeyObject(secret) ?? '', JSON.stringify(writeKey));
  return {
    projectId: 'p',
    state,
    keys: await memoryOpeningStores(clock),
    keptBecauseOf: async () => [],
    publisher: { publish: async () => 'acknowledged', close: async () => undefined },
    announceFinishing: async () => undefined,
    identify: async () => undefined,
    revocationBoundMs: MEMORY_REVOCATION_BOUND_MS,
    every: everyByTimer,
    clock,
    random: Math.random,
    randomBytes,
    log: { write: () => undefined },
  };
}
