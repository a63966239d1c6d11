import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_BOOKS } from '#shared/events/books.ts';
import { encodeReport, reportObject } from '#shared/events/collector-report.ts';
import type { PartitionKey } from '#shared/pipelines/partition-key.ts';
import type { BootId, EventTypeId } from '#shared/platform/ids.ts';
import { catalogWith, dailyPipeline, pipeline } from '#test/shared/pipelines/memory-view.ts';
import { MINUTE_MS, Simulation } from './simulation/simulation.ts';

const NOW = Date.UTC(2026, 7, 11, 3, 0, 10);
const catalog = catalogWith(dailyPipeline(), pipeline('music/copy', 'music.daily'));
const simulation = new Simulation({ catalog, nowMs: NOW, firstAppliedMs: NOW - 2.5 * 60 * MINUTE_MS });
await simulation.import('import-1', 'music.Played', { a: '2026-08-10T22:10:00Z', b: '2026-08-10T23:50:00Z' });
await simulation.until(() => simulation.bigQuery.tables.has('music.copy 2026-08-10'), 2 * MINUTE_MS);
await simulation.until(() => false, 1000);

async function get(path: string): Promise<unknown> {
  const { status, json } = await simulation.call('GET', path);
  assert.equal(status, 200, JSON.stringify(json));
  return json;
}

async function problem(method: string, path: string, body?: unknown): Promise<[number, string]> {
  const { status, json } = await simulation.call(method, path, body);
  return [status, (json as { code: string }).code];
}

test('every endpoint is listed with how its partitions stand', async () => {
  const { endpoints } = (await get('/v1/endpoints')) as {
    endpoints: { id: string; inputs: string[]; partitions: object }[];
  };
  assert.deepEqual(
    endpoints.map(({ id, inputs, partitions }) => [id, inputs, partitions]),
    [
      ['music.copy', ['music.daily'], { states: { published: 1 }, rows: 2, latest: '2026-08-10' }],
      ['music.daily', ['music.played'], { states: { published: 1 }, rows: 2, latest: '2026-08-10' }],
      ['music.played', [], { states: { published: 5 }, rows: 2, latest: '2026-08-11T02' }],
    ],
  );
  const one = (await get('/v1/endpoints/music.daily')) as Record<string, unknown>;
  assert.equal(one['query'], catalog.endpoints['music.daily' as never]?.['query' as never]);
});

test('partitions are listed oldest first, those that are only expected too', async () => {
  const { partitions } = (await get('/v1/endpoints/music.played/partitions')) as {
    partitions: { key: string; state: string; generation: number; rows: number; publishedAt?: string }[];
  };
  assert.deepEqual(
    partitions.map(({ key, state, generation, rows }) => [key, state, generation, rows]),
    [
      ['2026-08-10T22', 'published', 1, 1],
      ['2026-08-10T23', 'published', 1, 1],
      ['2026-08-11T00', 'published', 1, 0],
      ['2026-08-11T01', 'published', 1, 0],
      ['2026-08-11T02', 'published', 1, 0],
    ],
  );
  assert.match(partitions[0]?.publishedAt ?? '', /^2026-08-11T03:0\d:\d\d\.\d{3}Z$/);
});

test('the newest partitions of several endpoints come in one answer, those of unknown ones are left out', async () => {
  const { endpoints } = (await get('/v1/partitions?endpoints=music.played,music.none,music.daily&last=2')) as {
    endpoints: { id: string; total: number; partitions: { key: string }[] }[];
  };
  assert.deepEqual(
    endpoints.map(({ id, total, partitions }) => [id, total, partitions.map(({ key }) => key)]),
    [
      ['music.played', 5, ['2026-08-11T01', '2026-08-11T02']],
      ['music.daily', 1, ['2026-08-10']],
    ],
  );
  for (const query of ['', '?endpoints=', '?endpoints=music.daily&last=0', '?endpoints=music.daily&last=10001'])
    assert.deepEqual(await problem('GET', `/v1/partitions${query}`), [400, 'invalid_argument']);
});

test('one endpoint says what people ask: how fresh it is, what its columns mean, what reads it', async () => {
  const one = (await get('/v1/endpoints/music.played')) as {
    freshness: object;
    promise: object;
    about: { consumers: string[]; inputs: string[]; schema: { name: string; class?: string; privacy?: string }[] };
  };
  assert.deepEqual(one.promise, { kind: 'within', duration: 'PT15M' });
  assert.deepEqual(
    { ...one.freshness, publishedAt: undefined },
    {
      state: 'current',
      latest: '2026-08-11T02',
      upTo: '2026-08-11T03:00:00.000Z',
      publishedAt: undefined,
    },
  );
  assert.deepEqual([one.about.inputs, one.about.consumers], [['music.Played'], ['music.daily']]);
  const subject = one.about.schema.find(({ name }) => name === 'subject');
  assert.equal(subject?.class, 'strict');
});

test('one partition says what it is made of', async () => {
  const one = (await get('/v1/endpoints/music.daily/partitions/2026-08-10')) as {
    inputs: object[];
    codeDigest: string;
  };
  assert.deepEqual(one.inputs, [
    { endpoint: 'music.played', key: '2026-08-10T22', generation: 1 },
    { endpoint: 'music.played', key: '2026-08-10T23', generation: 1 },
  ]);
  assert.match(one.codeDigest, /^[0-9a-f]{64}$/);
});

test('a partition that waits says what for', async () => {
  const waiting = new Simulation({ catalog, nowMs: NOW, firstAppliedMs: NOW - 2.5 * 60 * MINUTE_MS });
  waiting.bigQuery.fault = (job) => (job.startsWith('stage_music__daily') ? 'invalidQuery' : undefined);
  await waiting.import('import-1', 'music.Played', { a: '2026-08-10T22:10:00Z' });
  await waiting.until(() => false, 3 * MINUTE_MS);
  const { json } = await waiting.call('GET', '/v1/endpoints/music.copy/partitions/2026-08-10');
  const { state, inputs, missing } = json as { state: string; inputs: object[]; missing: object[] };
  assert.deepEqual(
    [state, inputs, missing],
    ['expected', [], [{ endpoint: 'music.daily', key: '2026-08-10', state: 'failed' }]],
  );
});

test('the last runs come newest first, as many as asked for', async () => {
  const { runs } = (await get('/v1/runs?limit=2')) as { runs: Readonly<Record<string, string>>[] };
  assert.equal(runs.length, 2);
  assert.deepEqual([runs[0]?.['outcome'], runs[0]?.['reason']], ['published', 'due']);
  assert.ok((runs[0]?.['startedAt'] ?? '') < (runs[0]?.['endedAt'] ?? ''));
  assert.equal(runs[0]?.['endpoint'], 'music.copy');
  assert.ok((runs[0]?.['at'] ?? '') >= (runs[1]?.['at'] ?? ''));
  assert.deepEqual(await problem('GET', '/v1/runs?limit=0'), [400, 'invalid_argument']);
});

test('counts are those of now, imported events among them', async () => {
  await simulation.live('music.Played', ['x', 'y']);
  const counts = (await get('/v1/counts')) as { since: string; events: object; partitions: object; rows: number };
  assert.equal(counts.since, '2026-08-11T00:30:10.000Z');
  assert.deepEqual(counts.events, { hour: '2026-08-11T03', total: 4, types: { 'music.Played': 4 }, verdicts: {} });
  assert.deepEqual([counts.partitions, counts.rows], [{ published: 7 }, 2]);
});

test('a collector that accepted nothing in the hour counts by what it refused', async () => {
  const [hour, boot, type] = ['2026-08-11T03' as PartitionKey, 'boot-0002' as BootId, 'music.Played' as EventTypeId];
  const books = new Map([[type, { ...NO_BOOKS, received: 3, duplicate: 1, rejected: 2 }]]);
  const report = encodeReport({ hour, boot, final: false, types: new Map(), books });
  await simulation.store.create(reportObject(hour, boot), report);
  const { events } = (await get('/v1/counts')) as { events: { verdicts: object } };
  assert.deepEqual(events.verdicts, { 'music.Played': { duplicate: 1, rejected: 2 } });
});

test('lineage is asked by node, direction and level', async () => {
  const graph = (await get('/v1/lineage?node=music.daily&direction=downstream')) as { edges: object[] };
  assert.deepEqual(graph.edges, [{ from: 'music.daily', to: 'music.copy' }]);
  assert.deepEqual(await problem('GET', '/v1/lineage?node=music.none'), [404, 'unknown_endpoint']);
  assert.deepEqual(await problem('GET', '/v1/lineage?direction=sideways'), [400, 'invalid_argument']);
});

test('what is not there, or no key, is told apart', async () => {
  assert.deepEqual(await problem('GET', '/v1/endpoints/music.none'), [404, 'unknown_endpoint']);
  assert.deepEqual(await problem('GET', '/v1/endpoints/music.daily/partitions/2026-8-1'), [
    400,
    'invalid_partition_key',
  ]);
  assert.deepEqual(await problem('GET', '/v1/endpoints/music.daily/partitions/2026-08-09'), [404, 'unknown_partition']);
  const run = '/v1/endpoints/music.daily/partitions';
  assert.deepEqual(await problem('POST', `${run}/2026-08-10T01:run`), [400, 'invalid_partition_key']);
  assert.deepEqual(await problem('POST', `${run}/2026-08-09:run`), [404, 'unknown_partition']);
});

test('a run by hand builds a published partition again, once at a time, and what reads it follows', async () => {
  const path = '/v1/endpoints/music.daily/partitions/2026-08-10';
  const { status, json } = await simulation.call('POST', `${path}:run`);
  assert.equal(status, 202);
  assert.deepEqual(await problem('POST', `${path}:run`), [409, 'run_in_progress']);
  assert.equal((json as { state: string }).state, 'running');
  await simulation.until(() => false, 5000);
  const daily = (await get(path)) as { state: string; generation: number; run: string };
  assert.deepEqual([daily.state, daily.generation, daily.run], ['published', 2, (json as { run: string }).run]);
  const copy = (await get('/v1/endpoints/music.copy/partitions/2026-08-10')) as { generation: number };
  assert.equal(copy.generation, 2);
});

test('a run that holds nothing is told so, whatever it says', async () => {
  const run = '/v1/runs/music.daily/2026-08-10/nobody';
  const calls = { begin: { execution: 'e' }, audited: { row: [] }, published: {}, failed: { code: 500 } };
  for (const [verb, body] of Object.entries(calls)) {
    const { json } = await simulation.call('POST', `${run}:${verb}`, body);
    assert.deepEqual(json, { step: 'none', reason: 'superseded' }, verb);
  }
  const { json } = await simulation.call('POST', '/v1/closers/music.played:next', { closer: 'nobody', execution: 'e' });
  assert.deepEqual(json, { done: true });
});

test('before a catalog is applied there is nothing to do and nothing to show', async () => {
  const empty = new Simulation({ catalog, nowMs: NOW });
  await empty.store.delete('catalog/current');
  assert.deepEqual((await empty.call('POST', '/v1/tick', { now: NOW / 1000 })).json, { done: true, started: 0 });
  assert.equal((await empty.call('GET', '/v1/endpoints')).status, 500);
});
