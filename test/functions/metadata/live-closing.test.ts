import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeReport, reportObject } from '#shared/events/collector-report.ts';
import { keyAt } from '#shared/pipelines/partition-key.ts';
import type { BootId } from '#shared/platform/ids.ts';
import { catalogWith, dailyPipeline } from '#test/shared/pipelines/memory-view.ts';
import { content, records } from './simulation/judge.ts';
import { MINUTE_MS, Simulation } from './simulation/simulation.ts';

const HOUR = 60 * MINUTE_MS;
/** Ten minutes before the hour ends; the tier allows a quarter of an hour for stragglers. */
const NOW = Date.UTC(2026, 7, 20, 21, 50);
const catalog = catalogWith(dailyPipeline());

test('an hour is closed seconds after it has ended, as soon as what was counted has landed', async () => {
  const simulation = new Simulation({ catalog, nowMs: NOW });
  await simulation.live('music.Played', ['a', 'b']);
  await simulation.until(() => simulation.bigQuery.tables.size > 0, 11 * MINUTE_MS);
  assert.deepEqual(content(simulation), { 'music.played 2026-08-20T21': ['a', 'b'] });
  const lateMs = simulation.time.now() - (NOW + 10 * MINUTE_MS);
  assert.ok(lateMs < 15_000, `${lateMs} ms after the hour`);
});

test('an hour without events is closed, too, and the day is built of all its hours', async () => {
  const simulation = new Simulation({ catalog, nowMs: NOW });
  await simulation.live('music.Played', ['a']);
  await simulation.until(() => simulation.bigQuery.tables.size === 4, 3 * HOUR);
  assert.deepEqual(content(simulation), {
    'music.daily 2026-08-20': ['a'],
    'music.played 2026-08-20T21': ['a'],
    'music.played 2026-08-20T22': [],
    'music.played 2026-08-20T23': [],
  });
});

test('what lands after its hour was closed goes into the next one, and into the day once', async () => {
  const simulation = new Simulation({ catalog, nowMs: NOW });
  await simulation.live('music.Played', ['a']);
  await simulation.live('music.Played', ['late'], 40 * MINUTE_MS);
  await simulation.until(() => simulation.bigQuery.tables.size === 4, 3 * HOUR);
  assert.deepEqual(content(simulation), {
    'music.daily 2026-08-20': ['a', 'late'],
    'music.played 2026-08-20T21': ['a'],
    'music.played 2026-08-20T22': ['late'],
    'music.played 2026-08-20T23': [],
  });
  const told = simulation.logs.filter((line) => line.includes('closing_incomplete'));
  assert.equal(told.length, 1, 'closing without it is an alert');
  assert.match(told[0] ?? '', /"partition":"2026-08-20T21","count":1/);
  const fact = simulation.facts.find(({ fact_id: id }) => id === 'partition.published/music.played/2026-08-20T21/1');
  assert.match(fact?.body ?? '', /"incomplete":true,"missing":1/);
});

test('a collector that died without its last word holds its hour until the deadline, and is no alert while nothing is missing', async () => {
  const simulation = new Simulation({ catalog, nowMs: NOW });
  const [hour, boot] = [keyAt('hour', NOW), 'boot-died' as BootId];
  await simulation.store.create(reportObject(hour, boot), encodeReport({ hour, boot, final: false, types: new Map() }));
  await simulation.live('music.Played', ['a']);
  await simulation.until(() => simulation.bigQuery.tables.size > 0, 24 * MINUTE_MS);
  assert.deepEqual(content(simulation), {});
  await simulation.until(() => simulation.bigQuery.tables.size > 0, 2 * MINUTE_MS);
  assert.deepEqual(content(simulation), { 'music.played 2026-08-20T21': ['a'] });
  assert.deepEqual(
    simulation.logs.filter((line) => line.includes('closing_incomplete')),
    [],
  );
  assert.equal(simulation.logs.filter((line) => line.includes('without the last word')).length, 1);
  const fact = simulation.facts.find(({ kind }) => kind === 'partition.published');
  assert.doesNotMatch(fact?.body ?? '', /incomplete|missing/);
});

test('an import that touches an hour that has not ended leaves it to the clock', async () => {
  const simulation = new Simulation({ catalog, nowMs: NOW });
  await simulation.live('music.Played', ['a']);
  await simulation.import('import-1', 'music.Played', { x: '2026-08-20T20:30:00Z', y: '2026-08-20T21:10:00Z' });
  await simulation.until(() => simulation.bigQuery.tables.size > 0, 5 * MINUTE_MS);
  await simulation.until(() => false, MINUTE_MS);
  assert.deepEqual(content(simulation), { 'music.played 2026-08-20T20': ['x'] });
  await simulation.until(() => simulation.bigQuery.tables.size > 1, 15 * MINUTE_MS);
  assert.deepEqual(content(simulation)['music.played 2026-08-20T21'], ['a', 'y']);
});

test('an import that nobody finished is finished when nothing has come for an hour', async () => {
  const simulation = new Simulation({ catalog, nowMs: NOW });
  await simulation.import('import-1', 'music.Played', { x: '2026-08-10T20:30:00Z' }, 'open');
  await simulation.until(() => simulation.bigQuery.tables.has('music.played 2026-08-10T20'), 50 * MINUTE_MS);
  assert.ok(!simulation.bigQuery.tables.has('music.played 2026-08-10T20'));
  await simulation.until(() => simulation.bigQuery.tables.has('music.played 2026-08-10T20'), 40 * MINUTE_MS);
  assert.ok(simulation.bigQuery.tables.has('music.played 2026-08-10T20'));
});

test('after an outage of hours everything that fell due is closed in order', async () => {
  const simulation = new Simulation({ catalog, nowMs: NOW, firstAppliedMs: NOW - 30 * HOUR });
  await simulation.until(() => simulation.bigQuery.tables.has('music.played 2026-08-20T20'), 5 * MINUTE_MS);
  await simulation.until(() => false, 1000);
  const found = (await records(simulation)).filter(({ endpoint }) => endpoint === 'music.played');
  const times = found.map(({ publishedAt = '' }) => publishedAt);
  assert.equal(found.length, 30);
  assert.deepEqual(times, [...times].sort());
  assert.ok(simulation.bigQuery.tables.has('music.daily 2026-08-19'));
});

test('days are closed when every hour of every collector has had its last word', async () => {
  const files = {
    'events/music/Visited.yaml': [
      'description: Somebody visited a page.',
      'owner: team-a',
      'tier: gold',
      'purpose: analytics',
      'grain: day',
      'retention: P400D',
      'fields:',
      '  page: {type: string, semantic: content.id, description: The page that was visited.}',
      'examples: [{page: a}]',
    ].join('\n'),
  };
  const daily = catalogWith(files);
  const simulation = new Simulation({ catalog: daily, nowMs: NOW });
  await simulation.live('music.Visited', ['a']);
  await simulation.until(() => simulation.bigQuery.tables.has('music.visited 2026-08-20'), 3 * HOUR);
  assert.deepEqual(content(simulation)['music.visited 2026-08-20'], ['a']);
});
