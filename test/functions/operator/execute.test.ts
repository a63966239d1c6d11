import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { execute } from '#functions/operator/execute.ts';
import { planChanges } from '#shared/catalog/operator/plan.ts';
import { resourceId } from '#shared/catalog/operator/resource.ts';
import type { ResourceCloud } from '#shared/catalog/operator/resource-cloud.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { foundResources, wantedResources } from '#test/shared/catalog/operator/universe.ts';

interface Watched {
  readonly cloud: ResourceCloud;
  /** Beginnings and ends of calls, in order: `+table a.b`, `-table a.b`. */
  readonly events: string[];
  most: number;
}

/** A cloud whose calls take turns in any order, and of which some fail for good. */
function watch(turns: readonly number[], failing: ReadonlySet<number>): Watched {
  const watched: Watched = { cloud: {} as ResourceCloud, events: [], most: 0 };
  let calls = 0;
  let open = 0;
  const step = async (id: string): Promise<void> => {
    const call = calls++;
    watched.events.push(`+${id}`);
    open += 1;
    watched.most = Math.max(watched.most, open);
    for (let turn = turns[call % turns.length] ?? 0; turn > 0; turn -= 1) await Promise.resolve();
    open -= 1;
    watched.events.push(`-${id}`);
    if (failing.has(call)) throw new PlatformError('cloud_refused');
  };
  const cloud: ResourceCloud = {
    read: () => Promise.resolve([]),
    create: async (resource) => (await step(resourceId(resource)), 'created'),
    update: (_before, target) => step(resourceId(target)),
    remove: (resource) => step(resourceId(resource)),
  };
  return Object.assign(watched, { cloud });
}

const quiet = { pause: () => Promise.resolve(), random: () => 0, tell: () => undefined, stopped: () => false };

test('whatever finishes first, nothing begins before what it waits for, and every change is accounted for', async () => {
  await fc.assert(
    fc.asyncProperty(
      wantedResources,
      foundResources,
      fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }),
      fc.uniqueArray(fc.nat(12), { maxLength: 3 }),
      async (want, have, turns, failing) => {
        const { changes } = planChanges({ want, have, deletions: [], refusals: [] });
        const watched = watch(turns, new Set(failing));
        const result = await execute(changes, { ...quiet, cloud: watched.cloud });
        const { events } = watched;
        const failed = new Set<string>(result.failures.map(({ resource }) => resource));
        const skipped = new Set<string>(result.skipped);
        assert.equal(result.done + failed.size + skipped.size, changes.length);
        for (const { id, after, action } of changes) {
          const begin = events.indexOf(`+${id}`);
          if (skipped.has(id)) assert.equal(begin, -1, `${id} was skipped and begun`);
          else for (const other of after) assert.ok(events.lastIndexOf(`-${other}`) < begin, `${id} after ${other}`);
          if (!skipped.has(id)) assert.ok(after.every((other) => !failed.has(other) && !skipped.has(other)));
          if (action === 'delete' && !skipped.has(id)) {
            const others = changes.filter((change) => change.action !== 'delete');
            assert.ok(others.every((change) => !failed.has(change.id) && !skipped.has(change.id)));
          }
        }
        assert.ok(watched.most <= 8);
      },
    ),
    { numRuns: 500 },
  );
});

test('work that is stopped begins nothing more, and what is under way is waited for', async () => {
  const resources = Array.from({ length: 30 }, (_, index) => ({
    kind: 'topic' as const,
    name: `t${index}`,
    regions: ['eu'],
    labels: {},
  }));
  const want = resources.map((resource) => ({ resource, by: 'a test', after: [] }));
  const { changes } = planChanges({ want, have: [], deletions: [], refusals: [] });
  const watched = watch([3], new Set());
  const result = await execute(changes, { ...quiet, cloud: watched.cloud, stopped: () => watched.events.length > 10 });
  assert.equal(watched.events.length, 2 * result.done);
  assert.ok(result.done >= 8 && result.done < 30, String(result.done));
  assert.equal(result.skipped.length, 30 - result.done);
});

test('many changes are made eight at a time', async () => {
  const want = Array.from({ length: 50 }, (_, index) => ({
    resource: { kind: 'topic' as const, name: `t${index}`, regions: ['eu'], labels: {} },
    by: 'a test',
    after: [],
  }));
  const watched = watch([5], new Set());
  await execute(planChanges({ want, have: [], deletions: [], refusals: [] }).changes, {
    ...quiet,
    cloud: watched.cloud,
  });
  assert.equal(watched.most, 8);
});

test('a failure that must not happen fails its change and no other', async () => {
  const resource = { kind: 'topic', name: 't', regions: ['eu'], labels: {} } as const;
  const { changes } = planChanges({
    want: [{ resource, by: 'a test', after: [] }],
    have: [],
    deletions: [],
    refusals: [],
  });
  const cloud = { ...watch([0], new Set()).cloud, create: () => Promise.reject(new TypeError('a mistake of ours')) };
  const result = await execute(changes, { ...quiet, cloud });
  assert.deepEqual(
    result.failures.map(({ code }) => code),
    ['internal'],
  );
});
