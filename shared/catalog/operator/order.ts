// Owns the order of changes: what others need comes first, and goes last.
import { RESOURCE_KINDS, type Resource, type ResourceId, resourceId, type WantedResource } from './resource.ts';

/**
 * Resources so that each comes after what must be there before it, otherwise as given.
 * Throws a TypeError when they wait for each other in a circle.
 */
export function rolloutOrder(want: readonly WantedResource[]): readonly WantedResource[] {
  const byId = new Map(want.map((wanted) => [resourceId(wanted.resource), wanted]));
  const ordered: WantedResource[] = [];
  const state = new Map<ResourceId, 'open' | 'done'>();
  const visit = (wanted: WantedResource): void => {
    const id = resourceId(wanted.resource);
    if (state.get(id) === 'done') return;
    if (state.get(id) === 'open') throw new TypeError(`${id} waits for itself`);
    state.set(id, 'open');
    for (const before of wanted.after) {
      const other = byId.get(before);
      if (other !== undefined) visit(other);
    }
    state.set(id, 'done');
    ordered.push(wanted);
  };
  for (const wanted of want) visit(wanted);
  return ordered;
}

/** A resource that is to go, and those that go before it. */
export interface Leaving {
  readonly resource: Resource;
  readonly after: readonly ResourceId[];
}

/**
 * Resources so that whatever may use another goes before it: kind by kind against the order in which they were made. Access
 * to a table that goes as well needs no change of its own.
 */
export function deletionOrder(resources: readonly Resource[]): readonly Leaving[] {
  const tables = new Set(resources.filter(({ kind }) => kind === 'table').map(({ name }) => name));
  const leaving = resources.filter(({ kind, name }) => kind !== 'access' || !tables.has(name));
  let before: readonly ResourceId[] = [];
  return RESOURCE_KINDS.toReversed().flatMap((kind) => {
    const ofKind = leaving.filter((resource) => resource.kind === kind).sort((a, b) => (a.name < b.name ? -1 : 1));
    const after = before;
    if (ofKind.length > 0) before = ofKind.map(resourceId);
    return ofKind.map((resource) => ({ resource, after }));
  });
}
