import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogWith, dailyPipeline, pipeline } from '#test/shared/pipelines/memory-view.ts';
import { assertWhole, isAtRest, records } from './simulation/judge.ts';
import { MINUTE_MS, Simulation } from './simulation/simulation.ts';

const NOW = Date.UTC(2026, 7, 20, 12, 0, 10);
const catalog = catalogWith(dailyPipeline(), pipeline('music/copy', 'music.daily'));

/** Four events in three hours of two days; the hour between is empty. */
const EVENTS = {
  a: '2026-08-10T22:10:00Z',
  b: '2026-08-10T22:50:00Z',
  c: '2026-08-11T00:05:00Z',
  d: '2026-08-11T01:30:00Z',
};
const WANT = {
  'music.played 2026-08-10T22': ['a', 'b'],
  'music.played 2026-08-10T23': [],
  'music.played 2026-08-11T00': ['c'],
  'music.played 2026-08-11T01': ['d'],
  'music.daily 2026-08-10': ['a', 'b'],
  'music.daily 2026-08-11': ['c', 'd'],
  'music.copy 2026-08-10': ['a', 'b'],
  'music.copy 2026-08-11': ['c', 'd'],
};

async function imported(): Promise<Simulation> {
  const simulation = new Simulation({ catalog, nowMs: NOW });
  await simulation.import('import-1', 'music.Played', EVENTS);
  return simulation;
}

function announce(simulation: Simulation): void {
  void simulation.instance.call('POST', '/v1/imports/import-1:finishing', {});
}

test('an import is closed hour by hour, and what is made of it follows at once', async () => {
  const simulation = await imported();
  announce(simulation);
  assert.ok(await simulation.until(isAtRest(simulation, WANT), MINUTE_MS));
  assert.ok(simulation.time.now() - NOW < 10_000, `${simulation.time.now() - NOW} ms`);
  await assertWhole(simulation, WANT);
  await simulation.until(() => false, 1000);
  assert.deepEqual([...simulation.bigQuery.staging.keys()], [], 'staging tables are dropped');
  assert.deepEqual(new Set(simulation.bigQuery.writes.values()), new Set([1]), 'each partition is written once');
});

test('the tick alone finds what nobody announced', async () => {
  const simulation = await imported();
  assert.ok(await simulation.until(isAtRest(simulation, WANT), 3 * MINUTE_MS));
  await assertWhole(simulation, WANT);
});

test('consumers wait for all that the import touched, not only for what is closed already', async () => {
  const simulation = await imported();
  announce(simulation);
  await simulation.until(() => simulation.bigQuery.tables.has('music.daily 2026-08-10'), MINUTE_MS);
  assert.ok(simulation.bigQuery.tables.has('music.played 2026-08-10T23'), 'the last hour of the day was closed first');
});

test('a receipt that comes after metadata has looked for receipts is waited for before the import is finished', async () => {
  const simulation = await imported();
  const { store } = simulation;
  const replace = store.replace.bind(store);
  let receipted: string | undefined;
  store.replace = async (name, ...rest) => {
    if (name === 'imports/import-1') {
      store.replace = replace;
      receipted = await simulation.import('import-1', 'music.Played', { e: '2026-08-11T02:05:00Z' });
    }
    return replace(name, ...rest);
  };
  announce(simulation);
  const all = ['c', 'd', 'e'];
  const want = {
    ...WANT,
    'music.played 2026-08-11T02': ['e'],
    'music.daily 2026-08-11': all,
    'music.copy 2026-08-11': all,
  };
  assert.ok(await simulation.until(isAtRest(simulation, want), MINUTE_MS));
  assert.equal(receipted, 'written');
  // What was known before was closed already: what is made of it is made once more.
  await assertWhole(simulation, want, { 'music.daily 2026-08-11': 2, 'music.copy 2026-08-11': 2 });
  assert.equal(await simulation.import('import-1', 'music.Played', { f: EVENTS.a }), 'overtaken');
});

test('an event twice in an import and once more in a later one is one row', async () => {
  const simulation = await imported();
  await simulation.import('import-2', 'music.Played', { a: EVENTS.a, c: EVENTS.c });
  announce(simulation);
  assert.ok(await simulation.until(isAtRest(simulation, WANT), 3 * MINUTE_MS));
  await assertWhole(simulation, WANT);
});

test('the same import again publishes nothing, and rebuilds nothing', async () => {
  const simulation = await imported();
  announce(simulation);
  await simulation.until(isAtRest(simulation, WANT), MINUTE_MS);
  const runs = simulation.store.names().filter((name) => name.startsWith('runs/music.daily'));
  await simulation.import('import-2', 'music.Played', EVENTS);
  void simulation.instance.call('POST', '/v1/imports/import-2:finishing', {});
  await simulation.until(() => false, 3 * MINUTE_MS);
  await assertWhole(simulation, WANT);
  assert.deepEqual(
    simulation.store.names().filter((name) => name.startsWith('runs/music.daily')),
    runs,
  );
  assert.deepEqual(new Set(simulation.bigQuery.writes.values()), new Set([1]));
});

test('an import into closed partitions makes generation 2 of those it adds to, and of what is made of them', async () => {
  const simulation = await imported();
  announce(simulation);
  await simulation.until(isAtRest(simulation, WANT), MINUTE_MS);
  await simulation.import('import-2', 'music.Played', { e: '2026-08-10T22:20:00Z', a: EVENTS.a });
  void simulation.instance.call('POST', '/v1/imports/import-2:finishing', {});
  const all = ['a', 'b', 'e'];
  const want = {
    ...WANT,
    'music.played 2026-08-10T22': all,
    'music.daily 2026-08-10': all,
    'music.copy 2026-08-10': all,
  };
  await simulation.until(() => false, 2 * MINUTE_MS);
  await assertWhole(simulation, want, {
    'music.played 2026-08-10T22': 2,
    'music.daily 2026-08-10': 2,
    'music.copy 2026-08-10': 2,
  });
});

test('a run that failed for a while is tried again, one that fails for good waits for a person', async () => {
  const simulation = await imported();
  let failures = 2;
  simulation.bigQuery.fault = (job) =>
    job.startsWith('stage_music__daily') && (failures -= 1) >= 0 ? 'backendError' : undefined;
  announce(simulation);
  assert.ok(await simulation.until(isAtRest(simulation, WANT), 3 * MINUTE_MS));
  await assertWhole(simulation, WANT);

  const broken = await imported();
  broken.bigQuery.fault = (job) => (job.startsWith('stage_music__daily') ? 'invalidQuery' : undefined);
  void broken.instance.call('POST', '/v1/imports/import-1:finishing', {});
  await broken.until(() => false, 5 * MINUTE_MS);
  const failed = (await records(broken)).filter(({ state }) => state === 'failed');
  assert.deepEqual(
    failed.map(({ endpoint, key, failure }) => [endpoint, key, failure?.code, failure?.attempts]),
    [
      ['music.daily', '2026-08-10', 'query_failed', 1],
      ['music.daily', '2026-08-11', 'query_failed', 1],
    ],
  );
  assert.ok(
    !JSON.stringify([failed, broken.logs, broken.facts]).includes('somebody@example.com'),
    "BigQuery's texts stay there",
  );
  broken.bigQuery.fault = () => undefined;
  for (const day of ['2026-08-10', '2026-08-11']) {
    const reply = await broken.call('POST', `/v1/endpoints/music.daily/partitions/${day}:run`);
    assert.equal(reply.status, 202);
  }
  assert.ok(await broken.until(isAtRest(broken, WANT), MINUTE_MS));
  await assertWhole(broken, WANT);
});

test('a copy that failed is made once more under its own name, and never a third time by a second run', async () => {
  const simulation = await imported();
  simulation.bigQuery.fault = (job) => (/^publish_music__daily_.*_1_[12]$/.test(job) ? 'backendError' : undefined);
  announce(simulation);
  assert.ok(await simulation.until(isAtRest(simulation, WANT), 3 * MINUTE_MS));
  await assertWhole(simulation, WANT);
  assert.ok(simulation.bigQuery.jobs.has('publish_music__daily_2026-08-10_1_3'));
});
