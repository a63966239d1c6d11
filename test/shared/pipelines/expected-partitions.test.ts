import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type Calendar,
  dueAt,
  expectedPartitions,
  isExpected,
  lastExpected,
} from '#shared/pipelines/expected-partitions.ts';
import {
  ALL,
  boundsOf,
  type Grain,
  keyAt,
  nextKey,
  parsePartitionKey,
  previousKey,
} from '#shared/pipelines/partition-key.ts';
import { firstTimeFrom, lastTimeUntil, parseSchedule, type Schedule } from '#shared/pipelines/schedule.ts';
import { durationOf } from '#shared/platform/duration.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';

const none = durationOf('PT0S');
const anyMs = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) });

function at(text: string): number {
  const epochMs = parseTimestamp(text);
  assert.ok(epochMs !== undefined);
  return epochMs;
}

function schedule(text: string): Schedule {
  const parsed = parseSchedule(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

test('a partition is expected from its end on, not before', () => {
  const calendar: Calendar = { grain: 'day', startMs: at('2026-07-30T00:00:00Z'), offset: none };
  assert.deepEqual([...expectedPartitions(calendar, at('2026-08-01T23:59:59Z'))], ['2026-07-30', '2026-07-31']);
  assert.deepEqual(
    [...expectedPartitions(calendar, at('2026-08-02T00:00:00Z'))],
    ['2026-07-30', '2026-07-31', '2026-08-01'],
  );
  assert.deepEqual([...expectedPartitions(calendar, at('2026-07-30T12:00:00Z'))], []);
});

test('an offset and a schedule shift when, never what', () => {
  const calendar: Calendar = {
    grain: 'day',
    startMs: 0,
    offset: durationOf('PT2H'),
    schedule: schedule('30 6 * * 1-5'),
  };
  const friday = parsePartitionKey('2026-07-31')!;
  assert.equal(formatTimestamp(dueAt(calendar, friday)), '2026-08-03T06:30:00.000Z');
  assert.ok(!isExpected(calendar, friday, at('2026-08-03T06:29:59Z')));
  assert.ok(isExpected(calendar, friday, at('2026-08-03T06:30:00Z')));
});

test('all is due at its first time and stays one', () => {
  const calendar: Calendar = {
    grain: 'all',
    startMs: at('2026-08-01T10:00:00Z'),
    offset: none,
    schedule: schedule('@daily'),
  };
  assert.deepEqual([...expectedPartitions(calendar, at('2026-08-01T23:00:00Z'))], []);
  assert.deepEqual([...expectedPartitions(calendar, at('2026-08-05T00:00:00Z'))], [ALL]);
});

test('what is expected is exactly what is due, oldest first, without a gap', () => {
  const schedules = [undefined, schedule('@hourly'), schedule('15 3 * * *'), schedule('@weekly')];
  fc.assert(
    fc.property(
      fc.constantFrom<Grain>('hour', 'day', 'week', 'month'),
      anyMs,
      fc.integer({ min: 0, max: 100 }),
      fc.constantFrom(...schedules),
      fc.constantFrom('PT0S', 'PT90M', 'P2D'),
      // eslint-disable-next-line max-params -- the arguments of a property
      (grain, nowMs, back, timed, offset) => {
        let start = keyAt(grain, nowMs);
        for (let step = 0; step < back; step += 1) start = previousKey(start);
        const calendar: Calendar = {
          grain,
          startMs: boundsOf(start).startMs,
          offset: durationOf(offset),
          schedule: timed,
        };
        const keys = [...expectedPartitions(calendar, nowMs)];
        for (const key of keys) assert.ok(isExpected(calendar, key, nowMs));
        assert.equal(keys.at(-1), lastExpected(calendar, nowMs));
        const after = keys.length === 0 ? start : nextKey(keys.at(-1)!);
        assert.ok(!isExpected(calendar, after, nowMs));
        assert.ok(keys.every((key, index) => index === 0 || key === nextKey(keys[index - 1]!)));
      },
    ),
    { numRuns: 60 },
  );
});

test('a week begins with Monday, also for its schedule', () => {
  assert.equal(
    formatTimestamp(firstTimeFrom(schedule('@weekly'), at('2026-08-01T00:00:00Z'))),
    '2026-08-03T00:00:00.000Z',
  );
});

test('the times of a schedule enclose every instant', () => {
  fc.assert(
    fc.property(anyMs, fc.constantFrom('@hourly', '@daily', '5 4 * * *', '*/15 * * * *'), (epochMs, text) => {
      const times = schedule(text);
      const from = firstTimeFrom(times, epochMs);
      const until = lastTimeUntil(times, epochMs);
      assert.ok(until !== undefined && until <= epochMs && epochMs <= from);
      assert.equal(firstTimeFrom(times, from), from);
      assert.equal(lastTimeUntil(times, from), from);
    }),
    { numRuns: 300 },
  );
});

test('a schedule that is none, or never comes, is refused', () => {
  for (const text of ['', '@yearly', 'daily', '60 * * * *', '* * * * * *', '0 0 31 2 *', '0 0 * *', 'a b c d e']) {
    assert.equal(parseSchedule(text), undefined, text);
  }
});
