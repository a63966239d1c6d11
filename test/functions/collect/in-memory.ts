/** What collect needs, over stores in memory: an epoch open, the catalog of this repository applied, and a write key. */
import type { CollectParts } from '#functions/collect/collect.ts';
import { collectInMemory } from '#functions/collect/testing/in-memory.ts';
import { systemClock } from '#shared/platform/clock.ts';
import type { MemoryObjectStore } from '#shared/platform/memory-object-store.ts';
import { repositoryCatalog, SECRET, WRITE_KEY } from './test-app.ts';

/** Parts with the real clock and timers, a publisher that acknowledges at once, and no log; a test puts its own in their place. */
export function partsInMemory(clock = systemClock): Promise<CollectParts & { readonly state: MemoryObjectStore }> {
  return collectInMemory({ catalog: repositoryCatalog(), secret: SECRET, writeKey: WRITE_KEY, clock });
}
