// Owns loading Google's clients only when somebody asks for the cloud's resources: they take half a second.
import type { ResourceCloud } from '#shared/catalog/operator/resource-cloud.ts';

export interface LazyCloud extends ResourceCloud {
  /** Begins loading, because somebody will ask soon. */
  warm(): void;
}

/** A cloud that is loaded by the first call. A failure to load is that of every call, and is tried again by the next. */
export function lazyCloud(load: () => Promise<ResourceCloud>): LazyCloud {
  let loaded: Promise<ResourceCloud> | undefined;
  const cloud = (): Promise<ResourceCloud> => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
  return {
    warm: () => void cloud().catch(() => undefined),
    read: async (want) => (await cloud()).read(want),
    create: async (resource) => (await cloud()).create(resource),
    update: async (before, target) => (await cloud()).update(before, target),
    remove: async (resource) => (await cloud()).remove(resource),
  };
}
