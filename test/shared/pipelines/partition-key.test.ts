import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  ALL,
  boundsOf,
  decoratorOf,
  type Grain,
  GRAINS,
  grainOf,
  keyAt,
  keysBetween,
  nextKey,
  parsePartitionKey,
  type PartitionKey,
  previousKey,
  shiftKey,
} from '#shared/pipelines/partition-key.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';

const anyMs = fc.integer({ min: Date.UTC(1, 1, 1), max: Date.UTC(9990, 0, 1) });
const cutGrain = fc.constantFrom<Grain>('hour', 'day', 'week', 'month');
const anyKey = fc.tuple(cutGrain, anyMs).map(([grain, epochMs]) => keyAt(grain, epochMs));

function key(text: string): PartitionKey {
  const parsed = parsePartitionKey(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

test('a key holds its instant, is canonical, and tells its grain', () => {
  fc.assert(
    fc.property(cutGrain, anyMs, (grain, epochMs) => {
      const at = keyAt(grain, epochMs);
      const { startMs, endMs } = boundsOf(at);
      assert.ok(startMs <= epochMs && epochMs < endMs);
      assert.equal(parsePartitionKey(at), at);
      assert.equal(grainOf(at), grain);
      assert.equal(keyAt(grain, startMs), at);
      assert.equal(keyAt(grain, endMs - 1), at);
    }),
    { numRuns: 2000 },
  );
});

test('partitions of a grain neither overlap nor leave gaps, and their keys sort as they follow', () => {
  fc.assert(
    fc.property(anyKey, (at) => {
      const next = nextKey(at);
      assert.equal(boundsOf(next).startMs, boundsOf(at).endMs);
      assert.equal(previousKey(next), at);
      assert.ok(at < next);
    }),
    { numRuns: 2000 },
  );
});

test('shifting is walking, and shifting back returns', () => {
  fc.assert(
    fc.property(anyKey, fc.integer({ min: 0, max: 40 }), (at, count) => {
      let walked = at;
      for (let step = 0; step < count; step += 1) walked = nextKey(walked);
      assert.equal(shiftKey(at, count), walked);
      assert.equal(shiftKey(walked, -count), at);
      assert.equal([...keysBetween(at, walked)].length, count + 1);
    }),
  );
});

test('weeks agree with the algorithm that ISO 8601 defines by Thursdays', () => {
  fc.assert(
    fc.property(anyMs, (epochMs) => {
      const date = new Date(epochMs);
      date.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
      const firstOfYear = new Date(0);
      firstOfYear.setUTCFullYear(date.getUTCFullYear(), 0, 1);
      const week = Math.ceil(((date.setUTCHours(0, 0, 0, 0) - firstOfYear.getTime()) / 86_400_000 + 1) / 7);
      assert.equal(
        keyAt('week', epochMs),
        `${String(date.getUTCFullYear()).padStart(4, '0')}-W${String(week).padStart(2, '0')}`,
      );
    }),
    { numRuns: 2000 },
  );
});

test('years that start or end inside a week have it once', () => {
  assert.equal(keyAt('week', Date.UTC(2026, 11, 31)), '2026-W53');
  assert.equal(keyAt('week', Date.UTC(2027, 0, 3)), '2026-W53');
  assert.equal(keyAt('week', Date.UTC(2027, 0, 4)), '2027-W01');
  assert.equal(keyAt('week', Date.UTC(2024, 11, 30)), '2025-W01');
  assert.equal(formatTimestamp(boundsOf(key('2026-W31')).startMs), '2026-07-27T00:00:00.000Z');
});

test('what is unpadded, impossible or anything else is no key', () => {
  for (const text of [
    '2026-8-01',
    '2026-08-1',
    '2026-08-01T1',
    '2026-08-01T24',
    '2026-08-01T-1',
    '2026-08-01t13',
    '2026-08-01 13',
    '2026-08-01T13Z',
    '2026-W1',
    '2026-W00',
    '2025-W53',
    '2026-W54',
    '2026-w31',
    '2026W31',
    '2026-13',
    '2026-00',
    '2026-8',
    '2026',
    '0000-01',
    'ALL',
    'al',
    '',
    '2026-02-29',
    '2026-08-01T',
    '+026-08',
    'abcd-08',
    '2026-08-0l',
  ]) {
    assert.equal(parsePartitionKey(text), undefined, text);
  }
  assert.equal(parsePartitionKey('2026-W53'), '2026-W53');
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9TW-]{3,13}$/)), (text) => {
      const parsed = parsePartitionKey(text);
      if (parsed !== undefined && parsed !== ALL) assert.equal(keyAt(grainOf(parsed), boundsOf(parsed).startMs), text);
    }),
    { numRuns: 5000 },
  );
});

test('a decorator is what BigQuery writes after the dollar sign', () => {
  assert.equal(decoratorOf(key('2026-08-01T13')), '2026080113');
  assert.equal(decoratorOf(key('2026-08-01')), '20260801');
  assert.equal(decoratorOf(key('2026-W31')), '20260727');
  assert.equal(decoratorOf(key('2026-08')), '202608');
  assert.equal(decoratorOf(ALL), undefined);
});

test('all is one partition without neighbours', () => {
  assert.equal(keyAt('all', 0), ALL);
  assert.equal(nextKey(ALL), ALL);
  assert.equal(previousKey(ALL), ALL);
  assert.equal(shiftKey(ALL, 7), ALL);
  assert.deepEqual([...keysBetween(ALL, ALL)], [ALL]);
  assert.equal(formatTimestamp(boundsOf(ALL).startMs), '0001-01-01T00:00:00.000Z');
  assert.equal(formatTimestamp(boundsOf(ALL).endMs), '9999-12-31T23:59:59.999Z');
});

test('no key is made up outside the years that a key can name', () => {
  assert.throws(() => nextKey(key('9999-12-31')), RangeError);
  assert.throws(() => previousKey(key('0001-01')), RangeError);
  assert.throws(() => keyAt('day', Number.NaN), RangeError);
  assert.deepEqual([...keysBetween(key('9999-12-30'), key('9999-12-31'))], ['9999-12-30', '9999-12-31']);
});

test('nothing lies between a key and an earlier one', () => {
  assert.deepEqual([...keysBetween(key('2026-08-02'), key('2026-08-01'))], []);
  assert.equal(GRAINS.length, 5);
});
