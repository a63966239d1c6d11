import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogWith, dailyPipeline } from '#test/shared/pipelines/memory-view.ts';
import { assertWhole, isAtRest, records } from './simulation/judge.ts';
import { MINUTE_MS, Simulation } from './simulation/simulation.ts';

const NOW = Date.UTC(2026, 7, 20, 12, 0, 10);
const SLOTS = { 'platform/pools.yaml': 'default: {description: Where runs take places., slots: 2}\n' };

/** One event a day, at noon, for so many days from the first of August on. */
function days(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `2026-08-${String(index + 1).padStart(2, '0')}`);
}

test('runs beyond the slots of their pool start when others end, not at the next tick', async () => {
  const simulation = new Simulation({ catalog: catalogWith(SLOTS, dailyPipeline()), nowMs: NOW });
  const most = { held: 0 };
  await simulation.import(
    'import-1',
    'music.Played',
    Object.fromEntries(days(6).map((day) => [day, `${day}T12:00:00Z`])),
  );
  void simulation.instance.call('POST', '/v1/imports/import-1:finishing', {});
  await simulation.until(() => {
    const held = simulation.store.names().filter((name) => name.startsWith('pools/')).length;
    most.held = Math.max(most.held, held);
    return simulation.bigQuery.tables.has('music.daily 2026-08-06');
  }, 2 * MINUTE_MS);
  assert.ok(most.held <= 2, `${most.held} slots were held`);
  assert.ok(simulation.time.now() - NOW < 45_000, `${simulation.time.now() - NOW} ms`);
});

test('many partitions that are due at once go through a small pool one after the other', async () => {
  const simulation = new Simulation({ catalog: catalogWith(SLOTS, dailyPipeline('on_restate: warn')), nowMs: NOW });
  const wanted = days(5);
  await simulation.import(
    'import-1',
    'music.Played',
    Object.fromEntries(wanted.map((day) => [day, `${day}T12:00:00Z`])),
  );
  simulation.bigQuery.fault = (job) => (job.startsWith('stage_music__daily') ? 'backendError' : undefined);
  await simulation.until(() => false, MINUTE_MS);
  simulation.bigQuery.fault = () => undefined;
  const want = Object.fromEntries(wanted.map((day) => [`music.daily ${day}`, [day]]));
  assert.ok(await simulation.until(isAtRest(simulation, want), 10 * MINUTE_MS));
  const daily = (await records(simulation)).filter(({ endpoint }) => endpoint === 'music.daily');
  assert.deepEqual(
    daily.map(({ key, generation }) => [key, generation]),
    wanted.map((day) => [day, 1]),
  );
});

test('a slot whose holder died is taken back', async () => {
  const simulation = new Simulation({ catalog: catalogWith(SLOTS, dailyPipeline()), nowMs: NOW });
  await simulation.store.create('pools/default/00001', '{}', {
    endpoint: 'music.daily',
    key: '2026-08-01',
    run: 'gone',
    taken_ms: String(NOW - 60_000),
  });
  await simulation.import('import-1', 'music.Played', { a: '2026-08-10T12:00:00Z' });
  const want = { 'music.played 2026-08-10T12': ['a'], 'music.daily 2026-08-10': ['a'] };
  assert.ok(await simulation.until(isAtRest(simulation, want), 3 * MINUTE_MS));
  await assertWhole(simulation, want);
});
