// Owns a cloud in memory for tests of the operator: it refuses what needs something that is not there, as Google does.
import type { ResourceCloud } from '#shared/catalog/operator/resource-cloud.ts';
import { type Resource, type ResourceId, resourceId } from '#shared/catalog/operator/resource.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

export interface MemoryCloud extends ResourceCloud {
  readonly resources: Map<ResourceId, Resource>;
  /** Every change in the order in which it was made: `create table a.b`. */
  readonly journal: string[];
  /** Called before each change; what it throws, the change fails with. */
  before: (what: string) => void | Promise<void>;
}

/** A cloud that holds these resources. `raw`, `staging` and `platform` are datasets of the base. */
export function memoryCloud(given: readonly Resource[] = []): MemoryCloud {
  const resources = new Map(given.map((resource) => [resourceId(resource), resource]));
  const journal: string[] = [];
  const cloud: MemoryCloud = {
    resources,
    journal,
    before: () => undefined,
    read: () => Promise.resolve([...resources.values()]),
    async create(resource) {
      await cloud.before(`create ${resourceId(resource)}`);
      for (const id of needs(resource)) require(resources, id);
      if (resources.has(resourceId(resource))) return 'exists';
      resources.set(resourceId(resource), resource);
      journal.push(`create ${resourceId(resource)}`);
      return 'created';
    },
    async update(_before, target) {
      await cloud.before(`update ${resourceId(target)}`);
      require(resources, resourceId(target));
      resources.set(resourceId(target), target);
      journal.push(`update ${resourceId(target)}`);
    },
    async remove(resource) {
      const id = resourceId(resource);
      await cloud.before(`delete ${id}`);
      const user = [...resources.values()].find((other) => holds(other, id));
      if (user !== undefined) throw new PlatformError('cloud_refused', { message: `${id} is in use` });
      resources.delete(id);
      if (resource.kind === 'table') resources.delete(`access ${resource.name}`);
      if (resource.kind === 'topic') orphan(resources, resource.name);
      journal.push(`delete ${id}`);
    },
  };
  return cloud;
}

const BASE = new Set(['raw', 'staging', 'platform']);

/** What must exist for a resource to be made. */
function needs(resource: Resource): readonly ResourceId[] {
  const dataset = resource.name.split('.')[0] ?? '';
  switch (resource.kind) {
    case 'table':
    case 'view':
      return BASE.has(dataset) ? [] : [`dataset ${dataset}`];
    case 'access':
      return [`table ${resource.name}`];
    case 'subscription':
      return [`topic ${resource.topic ?? '?'}`, `table ${resource.landing.table}`];
    default:
      return [];
  }
}

/** Whether a dataset still holds the resource. */
function holds(resource: Resource, id: ResourceId): boolean {
  return (resource.kind === 'table' || resource.kind === 'view') && id === `dataset ${resource.name.split('.')[0]}`;
}

function orphan(resources: Map<ResourceId, Resource>, topic: string): void {
  for (const [id, resource] of resources) {
    if (resource.kind === 'subscription' && resource.topic === topic)
      resources.set(id, { ...resource, topic: undefined });
  }
}

function require(resources: ReadonlyMap<ResourceId, Resource>, id: ResourceId): void {
  if (!resources.has(id)) throw new PlatformError('cloud_missing', { message: `${id} is not there` });
}
