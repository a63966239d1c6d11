import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyCatalog } from '#functions/operator/apply.ts';
import { mendDrift } from '#functions/operator/drift.ts';
import { rollBack } from '#functions/operator/rollback.ts';
import { catalogStatus, pastCatalogs } from '#functions/operator/status.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { CatalogDigest } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { compiled, filesWith, PLAYED } from '#test/shared/catalog/declarations.ts';
import { createWorld, NOW_MS, type World } from './world.ts';

const first = compiled(filesWith({}));
const wider = compiled(filesWith({ 'events/music/Played.yaml': PLAYED.replace('max: 1000', 'max: 2000') }));
const renamed = compiled(filesWith({ 'events/music/Other.yaml': PLAYED.replace('A track', 'One track') }));
const more = compiled(filesWith({ 'events/music/Other.yaml': PLAYED }));

async function apply(world: World, ...catalogs: readonly Catalog[]): Promise<readonly CatalogDigest[]> {
  const digests: CatalogDigest[] = [];
  for (const catalog of catalogs) {
    world.clock.nowMs += 60_000;
    const digest = await world.upload(catalog);
    const { outcome } = await applyCatalog({ digest, deletions: [], sources: digest }, world.parts, world.tell);
    assert.equal(outcome, 'applied');
    digests.push(digest);
  }
  world.clock.nowMs += 60_000;
  return digests;
}

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PlatformError) return error.code;
    throw error;
  }
  return 'none';
}

test('the way back is a move of the pointer, also where the change could not be made the other way round', async () => {
  const world = createWorld();
  const [one, two] = await apply(world, first, wider);
  const journal = [...world.cloud.journal];
  world.cloud.before = () => assert.fail('the cloud is not asked');
  assert.deepEqual(await rollBack(undefined, world.parts), { digest: one, from: two, moved: true, made: 0 });
  assert.deepEqual(world.cloud.journal, journal);
  assert.deepEqual((await catalogStatus(world.parts)).digest, one);
  assert.equal((await catalogStatus(world.parts)).sources, one);
  // And there again: what was in force before is now the other one.
  assert.deepEqual(await rollBack(undefined, world.parts), { digest: two, from: one, moved: true, made: 0 });
});

test('nothing that came with the newer catalog goes, neither then nor when drift is mended', async () => {
  const world = createWorld();
  const [one] = await apply(world, first, more);
  const resources = [...world.cloud.resources.keys()];
  await rollBack(undefined, world.parts);
  assert.deepEqual((await catalogStatus(world.parts)).digest, one);
  await mendDrift(world.parts, world.tell);
  assert.deepEqual([...world.cloud.resources.keys()], resources);
});

test('what was taken out since is made again before the pointer moves', async () => {
  const world = createWorld();
  const [both] = await apply(world, more);
  const digest = await world.upload(first);
  const gone = [...world.cloud.resources.keys()].filter((id) => /music[._]other|music\.Other/.test(id));
  const deletions = gone.map((resource) => ({ resource, reason: 'nobody needs it', approvedBy: 'team-a' }));
  assert.equal((await applyCatalog({ digest, deletions }, world.parts, world.tell)).outcome, 'applied');
  world.cloud.before = async () => {
    assert.match((await world.store.read('catalog/current'))?.body.toString('utf8') ?? '', new RegExp(digest));
  };
  const report = await rollBack(undefined, world.parts);
  assert.deepEqual(report, { digest: both, from: digest, moved: true, made: gone.length });
  for (const id of gone) assert.ok(world.cloud.resources.has(id), id);
});

test('an older catalog is found by the first digits of its digest, and the list says since when it was in force', async () => {
  const world = createWorld();
  const [one, two, three] = await apply(world, first, more, renamed);
  assert.ok(one !== undefined && two !== undefined && three !== undefined);
  assert.equal((await rollBack(one.slice(0, 12), world.parts)).digest, one);
  const { catalogs } = await pastCatalogs(world.parts);
  const at = (minutes: number): string => new Date(NOW_MS + minutes * 60_000).toISOString();
  assert.deepEqual(catalogs, [
    { digest: one, appliedAt: at(4), inForce: true },
    { digest: three, appliedAt: at(3), inForce: false },
    { digest: two, appliedAt: at(2), inForce: false },
  ]);
  assert.equal((await rollBack(one, world.parts)).moved, false);
});

test('there is no way back to what never was in force', async () => {
  const world = createWorld();
  assert.equal(await failure(rollBack(undefined, world.parts)), 'catalog_missing');
  await apply(world, first);
  assert.equal(await failure(rollBack(undefined, world.parts)), 'catalog_unknown');
  const uploaded = await world.upload(wider);
  assert.equal(await failure(rollBack(uploaded, world.parts)), 'catalog_unknown');
  assert.equal(await failure(rollBack('abcdef', world.parts)), 'catalog_unknown');
});

test('a rollback and an apply at the same time leave one of the two in force', async () => {
  const world = createWorld();
  const [one] = await apply(world, first, wider);
  const three = await world.upload(more);
  await Promise.all([
    rollBack(undefined, world.parts),
    applyCatalog({ digest: three, deletions: [] }, world.parts, world.tell),
  ]);
  const { digest } = await catalogStatus(world.parts);
  assert.ok(digest === one || digest === three);
});
