import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Change, type Plan, planChanges } from '#shared/catalog/operator/plan.ts';
import {
  HOLDS_DATA,
  isManaged,
  type Resource,
  resourceId,
  type WantedResource,
} from '#shared/catalog/operator/resource.ts';
import { type MemoryCloud, memoryCloud } from './memory-cloud.ts';
import { foundResources, wantedResources } from './universe.ts';

const RUNS = { numRuns: 2000 };

test('carrying out a plan gives what is wanted, and the next plan is empty', async () => {
  let carriedOut = 0;
  await fc.assert(
    fc.asyncProperty(wantedResources, foundResources, async (want, have) => {
      const plan = planFor(want, have, 'approved');
      fc.pre(plan.refusals.length === 0);
      carriedOut += 1;
      const cloud = memoryCloud(have);
      for (const change of plan.changes) await make(cloud, change);
      const after = [...cloud.resources.values()];
      const next = planFor(want, after, 'none');
      assert.deepEqual([next.changes, next.refusals], [[], []]);
      assert.equal(next.unchanged, want.length);
      const wanted = new Set(want.map(({ resource }) => resourceId(resource)));
      for (const resource of after) {
        assert.ok(wanted.has(resourceId(resource)) || !isManaged(resource) || resource.kind === 'dataset');
      }
    }),
    RUNS,
  );
  assert.ok(carriedOut > 200, `only ${carriedOut} plans could be carried out`);
});

test('what others made and nobody wants is in no change', () => {
  fc.assert(
    fc.property(wantedResources, foundResources, (want, have) => {
      const wanted = new Set(want.map(({ resource }) => resourceId(resource)));
      const theirs = have.filter((resource) => !isManaged(resource) && !wanted.has(resourceId(resource)));
      const touched = new Set(planFor(want, have, 'approved').changes.map(({ id }) => id));
      for (const resource of theirs) assert.ok(!touched.has(resourceId(resource)));
    }),
    RUNS,
  );
});

test('nothing that holds data goes without an approval, and every approval that is missing is named', () => {
  fc.assert(
    fc.property(wantedResources, foundResources, (want, have) => {
      const plan = planFor(want, have, 'none');
      for (const change of plan.changes) {
        const named = plan.refusals.filter(({ subject }) => subject === change.id).map(({ code }) => code);
        if (change.risk === 'none') assert.deepEqual(named, [], change.id);
        else assert.ok(named.includes(change.risk === 'forbidden' ? 'breaking_change' : 'deletion_not_approved'));
        const loses = change.action === 'delete' && HOLDS_DATA.has(change.before.kind);
        if (loses || change.action === 'replace' || shortens(change)) assert.notEqual(change.risk, 'none', change.id);
      }
      const approved = planFor(want, have, 'approved').refusals;
      assert.ok(approved.every(({ code }) => code === 'breaking_change'));
    }),
    RUNS,
  );
});

test('no column is ever taken out of a table, and none changes its type', () => {
  fc.assert(
    fc.property(wantedResources, foundResources, (want, have) => {
      for (const change of planFor(want, have, 'approved').changes) {
        if (change.action !== 'update' || change.before.kind !== 'table' || change.target.kind !== 'table') continue;
        const { columns } = change.target;
        for (const column of change.before.columns) {
          assert.equal(columns.find(({ name }) => name === column.name)?.type, column.type);
        }
      }
    }),
    RUNS,
  );
});

test('every change comes after those that it waits for, and deletions come last', () => {
  fc.assert(
    fc.property(wantedResources, foundResources, (want, have) => {
      const { changes } = planFor(want, have, 'approved');
      const places = new Map(changes.map(({ id }, index) => [id, index]));
      for (const [index, { id, after }] of changes.entries()) {
        for (const before of after) assert.ok((places.get(before) ?? Infinity) < index, `${id} after ${before}`);
      }
      const firstDeletion = changes.findIndex(({ action }) => action === 'delete');
      if (firstDeletion >= 0) assert.ok(changes.slice(firstDeletion).every(({ action }) => action === 'delete'));
    }),
    RUNS,
  );
});

function planFor(want: readonly WantedResource[], have: readonly Resource[], approvals: 'approved' | 'none'): Plan {
  const ids = approvals === 'none' ? [] : [...have, ...want.map(({ resource }) => resource)].map(resourceId);
  const deletions = ids.map((resource) => ({ resource, reason: 'a test', approvedBy: 'team-a' }));
  return planChanges({ want, have, deletions, refusals: [] });
}

async function make(cloud: MemoryCloud, change: Change): Promise<void> {
  switch (change.action) {
    case 'create':
      assert.equal(await cloud.create(change.target), 'created');
      return;
    case 'update':
      await cloud.update(change.before, change.target);
      return;
    case 'replace':
      await cloud.remove(change.before);
      assert.equal(await cloud.create(change.target), 'created');
      return;
    case 'delete':
      await cloud.remove(change.before);
      return;
  }
}

function shortens(change: Change): boolean {
  if (change.action !== 'update' || change.before.kind !== 'table' || change.target.kind !== 'table') return false;
  const kept = ({ partitioning }: typeof change.target): number => partitioning?.expirationMs ?? Infinity;
  return kept(change.target) < kept(change.before);
}
