import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshnessOf, promiseOf } from '#shared/metadata/freshness.ts';
import { at, catalogWith, dailyPipeline, endpointIn, moment, type Stored } from '#test/shared/pipelines/memory-view.ts';

const SLO = 'slo: {deadline: "06:00", timezone: Europe/Stockholm, objective: 0.99}';
const catalog = catalogWith(dailyPipeline(SLO));
const FIRST = { 'music.played': '2026-08-01T00:10:00Z' };

function freshness(id: string, nowText: string, stored: Stored) {
  return freshnessOf(moment(catalog, nowText, stored, FIRST), endpointIn(catalog, id));
}

/** Every hour of a day, published. */
function hours(day: string, until = 24): Stored {
  const keys = Array.from({ length: until }, (_, hour) => `music.played ${day}T${String(hour).padStart(2, '0')}`);
  return Object.fromEntries(keys.map((key) => [key, { publishedMs: at('2026-08-01T01:02:00Z') }]));
}

test('an endpoint that has nothing and expects nothing is empty', () => {
  assert.deepEqual(freshness('music.played', '2026-08-01T00:30:00Z', {}), { state: 'empty' });
});

test('while nothing is missing it is current, however old its newest rows are', () => {
  const old = { 'music.daily 2015-05-17': { publishedMs: at('2026-08-01T00:20:00Z') } };
  const { state, latest, upToMs } = freshness('music.daily', '2026-08-01T00:30:00Z', old);
  assert.deepEqual([state, latest, upToMs], ['current', '2015-05-17', at('2015-05-18T00:00:00Z')]);
});

test('a closing is promised within the deadline of its tier, and late after it', () => {
  const stored = hours('2026-08-01', 1);
  assert.equal(freshness('music.played', '2026-08-01T01:59:00Z', stored).state, 'current');
  const due = freshness('music.played', '2026-08-01T02:15:00Z', stored);
  assert.deepEqual([due.state, due.missing], ['due', { key: '2026-08-01T01', promisedMs: at('2026-08-01T02:15:00Z') }]);
  assert.equal(freshness('music.played', '2026-08-01T02:15:00.001Z', stored).state, 'late');
});

test('a pipeline is promised by the clock of its time zone, in summer and in winter', () => {
  const stored = { ...hours('2026-08-01'), ...hours('2026-08-02') };
  const { state, missing } = freshness('music.daily', '2026-08-02T03:59:00Z', stored);
  assert.deepEqual([state, missing], ['due', { key: '2026-08-01', promisedMs: at('2026-08-02T04:00:00Z') }]);
  assert.equal(freshness('music.daily', '2026-08-02T04:01:00Z', stored).state, 'late');
  const winter = { ...hours('2026-12-01'), 'music.daily 2026-11-30': {} };
  assert.equal(
    freshness('music.daily', '2026-12-02T01:00:00Z', winter).missing?.promisedMs,
    at('2026-12-02T05:00:00Z'),
  );
});

test('a partition in the middle that was begun and never published is missing, one that is published again is not', () => {
  const stored = hours('2026-08-01', 3);
  const failed = { ...stored, 'music.played 2026-08-01T01': { state: 'failed', generation: 0 } } as const;
  assert.equal(freshness('music.played', '2026-08-01T03:05:00Z', failed).missing?.key, '2026-08-01T01');
  const stale = { ...stored, 'music.played 2026-08-01T01': { state: 'stale', generation: 1 } } as const;
  assert.equal(freshness('music.played', '2026-08-01T03:05:00Z', stale).state, 'current');
});

test('what an import brought was promised to nobody, nor what is made of it', () => {
  const imported = hours('2026-07-20', 5);
  const waiting = { ...imported, 'music.played 2026-07-20T05': { state: 'waiting', generation: 0 } } as const;
  const hour = freshness('music.played', '2026-08-01T00:30:00Z', waiting);
  assert.deepEqual([hour.state, hour.missing], ['due', { key: '2026-07-20T05', promisedMs: undefined }]);
  const day = freshness('music.daily', '2026-08-01T00:30:00Z', waiting);
  assert.deepEqual([day.state, day.missing], ['due', { key: '2026-07-20', promisedMs: undefined }]);
});

test('without a service level a pipeline promises nothing, so it is never late', () => {
  const plain = catalogWith(dailyPipeline());
  const now = moment(plain, '2026-09-01T00:00:00Z', hours('2026-08-01'), FIRST);
  assert.equal(promiseOf(now, endpointIn(plain, 'music.daily')), undefined);
  const { state, missing } = freshnessOf(now, endpointIn(plain, 'music.daily'));
  assert.deepEqual([state, missing], ['due', { key: '2026-08-01', promisedMs: undefined }]);
});
