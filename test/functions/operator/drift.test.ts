import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyCatalog } from '#functions/operator/apply.ts';
import { mendDrift } from '#functions/operator/drift.ts';
import { compiled, filesWith } from '#test/shared/catalog/declarations.ts';
import { createWorld, type World } from './world.ts';

async function applied(): Promise<World> {
  const world = createWorld();
  const digest = await world.upload(compiled(filesWith({})));
  await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
  world.cloud.journal.length = 0;
  return world;
}

test('without drift nothing is done', async () => {
  const world = await applied();
  const report = await mendDrift(world.parts, world.tell);
  assert.equal(report.outcome, 'unchanged');
  assert.deepEqual(world.cloud.journal, []);
});

test('what is missing is made anew, what was changed is put back', async () => {
  const world = await applied();
  const { resources } = world.cloud;
  const topic = resources.get('topic events.music.Played');
  assert.ok(topic?.kind === 'topic');
  resources.set('topic events.music.Played', { ...topic, regions: ['us-east1'] });
  resources.delete('view music.played_live');
  const report = await mendDrift(world.parts, world.tell);
  assert.equal(report.outcome, 'applied');
  assert.deepEqual(world.cloud.journal.toSorted(), [
    'create view music.played_live',
    'update topic events.music.Played',
  ]);
  assert.equal((await mendDrift(world.parts, world.tell)).outcome, 'unchanged');
});

test('nothing is deleted and nothing loses data; what is left is told', async () => {
  const world = await applied();
  const { resources } = world.cloud;
  const table = resources.get('table music.played');
  assert.ok(table?.kind === 'table' && table.partitioning !== undefined);
  const kept = { ...table, partitioning: { ...table.partitioning, expirationMs: undefined } };
  resources.set('table music.played', kept);
  resources.set('table music.old', { ...table, name: 'music.old' });
  resources.delete('topic platform.facts');
  const report = await mendDrift(world.parts, world.tell);
  assert.equal(report.outcome, 'refused');
  assert.deepEqual([...report.skipped].toSorted(), ['table music.old', 'table music.played']);
  assert.deepEqual(world.cloud.journal, ['create topic platform.facts']);
  assert.equal(resources.get('table music.played'), kept);
});

test('before the first apply there is nothing to drift from', async () => {
  const world = createWorld();
  await assert.rejects(mendDrift(world.parts, world.tell), { code: 'catalog_missing' });
});
