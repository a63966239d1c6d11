// Owns an operator over a cloud in memory, with a clock that only pauses move.
import { bundleOf, type Catalog } from '#shared/catalog/catalog.ts';
import { bundleObject } from '#shared/catalog/stored-catalog.ts';
import type { Progress } from '#shared/catalog/operator/report.ts';
import type { ResourceCloud } from '#shared/catalog/operator/resource-cloud.ts';
import type { CatalogDigest } from '#shared/platform/ids.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import type { ApplyParts } from '#functions/operator/apply.ts';
import { createCatalogs } from '#functions/operator/catalogs.ts';
import { type MemoryCloud, memoryCloud } from '#test/shared/catalog/operator/memory-cloud.ts';
import { memoryObjectStore } from '#shared/platform/memory-object-store.ts';

/** 2026-08-01T12:00:00Z. */
export const NOW_MS = Date.UTC(2026, 7, 1, 12);

/** An operator that is killed at its n-th effect on cloud or bucket: that call and all later ones never come back. */
export function killedAt(effect: number, { cloud, store, parts }: World): { parts: ApplyParts; dead: Promise<void> } {
  let count = 0;
  let die = (): void => undefined;
  const dead = new Promise<void>((resolve) => {
    die = resolve;
  });
  const step = async (): Promise<void> => {
    count += 1;
    if (count < effect) return;
    die();
    await new Promise(() => undefined);
  };
  const dyingStore: ObjectStore = {
    ...store,
    read: async (name) => (await step(), store.read(name)),
    create: async (name, body, labels) => (await step(), store.create(name, body, labels)),
    replace: async (name, generation, body, labels) => (await step(), store.replace(name, generation, body, labels)),
    delete: async (name, generation) => (await step(), store.delete(name, generation)),
  };
  const dyingCloud: ResourceCloud = {
    read: async (want) => (await step(), cloud.read(want)),
    create: async (resource) => (await step(), cloud.create(resource)),
    update: async (before, target) => (await step(), cloud.update(before, target)),
    remove: async (resource) => (await step(), cloud.remove(resource)),
  };
  return { parts: { ...parts, store: dyingStore, catalogs: createCatalogs(dyingStore), cloud: dyingCloud }, dead };
}

export interface World {
  readonly parts: ApplyParts;
  readonly cloud: MemoryCloud;
  readonly store: ObjectStore;
  readonly told: Progress[];
  readonly tell: (progress: Progress) => void;
  readonly clock: { nowMs: number; now(): number };
  /** Every pause that somebody made, in milliseconds. */
  readonly pauses: number[];
  /** Puts a bundle into the state bucket. */
  upload(catalog: Catalog): Promise<CatalogDigest>;
}

export function createWorld(changes: Partial<ApplyParts> = {}): World {
  const cloud = memoryCloud();
  const store = memoryObjectStore();
  const told: Progress[] = [];
  const pauses: number[] = [];
  const clock = {
    nowMs: NOW_MS,
    now(): number {
      return this.nowMs;
    },
  };
  let ids = 0;
  const parts: ApplyParts = {
    cloud,
    store,
    catalogs: createCatalogs(store),
    surroundings: () => ({
      projectId: 'test-project',
      region: 'europe-north1',
      workflows: { tick: '# Starts what is due.\nmain:\n  steps: []\n' },
      workflowEnvironment: { TRIBUTARY_METADATA_URL: 'http://metadata' },
    }),
    clock,
    pause: (ms, until) => {
      // Renewals wait for the end of the work; time itself moves with every other pause.
      if (until !== undefined) return new Promise((resolve) => until.addEventListener('abort', () => resolve()));
      pauses.push(ms);
      clock.nowMs += ms;
      return Promise.resolve();
    },
    random: () => 1,
    newId: () => `attempt-${(ids += 1)}`,
    ending: () => false,
    ...changes,
  };
  return {
    parts,
    cloud,
    store,
    told,
    tell: (progress) => void told.push(progress),
    clock,
    pauses,
    async upload(catalog) {
      const { digest, text } = bundleOf(catalog);
      await store.create(bundleObject(digest), text);
      return digest;
    },
  };
}
