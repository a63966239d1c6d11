import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyCatalog, planCatalog } from '#functions/operator/apply.ts';
import { catalogStatus } from '#functions/operator/status.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { compiled, filesWith, PLAYED } from '#test/shared/catalog/declarations.ts';
import { createWorld, killedAt, NOW_MS, type World } from './world.ts';

const catalog = compiled(filesWith({}));

function withPlayed(from: string, to: string): ReturnType<typeof compiled> {
  assert.ok(PLAYED.includes(from), from);
  return compiled(filesWith({ 'events/music/Played.yaml': PLAYED.replace(from, to) }));
}

async function readJson({ store }: World, name: string): Promise<unknown> {
  const found = await store.read(name);
  return found === undefined ? undefined : JSON.parse(found.body.toString('utf8'));
}

test('the first apply makes everything in order, and only then brings the catalog into force', async () => {
  const world = createWorld();
  const digest = await world.upload(catalog);
  world.cloud.before = async () => assert.equal(await world.store.read('catalog/current'), undefined);
  const report = await applyCatalog({ digest, deletions: [], sources: 'abc' }, world.parts, world.tell);
  assert.equal(report.outcome, 'applied');
  assert.equal(report.done, world.cloud.resources.size);
  const places = new Map(world.cloud.journal.map((line, index) => [line, index]));
  const order = ['dataset music', 'table music.played', 'topic events.music.Played', 'subscription land.music.Played'];
  const found = order.map((id) => places.get(`create ${id}`));
  assert.ok(
    found.every((place, index) => place !== undefined && place > (found[index - 1] ?? -1)),
    String(found),
  );
  assert.deepEqual(await readJson(world, 'catalog/current'), { digest, appliedAt: '2026-08-01T12:00:00.000Z' });
  assert.deepEqual(await readJson(world, 'catalog/first-applied'), { 'music.played': '2026-08-01T12:00:00.000Z' });
  assert.equal(await world.store.read('catalog/apply-lease'), undefined);
  assert.deepEqual(await catalogStatus(world.parts), {
    digest,
    appliedAt: '2026-08-01T12:00:00.000Z',
    current: true,
    sources: 'abc',
  });
});

test('a second apply changes nothing, and the catalog stays in force since the first', async () => {
  const world = createWorld();
  const digest = await world.upload(catalog);
  await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
  const journal = [...world.cloud.journal];
  const pointer = await world.store.read('catalog/current');
  world.clock.nowMs += 60_000;
  const report = await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
  assert.equal(report.outcome, 'unchanged');
  assert.deepEqual(world.cloud.journal, journal);
  assert.deepEqual(await world.store.read('catalog/current'), pointer);
});

test('killed at any effect on cloud or bucket, the next apply goes on and nothing is made twice', async () => {
  let kills = 0;
  for (let effect = 1; ; effect += 1) {
    const world = createWorld();
    const digest = await world.upload(catalog);
    const victim = killedAt(effect, world);
    const first = applyCatalog({ digest, deletions: [] }, victim.parts, world.tell);
    const outcome = await Promise.race([first, victim.dead]);
    if (outcome !== undefined) break;
    kills += 1;
    const report = await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
    assert.ok(report.outcome === 'applied' || report.outcome === 'unchanged', `${effect}: ${report.outcome}`);
    assert.equal(new Set(world.cloud.journal).size, world.cloud.journal.length, `${effect}: made twice`);
    assert.equal((await world.parts.catalogs.inForce())?.current.digest, digest);
    const last = await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
    assert.equal(last.outcome, 'unchanged');
    assert.ok(world.clock.nowMs - NOW_MS < 10_000, 'whoever comes after a killed apply waits for its lease only');
  }
  assert.ok(kills > 30, `only ${kills} places to be killed at`);
});

test('a change that breaks what was declared is refused by its rule, and nothing is touched', async () => {
  const world = createWorld();
  await applyCatalog({ digest: await world.upload(catalog), deletions: [] }, world.parts, world.tell);
  const journal = [...world.cloud.journal];
  const pointer = await world.store.read('catalog/current');
  const digest = await world.upload(withPlayed('ms: {type: int64, min: 0', 'ms: {type: float64, min: 0'));
  const report = await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
  assert.equal(report.outcome, 'refused');
  const [refusal] = report.plan.refusals;
  assert.equal(refusal?.code, 'breaking_change');
  assert.equal(refusal?.rule, 'change-type');
  assert.match(refusal?.hint ?? '', /events\/music\/Played_v2\.yaml/);
  assert.ok(report.plan.refusals.some(({ subject }) => subject === 'table raw.music_played'));
  assert.deepEqual(world.cloud.journal, journal);
  assert.deepEqual(await world.store.read('catalog/current'), pointer);
});

test('a compatible change patches the tables and the view before the catalog moves', async () => {
  const world = createWorld();
  await applyCatalog({ digest: await world.upload(catalog), deletions: [] }, world.parts, world.tell);
  const made = world.cloud.journal.length;
  const field = 'device: {type: string, semantic: content.id, optional: true, description: What played it.}';
  const digest = await world.upload(withPlayed('examples:', `  ${field}\nexamples:`));
  const report = await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
  assert.equal(report.outcome, 'applied');
  const changed = world.cloud.journal.slice(made).toSorted();
  assert.deepEqual(changed, [
    'update table music.played',
    'update table raw.music_played',
    'update view music.played_live',
  ]);
  const table = world.cloud.resources.get('table music.played');
  assert.ok(table?.kind === 'table');
  assert.equal(table.columns.at(-1)?.name, 'device');
});

test('what is no longer declared goes with an approval only', async () => {
  const world = createWorld();
  await applyCatalog({ digest: await world.upload(catalog), deletions: [] }, world.parts, world.tell);
  const files = new Map(filesWith({ 'events/music/Other.yaml': PLAYED }));
  files.delete('events/music/Played.yaml');
  const digest = await world.upload(compiled(files));
  const refused = await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
  assert.equal(refused.outcome, 'refused');
  const needed = refused.plan.refusals.map(({ subject }) => subject).toSorted();
  assert.deepEqual(needed, [
    'subscription land.music.Played',
    'table music.played',
    'table raw.music_played',
    'topic events.music.Played',
  ]);
  const deletions = needed.map((resource) => ({ resource, reason: 'Nobody plays.', approvedBy: 'team-a' }));
  const report = await applyCatalog({ digest, deletions }, world.parts, world.tell);
  assert.equal(report.outcome, 'applied');
  for (const id of needed) assert.ok(![...world.cloud.resources.keys()].some((other) => other === id), id);
  assert.deepEqual(Object.keys((await readJson(world, 'catalog/first-applied')) as object), [
    'music.other',
    'music.played',
  ]);
});

test('shorter retention drops partitions, so it needs an approval too', async () => {
  const world = createWorld();
  await applyCatalog({ digest: await world.upload(catalog), deletions: [] }, world.parts, world.tell);
  const digest = await world.upload(withPlayed('P400D', 'P40D'));
  const plan = await planCatalog({ digest, deletions: [] }, world.parts);
  assert.deepEqual(
    plan.refusals.map(({ subject, code }) => [subject, code]),
    [['table music.played', 'deletion_not_approved']],
  );
  const deletions = [{ resource: 'table music.played', reason: 'We keep less.', approvedBy: 'team-a' }];
  assert.equal((await applyCatalog({ digest, deletions }, world.parts, world.tell)).outcome, 'applied');
});

test('what fails in passing is tried again, what fails for good ends what waits for it and keeps the catalog back', async () => {
  const world = createWorld();
  const digest = await world.upload(catalog);
  const failures = new Map<string, number>();
  world.cloud.before = (what) => {
    const count = (failures.get(what) ?? 0) + 1;
    failures.set(what, count);
    if (what === 'create topic events.music.Played' && count < 3) throw new PlatformError('cloud_unavailable');
    if (what === 'create table raw.music_played') throw new PlatformError('cloud_refused', { message: 'no right' });
  };
  const report = await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
  assert.equal(report.outcome, 'failed');
  assert.deepEqual(report.failures, [
    { resource: 'table raw.music_played', code: 'cloud_refused', message: 'no right' },
  ]);
  assert.deepEqual([...report.skipped].toSorted(), [
    'subscription land.music.Played',
    'topic events.music.Played',
    'view music.played_live',
  ]);
  assert.equal(await world.store.read('catalog/current'), undefined);
  failures.set('create table raw.music_played', 0);
  world.cloud.before = (what) => {
    const count = (failures.get(what) ?? 0) + 1;
    failures.set(what, count);
    if (what === 'create topic events.music.Played' && count < 3) throw new PlatformError('cloud_unavailable');
  };
  assert.equal((await applyCatalog({ digest, deletions: [] }, world.parts, world.tell)).outcome, 'applied');
  assert.deepEqual(world.pauses.slice(-2), [200, 400]);
});

test('something of that name, made by somebody else in the meantime, is taken over and brought in line', async () => {
  const world = createWorld();
  const digest = await world.upload(catalog);
  const topic = { kind: 'topic', name: 'platform.facts', regions: ['us'], labels: { theirs: 'yes' } } as const;
  world.cloud.before = (what) => {
    if (what === 'create topic platform.facts') world.cloud.resources.set('topic platform.facts', topic);
  };
  assert.equal((await applyCatalog({ digest, deletions: [] }, world.parts, world.tell)).outcome, 'applied');
  assert.deepEqual(world.cloud.resources.get('topic platform.facts'), {
    ...topic,
    regions: ['europe-north1'],
    labels: { theirs: 'yes', 'managed-by': 'tributary' },
  });
});

test('progress tells every change once it is settled, and how many there are', async () => {
  const world = createWorld();
  const digest = await world.upload(catalog);
  const report = await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
  const settled = world.told.flatMap((progress) => (progress.kind === 'done' ? [progress] : []));
  assert.equal(world.told[0]?.kind, 'planned');
  assert.deepEqual(
    settled.map((progress) => progress.settled),
    Array.from({ length: report.done }, (_, index) => index + 1),
  );
  assert.ok(settled.every(({ total }) => total === report.done));
});

test('a digest that nobody uploaded, and a bundle that is not what it is named, are told apart', async () => {
  const world = createWorld();
  const digest = await world.upload(catalog);
  const other = await world.upload(withPlayed('P400D', 'P300D'));
  const bundle = await world.store.read(`catalog/${other}/bundle.json`);
  await world.store.delete(`catalog/${digest}/bundle.json`);
  const asked = { digest, deletions: [] };
  await assert.rejects(applyCatalog(asked, world.parts, world.tell), { code: 'catalog_unknown' });
  await world.store.create(`catalog/${digest}/bundle.json`, bundle?.body ?? '');
  await assert.rejects(applyCatalog(asked, world.parts, world.tell), { code: 'catalog_corrupt' });
});

test('an operator whose workflows differ from those applied says so', async () => {
  const world = createWorld();
  const digest = await world.upload(catalog);
  await applyCatalog({ digest, deletions: [] }, world.parts, world.tell);
  const { surroundings } = world.parts;
  const newer = { ...world.parts, surroundings: () => ({ ...surroundings(), workflows: { tick: 'main: 2' } }) };
  assert.equal((await catalogStatus(newer)).current, false);
  const report = await applyCatalog({ digest, deletions: [] }, newer, world.tell);
  assert.deepEqual(
    report.plan.changes.map(({ resource }) => resource),
    ['workflow tick'],
  );
  assert.equal((await catalogStatus(newer)).current, true);
});
