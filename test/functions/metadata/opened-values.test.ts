/** A run that opened values before somebody was erased does not commit after; it starts again without them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { markShred } from '#shared/privacy/erasure/shred-marks.ts';
import { catalogWith, dailyPipeline, id } from '#test/shared/pipelines/memory-view.ts';
import { assertWhole, isAtRest } from './simulation/judge.ts';
import { MINUTE_MS, Simulation } from './simulation/simulation.ts';

const NOW = Date.UTC(2026, 7, 20, 12, 0, 10);
const EVENTS = { a: '2026-08-10T22:10:00Z' };
const WANT = { 'music.played 2026-08-10T22': ['a'], 'music.daily 2026-08-10': ['a'] };
const plain = catalogWith(dailyPipeline());

/** The same with a query that opens values. */
function opening(): Catalog {
  const daily = plain.endpoints[id('music.daily')];
  assert.ok(daily?.kind === 'sql');
  const query = daily.query.replace('SELECT', "SELECT platform.reveal_analytics(subject, sealed, 'email') AS email,");
  return { ...plain, endpoints: { ...plain.endpoints, [daily.id]: { ...daily, query } } };
}

/** Runs to the end while somebody is erased just before the daily run is judged. */
async function run(catalog: Catalog): Promise<{ begun: number; told: readonly string[] }> {
  const simulation = new Simulation({ catalog, nowMs: NOW });
  await simulation.import('import-1', 'music.Played', EVENTS);
  let marked = false;
  simulation.loseAt = (_count, url) => {
    if (url.includes('/music.daily/') && url.endsWith(':audited') && !marked) {
      marked = true;
      void markShred(simulation.store, 'erasure-1', simulation.time.now());
    }
    return false;
  };
  void simulation.instance.call('POST', '/v1/imports/import-1:finishing', {});
  assert.ok(await simulation.until(isAtRest(simulation, WANT), 5 * MINUTE_MS), simulation.logs.join('\n'));
  await assertWhole(simulation, WANT);
  assert.ok(marked);
  return {
    begun: simulation.calls.filter((call) => call.includes('/music.daily/') && call.endsWith(':begin')).length,
    told: simulation.facts.map(({ body = '' }) => body),
  };
}

test('a run that opens values starts again when the bound of an erasure ended meanwhile, and is published then', async () => {
  const { begun, told } = await run(opening());
  assert.equal(begun, 2);
  assert.ok(told.some((body) => body.includes('revealed_before_shred')));
});

test('a run that opens nothing is not disturbed', async () => {
  const { begun, told } = await run(plain);
  assert.equal(begun, 1);
  assert.ok(!told.some((body) => body.includes('revealed_before_shred')));
});
