/** What an erasure has metadata do: runs that read what is about to be cleaned publish nothing of it, and partitions are made again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogWith, dailyPipeline } from '#test/shared/pipelines/memory-view.ts';
import { assertWhole, isAtRest } from './simulation/judge.ts';
import { MINUTE_MS, Simulation } from './simulation/simulation.ts';

const NOW = Date.UTC(2026, 7, 20, 12, 0, 10);
const EVENTS = { a: '2026-08-10T22:10:00Z' };
const WANT = { 'music.played 2026-08-10T22': ['a'], 'music.daily 2026-08-10': ['a'] };

async function importing(): Promise<Simulation> {
  const simulation = new Simulation({ catalog: catalogWith(dailyPipeline()), nowMs: NOW });
  await simulation.import('import-1', 'music.Played', EVENTS);
  void simulation.instance.call('POST', '/v1/imports/import-1:finishing', {});
  return simulation;
}

const fence = (simulation: Simulation) =>
  simulation.instance.call('POST', '/v1/endpoints:fence', { endpoints: ['music.daily'] });

/** Runs to the end while somebody is erased just before the daily run makes a call. */
async function fencedAt(verb: string): Promise<{ simulation: Simulation; answers: unknown[]; begun: number }> {
  const simulation = await importing();
  const answers: unknown[] = [];
  simulation.loseAt = (_count, url) => {
    if (url.includes('/music.daily/') && url.endsWith(verb) && answers.length === 0) {
      answers.push(undefined);
      void (async () => {
        const reply = await fence(simulation);
        answers[0] = reply === 'dead' ? reply : reply.json;
      })();
    }
    return false;
  };
  assert.ok(await simulation.until(isAtRest(simulation, WANT), 5 * MINUTE_MS), simulation.logs.join('\n'));
  await assertWhole(simulation, WANT);
  const begun = simulation.calls.filter((call) => call.includes('/music.daily/') && call.endsWith(':begin')).length;
  return { simulation, answers, begun };
}

test('a run that has not committed is ended, and another one is published in its place', async () => {
  const { simulation, answers, begun } = await fencedAt(':audited');
  assert.equal(begun, 2);
  const [{ ended, committing }] = answers as [{ ended: { endpoint: string; key: string }[]; committing: unknown[] }];
  assert.deepEqual(
    ended.map(({ endpoint, key }) => [endpoint, key]),
    [['music.daily', '2026-08-10']],
  );
  assert.deepEqual(committing, []);
  assert.ok(simulation.facts.some(({ body = '' }) => body.includes('revealed_before_shred')));
});

test('a run that has committed is named, and goes on', async () => {
  const { simulation, answers, begun } = await fencedAt(':published');
  assert.equal(begun, 1);
  const [{ ended, committing }] = answers as [{ ended: unknown[]; committing: { key: string }[] }];
  assert.deepEqual(ended, []);
  assert.deepEqual(
    committing.map(({ key }) => key),
    ['2026-08-10'],
  );
  assert.ok(!simulation.facts.some(({ body = '' }) => body.includes('revealed_before_shred')));
});

test('a published partition is computed again when an erasure asks for it', async () => {
  const simulation = await importing();
  assert.ok(await simulation.until(isAtRest(simulation, WANT), 5 * MINUTE_MS));
  assert.deepEqual(await fence(simulation), { status: 200, json: { ended: [], committing: [] } });
  const asking = simulation.call('POST', '/v1/endpoints/music.daily/partitions/2026-08-10:recompute', {});
  const { status, json } = await asking;
  assert.equal(status, 200);
  assert.equal((json as { state: string }).state, 'started');
  assert.ok(await simulation.until(isAtRest(simulation, WANT), 5 * MINUTE_MS));
  const record = await simulation.store.read('partitions/music.daily/2026-08-10');
  assert.equal((JSON.parse(String(record?.body)) as { generation: number }).generation, 2);
  const unknown = await simulation.call('POST', '/v1/endpoints/music.daily/partitions/2020-01-01:recompute', {});
  assert.deepEqual(unknown.json, { state: 'unknown' });
});
