import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { catalogWith, dailyPipeline, pipeline } from '#test/shared/pipelines/memory-view.ts';
import { assertWhole, isAtRest } from './simulation/judge.ts';
import { MINUTE_MS, Simulation } from './simulation/simulation.ts';

const NOW = Date.UTC(2026, 7, 20, 12, 0, 10);
const catalog = catalogWith(dailyPipeline(), pipeline('music/copy', 'music.daily'));
const EVENTS = { a: '2026-08-10T22:10:00Z', b: '2026-08-10T23:50:00Z' };
const WANT = {
  'music.played 2026-08-10T22': ['a'],
  'music.played 2026-08-10T23': ['b'],
  'music.daily 2026-08-10': ['a', 'b'],
  'music.copy 2026-08-10': ['a', 'b'],
};
/** Whatever is interrupted is driven on within this, restarts included. */
const DRIVEN_ON_MS = MINUTE_MS;

async function start(): Promise<Simulation> {
  const simulation = new Simulation({ catalog, nowMs: NOW });
  await simulation.import('import-1', 'music.Played', EVENTS);
  void simulation.instance.call('POST', '/v1/imports/import-1:finishing', {});
  return simulation;
}

/** Runs to the end; fails when it takes longer than driving on may. */
async function finish(simulation: Simulation, story: string, withinMs: number): Promise<void> {
  const whole = await simulation.until(isAtRest(simulation, WANT), withinMs);
  assert.ok(whole, `${story}: not whole after ${withinMs} ms\n${simulation.logs.join('\n')}`);
  await assertWhole(simulation, WANT).catch((error: unknown) => {
    throw new Error(`${story}: ${String(error)}`);
  });
  assert.deepEqual(
    new Set(simulation.bigQuery.writes.values()),
    new Set([1]),
    `${story}: each partition is written once`,
  );
}

const calm = await start();
await finish(calm, 'calm', MINUTE_MS);
const effects = [...calm.effects];
const calls = [...calm.calls];

test('metadata may be killed at any effect, before it happens or before it is known', async () => {
  assert.ok(effects.length > 25, `${effects.length} effects`);
  for (let at = 1; at <= effects.length; at += 1) {
    for (const when of ['before', 'after'] as const) {
      const simulation = await start();
      simulation.killAt = (count, moment) => count === at && moment === when && simulation.instance.alive;
      await finish(simulation, `killed ${when} effect ${at} (${effects[at - 1]})`, DRIVEN_ON_MS + 10_000);
    }
  }
});

test('an execution may vanish at any of its calls', async () => {
  for (let at = 1; at <= calls.length; at += 1) {
    const simulation = await start();
    simulation.loseAt = (count) => count === at;
    await finish(simulation, `lost at call ${at} (${calls[at - 1]})`, 3 * MINUTE_MS);
  }
});

test('anything may go wrong several times over, and all of it ends published once', async () => {
  const chaos = fc.record({
    kills: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('before', 'after')), {
      maxLength: 4,
    }),
    losses: fc.uniqueArray(fc.integer({ min: 1, max: 80 }), { maxLength: 3 }),
    faults: fc.uniqueArray(fc.integer({ min: 1, max: 14 }), { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(chaos, async ({ kills, losses, faults }) => {
      const simulation = await start();
      let jobs = 0;
      simulation.killAt = (count, when) => kills.some(([at, moment]) => at === count && moment === when);
      simulation.loseAt = (count) => losses.includes(count);
      simulation.bigQuery.fault = () => (faults.includes((jobs += 1)) ? 'backendError' : undefined);
      await finish(simulation, JSON.stringify({ kills, losses, faults }), 20 * MINUTE_MS);
    }),
    { numRuns: 60 },
  );
});
