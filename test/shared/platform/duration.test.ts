import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import {
  addDuration,
  type Duration,
  durationOf,
  exceeds,
  formatDuration,
  longestMs,
  parseDuration,
  shortestMs,
  subtractDuration,
} from '#shared/platform/duration.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';

const anyDuration: fc.Arbitrary<Duration> = fc.record(
  {
    months: fc.integer({ min: 0, max: 600 }),
    days: fc.integer({ min: 0, max: 9999 }),
    ms: fc.integer({ min: 0, max: 86_399 }).map((seconds) => seconds * 1000),
  },
  { noNullPrototype: true },
);
const anyStart = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) });

function at(text: string): number {
  const epochMs = parseTimestamp(text);
  assert.ok(epochMs !== undefined);
  return epochMs;
}

test('every part of a duration is read', () => {
  assert.deepEqual(parseDuration('P400D'), { months: 0, days: 400, ms: 0 });
  assert.deepEqual(parseDuration('PT1H'), { months: 0, days: 0, ms: 3_600_000 });
  assert.deepEqual(parseDuration('P20Y'), { months: 240, days: 0, ms: 0 });
  assert.deepEqual(parseDuration('P1Y2M3W4DT5H6M7S'), { months: 14, days: 25, ms: 18_367_000 });
});

test('what is no duration is refused', () => {
  for (const text of [
    '',
    'P',
    'PT',
    'P1',
    '1D',
    'P-1D',
    'P1.5D',
    'P1DT',
    'p1d',
    'P1H',
    'P1D1Y',
    ' P1D',
    'P1D ',
    'P99999999D',
  ]) {
    assert.equal(parseDuration(text), undefined, text);
  }
  assert.throws(() => durationOf('P'), RangeError);
});

test('a duration survives being written and read', () => {
  fc.assert(
    fc.property(anyDuration, (duration) => assert.deepEqual(parseDuration(formatDuration(duration)), duration)),
  );
  assert.equal(formatDuration({ months: 24, days: 0, ms: 5_400_000 }), 'P2YT1H30M');
  assert.equal(formatDuration({ months: 0, days: 0, ms: 0 }), 'PT0S');
});

test('months are added by the calendar, a missing day becoming the last of its month', () => {
  const cases = [
    ['2026-01-31T10:00:00Z', 'P1M', '2026-02-28T10:00:00.000Z'],
    ['2024-01-31T10:00:00Z', 'P1M', '2024-02-29T10:00:00.000Z'],
    ['2024-02-29T00:00:00Z', 'P1Y', '2025-02-28T00:00:00.000Z'],
    ['2026-12-31T23:59:59Z', 'P2M', '2027-02-28T23:59:59.000Z'],
    ['2026-03-01T00:00:00Z', 'P1M1D', '2026-04-02T00:00:00.000Z'],
  ] as const;
  for (const [start, duration, end] of cases) {
    assert.equal(formatTimestamp(addDuration(at(start), durationOf(duration))), end);
  }
  assert.equal(
    formatTimestamp(subtractDuration(at('2026-03-31T00:00:00Z'), durationOf('P1M'))),
    '2026-02-28T00:00:00.000Z',
  );
});

test('a duration lasts between its shortest and its longest, from wherever it starts', () => {
  fc.assert(
    fc.property(anyStart, anyDuration, (start, duration) => {
      const lasted = addDuration(start, duration) - start;
      assert.ok(lasted <= longestMs(duration));
      // A day that is clamped to the end of its month loses up to three days.
      assert.ok(lasted >= shortestMs(duration) - 3 * DAY_MS);
    }),
  );
});

test('a longer duration never ends earlier', () => {
  fc.assert(
    fc.property(anyStart, anyDuration, anyDuration, (start, a, b) => {
      const sum = { months: a.months + b.months, days: a.days + b.days, ms: a.ms + b.ms };
      assert.ok(addDuration(start, sum) >= addDuration(start, a));
      assert.ok(!exceeds(a, sum));
    }),
  );
});

test('exceeding is judged by the worst case', () => {
  assert.ok(!exceeds(durationOf('P1Y'), durationOf('P12M')));
  assert.ok(exceeds(durationOf('P1Y'), durationOf('P365D')));
  assert.ok(!exceeds(durationOf('P365D'), durationOf('P1Y')));
  assert.ok(exceeds(durationOf('P366D'), durationOf('P1Y')));
  assert.ok(!exceeds(durationOf('P416D'), durationOf('PT9984H')));
  assert.ok(!exceeds(durationOf('P20Y'), durationOf('P25Y')));
});
