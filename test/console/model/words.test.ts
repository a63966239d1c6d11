import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint, Run } from '#console/api/types.ts';
import { eventCounts, totalOf } from '#console/model/event-counts.ts';
import { failureOf, UNREACHABLE } from '#console/model/failure.ts';
import { formatAge, formatAgo, formatDuration, formatPercent, formatRate, formatTook } from '#console/model/format.ts';
import { freshnessText } from '#console/model/freshness.ts';
import { waitMs } from '#console/model/pace.ts';
import { factsOf, LOOK_NAMES, lookOf, sentenceOf, tallyOf } from '#console/model/partition-states.ts';
import { linkTo, parseRoute } from '#console/model/route.ts';
import { runLine } from '#console/model/run-lines.ts';
import { shownState } from '#shared/metadata/api/partition-shape.ts';

const NOW = Date.parse('2026-08-11T04:20:00Z');

const ENDPOINT: Endpoint = {
  id: 'music.daily',
  kind: 'sql',
  description: 'd',
  owner: 'team-a',
  grain: 'day',
  retention: 'P400D',
  inputs: [],
  freshness: { state: 'empty' },
  partitions: { states: {}, rows: 0 },
};

test('spans are written in the units that people count them in', () => {
  const spans = [340, 1440, 130_000, 11_100_000, 526_000_000];
  assert.deepEqual(spans.map(formatTook), ['340 ms', '1.4 s', '2 min 10 s', '3 h 5 min', '6 d 2 h']);
  assert.deepEqual([900, 61_000, 7_300_000, 200_000_000, 4e11].map(formatAge), ['0 s', '1 min', '2 h', '2 d', '12 y']);
  assert.deepEqual(
    [formatAgo(NOW - 500, NOW), formatAgo(NOW - 5000, NOW), formatAgo(NOW + 5000, NOW)],
    ['now', '5 s ago', 'in 5 s'],
  );
  assert.deepEqual(['P400D', 'P20Y', 'P1Y', 'PT15M', 'PT1H30M'].map(formatDuration), [
    '400 days',
    '20 years',
    '1 year',
    '15 min',
    '1 h 30 min',
  ]);
  assert.deepEqual([formatRate(4.52), formatRate(203.4), formatPercent(0.0005)], ['4.5', '203', '0.05 %']);
});

test('every state that metadata shows has a look of its own, published without rows too', () => {
  for (const state of shownState.options) assert.ok(LOOK_NAMES.includes(lookOf({ state, rows: 1 })), state);
  assert.equal(lookOf({ state: 'published', rows: 0 }), 'empty');
  assert.equal(tallyOf({ published: 46, failed: 1 }), '46 published, 1 failed');
});

test('a partition is told without seeing its cell: state, generation, rows, when and by which run', () => {
  const partition = {
    key: '2026-08-10',
    generation: 2,
    rows: 1204,
    publishedAt: '2026-08-11T00:01:02.000Z',
    run: 'r1',
  };
  assert.equal(
    sentenceOf({ ...partition, state: 'stale' }),
    '2026-08-10: stale, generation 2, 1,204 rows, published 2026-08-11 00:01:02 UTC',
  );
  assert.deepEqual(factsOf({ ...partition, state: 'stale' }), [
    ['generation', '2'],
    ['rows', '1,204'],
    ['published', '2026-08-11 00:01:02 UTC'],
    ['run', 'r1'],
  ]);
  const failure = { code: 'query_failed', at: '2026-08-11T00:01:02.000Z' };
  const failed = { key: '2026-08-10', state: 'failed', generation: 0, rows: 0, failure } as const;
  assert.equal(sentenceOf(failed), '2026-08-10: failed, never published, error query_failed');
});

test('freshness says against what it is late', () => {
  const promise = { kind: 'deadline', deadline: '06:00', timezone: 'Europe/Stockholm', objective: 0.99 } as const;
  const missing = { key: '2026-08-10', promisedAt: '2026-08-11T04:00:00.000Z' };
  const late = { ...ENDPOINT, promise, freshness: { state: 'late', missing } } as const;
  assert.deepEqual(freshnessText(late, NOW), {
    state: 'late',
    label: 'late by 20 min',
    detail: '2026-08-10 was promised by 06:00 Europe/Stockholm',
  });
  const due = freshnessText({ ...late, freshness: { state: 'due', missing } }, NOW - 3_600_000);
  assert.equal(due.detail, '2026-08-10 is next, 40 min left');
  const imported = freshnessText({ ...late, freshness: { state: 'due', missing: { key: '2026-08-01' } } }, NOW);
  assert.deepEqual([imported.label, imported.detail], ['catching up', '2026-08-01 is next']);
  const upTo = '2026-08-11T04:00:00.000Z';
  assert.equal(
    freshnessText({ ...ENDPOINT, freshness: { state: 'current', upTo } }, NOW).detail,
    'rows up to 20 min ago',
  );
});

test('a run that goes on takes longer by the second, one that has ended took what it took', () => {
  const run: Run = {
    endpoint: 'music.daily',
    key: '2026-08-10',
    state: 'running',
    generation: 0,
    rows: 0,
    at: '2026-08-11T04:19:00.000Z',
    startedAt: '2026-08-11T04:19:00.000Z',
  };
  const running = runLine(run, NOW);
  assert.deepEqual([running.look, running.tookMs], ['running', 60_000]);
  const ended = runLine({ ...run, state: 'published', outcome: 'published', endedAt: '2026-08-11T04:19:02.500Z' }, NOW);
  assert.deepEqual([ended.look, ended.tookMs], ['published', 2500]);
  const failed = runLine({ ...run, state: 'published', outcome: 'failed', endedAt: '2026-08-11T04:19:02.500Z' }, NOW);
  assert.equal(failed.look, 'failed');
  const { startedAt: _, ...unknown } = run;
  assert.deepEqual(
    [runLine({ ...unknown, state: 'published' }, NOW).tookMs, runLine({ ...unknown, code: 'x' }, NOW).look],
    [undefined, 'failed'],
  );
});

test('events are counted by type, those that nobody has sent yet among them', () => {
  const counts = {
    at: '2026-08-11T04:20:00.000Z',
    events: {
      hour: '2026-08-11T04',
      total: 10,
      types: { 'music.Played': 10 },
      verdicts: { 'music.Played': { duplicate: 2, rejected: 1 } },
    },
    partitions: {},
    rows: 0,
  };
  const declared = { ...ENDPOINT, id: 'music.stopped', kind: 'event', eventType: 'music.Stopped' } as const;
  const lines = eventCounts(counts, [ENDPOINT, declared], []);
  assert.deepEqual(
    lines.map(({ type, endpoint, received, accepted }) => [type, endpoint, received, accepted]),
    [
      ['music.Played', undefined, 13, 10],
      ['music.Stopped', 'music.stopped', 0, 0],
    ],
  );
  assert.deepEqual(totalOf(lines), { received: 13, accepted: 10, duplicate: 2, rejected: 1 });
});

test('what is wrong comes with what to do', () => {
  assert.equal(failureOf(502, undefined), UNREACHABLE);
  assert.equal(failureOf(401, { code: 'unauthenticated', detail: 'd', hint: 'h' }).kind, 'signed-out');
  assert.equal(failureOf(403, { code: 'forbidden', detail: 'd', hint: 'Ask.' }).hint, 'Ask.');
  assert.equal(failureOf(500, { code: 'catalog_missing', detail: 'd', hint: 'h' }).kind, 'no-catalog');
  assert.deepEqual(failureOf(500, { code: 'internal', detail: 'It broke.', hint: 'Look.' }), {
    kind: 'problem',
    title: 'It broke.',
    hint: 'Look.',
  });
  assert.equal(failureOf(404, '<html>').kind, 'problem');
});

test('who is not answered asks more and more seldom, but never gives up', () => {
  const waits = [0, 1, 2, 3, 4, 5, 20].map((failures) => waitMs(2000, failures, 1));
  assert.deepEqual(waits, [2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  assert.equal(waitMs(2000, 5, 0), 22_500);
});

test('an address leads back to what it was made of, and one that means nothing opens nothing', () => {
  const none = { endpoint: undefined, partition: undefined };
  assert.deepEqual(parseRoute(linkTo('music.daily', '2026-08-10T05')), {
    endpoint: 'music.daily',
    partition: '2026-08-10T05',
  });
  assert.deepEqual(parseRoute(linkTo('music.daily')), { endpoint: 'music.daily', partition: undefined });
  assert.deepEqual(parseRoute(linkTo()), none);
  for (const odd of ['', '#', '#/endpoints', '#/endpoints/<script>', '#/endpoints/%E0%A4%A', '#/other/music.daily'])
    assert.deepEqual(parseRoute(odd), none, odd);
});
