import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isKnown, knownKeys, type Moment } from '#shared/pipelines/horizon.ts';
import { keysBetween } from '#shared/pipelines/partition-key.ts';
import { pinHolds, readinessOf } from '#shared/pipelines/readiness.ts';
import { catalogWith, dailyPipeline, id, key, moment, pipeline, sqlEndpoint, type Stored } from './memory-view.ts';

const PLAYED = id('music.played');
const DAILY = id('music.daily');
const catalog = catalogWith(dailyPipeline());
const daily = sqlEndpoint(catalog, 'music.daily');

function hours(day: string, from = 0, to = 23, summary: Stored[string] = {}): Stored {
  const keys = [...keysBetween(key(`${day}T${String(from).padStart(2, '0')}`), key(`${day}T${to}`))];
  return Object.fromEntries(keys.map((hour) => [`music.played ${hour}`, summary]));
}

test('an event endpoint is expected from the partition on in which its type was first applied', () => {
  const now = moment(catalog, '2026-08-01T03:10:00Z', {}, { 'music.played': '2026-08-01T01:30:00Z' });
  assert.deepEqual(knownKeys(now, PLAYED), ['2026-08-01T01', '2026-08-01T02']);
  assert.equal(isKnown(now, PLAYED, key('2026-08-01T00')), false);
  assert.equal(isKnown(now, PLAYED, key('2026-08-01T03')), false);
  assert.deepEqual(knownKeys(moment(catalog, '2026-08-01T03:10:00Z'), PLAYED), []);
});

test('what an import touched exists, however old, and so does what is made of it', () => {
  const now = moment(catalog, '2026-08-01T03:10:00Z', {
    'music.played 2026-05-17T04': { state: 'waiting', generation: 0 },
  });
  assert.deepEqual(knownKeys(now, PLAYED), ['2026-05-17T04']);
  assert.deepEqual(knownKeys(now, DAILY), ['2026-05-17']);
  assert.ok(isKnown(now, DAILY, key('2026-05-17')));
  assert.equal(isKnown(now, DAILY, key('2026-05-18')), false);
});

test('nothing is expected before the start of an endpoint, nor before a partition has ended', () => {
  const stored = { ...hours('2025-12-31'), ...hours('2026-08-01') };
  assert.deepEqual(knownKeys(moment(catalog, '2026-08-01T12:00:00Z', stored), DAILY), []);
  assert.deepEqual(knownKeys(moment(catalog, '2026-08-02T00:00:00Z', stored), DAILY), ['2026-08-01']);
});

test('a day is ready when every hour that exists or is expected is published, and pins their generations', () => {
  const stored = { ...hours('2026-08-01', 20), 'music.played 2026-08-01T22': { generation: 3 } };
  const ready = readinessOf(moment(catalog, '2026-08-02T00:30:00Z', stored), daily, key('2026-08-01'));
  assert.deepEqual(ready, {
    kind: 'ready',
    pins: ['20', '21', '22', '23'].map((hour) => ({
      endpoint: PLAYED,
      key: `2026-08-01T${hour}`,
      generation: hour === '22' ? 3 : 1,
    })),
  });
});

test('what is missing is named, with the state it is in', () => {
  const stored = { ...hours('2026-08-01', 20), 'music.played 2026-08-01T22': { state: 'running' as const } };
  const applied = { 'music.played': '2026-08-01T19:30:00Z' };
  const result = readinessOf(moment(catalog, '2026-08-02T00:30:00Z', stored, applied), daily, key('2026-08-01'));
  assert.deepEqual(result, {
    kind: 'missing',
    missing: [
      { endpoint: PLAYED, key: '2026-08-01T19', state: 'expected' },
      { endpoint: PLAYED, key: '2026-08-01T22', state: 'running' },
    ],
  });
});

test('a skipped input keeps nobody waiting, a failed or stale one does', () => {
  const at = '2026-08-02T00:30:00Z';
  const of = (summary: Stored[string]): string =>
    readinessOf(moment(catalog, at, { 'music.played 2026-08-01T05': summary }), daily, key('2026-08-01')).kind;
  assert.equal(of({ state: 'skipped', generation: 0 }), 'ready');
  assert.equal(of({ state: 'failed', generation: 2 }), 'missing');
  assert.equal(of({ state: 'waiting', generation: 2 }), 'missing');
});

test('a stale input that only a person rebuilds is as good as it gets', () => {
  const at = '2026-08-02T00:30:00Z';
  const kinds = ['auto', 'warn'].map((policy) => {
    const both = catalogWith(dailyPipeline(`on_restate: ${policy}`), pipeline('music/copy', 'music.daily'));
    const now = moment(both, at, { 'music.daily 2026-08-01': { state: 'stale' } });
    return readinessOf(now, sqlEndpoint(both, 'music.copy'), key('2026-08-01')).kind;
  });
  assert.deepEqual(kinds, ['missing', 'ready']);
});

test('a window of hours waits for those of its own span only, and pins the later ones that are there', () => {
  const windowed = catalogWith(dailyPipeline('inputs: {music.played: {window: "0..2h"}}'));
  const now = moment(windowed, '2026-08-02T04:00:00Z', {
    ...hours('2026-08-01', 23),
    'music.played 2026-08-02T01': {},
  });
  const result = readinessOf(now, sqlEndpoint(windowed, 'music.daily'), key('2026-08-01'));
  assert.deepEqual(result.kind === 'ready' && result.pins.map((pin) => pin.key), ['2026-08-01T23', '2026-08-02T01']);
});

test('any, or so many, of the inputs are enough when the declaration says so', () => {
  const now = (more: string): Moment => {
    const stored = {
      ...hours('2026-08-01', 0, 23, { state: 'waiting', generation: 0 }),
      'music.played 2026-08-01T07': {},
    };
    return moment(
      catalogWith(dailyPipeline(`inputs: {music.played: {require: ${more}}}`)),
      '2026-08-02T04:00:00Z',
      stored,
    );
  };
  const of = (more: string): string => {
    const scene = now(more);
    return readinessOf(scene, sqlEndpoint(scene.catalog, 'music.daily'), key('2026-08-01')).kind;
  };
  assert.deepEqual([of('any'), of('{min: 1}'), of('{min: 2}'), of('all')], ['ready', 'ready', 'missing', 'missing']);
});

test('the latest input is the newest published one, unless that is too old', () => {
  const of = (now: string): unknown => {
    const latest = catalogWith(
      dailyPipeline(),
      pipeline('music/join', 'music.daily', 'inputs: {music.daily: {window: latest, max_age: P3D}}'),
    );
    const stored = {
      'music.daily 2026-08-01': {},
      'music.daily 2026-08-02': { generation: 4 },
      'music.daily 2026-08-03': { state: 'running' as const, generation: 0 },
    };
    const result = readinessOf(moment(latest, now, stored), sqlEndpoint(latest, 'music.join'), key('2026-08-03'));
    return result.kind === 'ready' ? result.pins : result.kind;
  };
  assert.deepEqual(of('2026-08-04T00:00:00Z'), [{ endpoint: DAILY, key: '2026-08-02', generation: 4 }]);
  assert.equal(of('2026-08-09T00:00:00Z'), 'missing');
});

test('an endpoint that reads its own previous partition builds them one after the other, from the first on', () => {
  const own = catalogWith({
    ...dailyPipeline('inputs: {music.daily: {window: previous}}'),
    'sql/music/daily/query.sql':
      'SELECT DATE(hour) AS day, COUNT(*) AS n FROM music.played WHERE DATE(hour) NOT IN (SELECT day FROM music.daily) GROUP BY day',
  });
  const endpoint = sqlEndpoint(own, 'music.daily');
  const stored = { 'music.played 2026-08-01T05': {}, 'music.played 2026-08-02T05': {} };
  const now = moment(own, '2026-08-03T00:00:00Z', stored);
  assert.deepEqual(knownKeys(now, DAILY), ['2026-08-01', '2026-08-02']);
  assert.equal(readinessOf(now, endpoint, key('2026-08-01')).kind, 'ready');
  assert.equal(readinessOf(now, endpoint, key('2026-08-02')).kind, 'missing');
});

test('a run may commit only while every generation it pinned stands and none is being replaced', () => {
  const pin = { endpoint: PLAYED, key: key('2026-08-01T05'), generation: 2 };
  assert.ok(pinHolds(pin, { state: 'published', generation: 2, rows: 0 }));
  assert.ok(pinHolds(pin, { state: 'running', generation: 2, rows: 0 }));
  assert.ok(!pinHolds(pin, { state: 'committing', generation: 2, rows: 0 }));
  assert.ok(!pinHolds(pin, { state: 'published', generation: 3, rows: 0 }));
  assert.ok(!pinHolds(pin, undefined));
});

test('known one by one is known in the list', () => {
  const stateOf = fc.constantFrom('published', 'waiting', 'stale', 'failed', 'running') as fc.Arbitrary<'published'>;
  const hour = fc.integer({ min: 0, max: 95 });
  fc.assert(
    fc.property(fc.array(fc.tuple(hour, stateOf), { maxLength: 20 }), hour, hour, (parts, appliedHour, nowHour) => {
      const base = Date.UTC(2026, 7, 1);
      const text = (hours: number): string => new Date(base + hours * 3_600_000).toISOString();
      const stored = Object.fromEntries(
        parts.map(([hours, state]) => [`music.played ${text(hours).slice(0, 13)}`, { state }]),
      );
      const now = moment(catalog, text(nowHour), stored, { 'music.played': text(appliedHour) });
      const days = ['2026-07-31', '2026-08-01', '2026-08-02', '2026-08-03', '2026-08-04'].map(key);
      assert.deepEqual(
        days.filter((day) => isKnown(now, DAILY, day)),
        knownKeys(now, DAILY),
      );
    }),
  );
});
