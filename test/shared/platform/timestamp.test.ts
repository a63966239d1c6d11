import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  civilDateOf,
  DAY_MS,
  epochDayOf,
  formatDate,
  isCivilDate,
  isoWeekday,
  parseDate,
} from '#shared/platform/civil-date.ts';
import {
  formatInstant,
  formatTimestamp,
  MAX_TIMESTAMP_MS,
  MIN_TIMESTAMP_MS,
  parseInstant,
  parseTimestamp,
} from '#shared/platform/timestamp.ts';

const anyDay = fc.integer({ min: Math.floor(MIN_TIMESTAMP_MS / DAY_MS), max: Math.floor(MAX_TIMESTAMP_MS / DAY_MS) });
const anyMs = fc.integer({ min: MIN_TIMESTAMP_MS, max: MAX_TIMESTAMP_MS });

test('dates agree with the Date object over all years that DATE can hold', () => {
  fc.assert(
    fc.property(anyDay, (epochDay) => {
      const reference = new Date(epochDay * DAY_MS);
      const date = civilDateOf(epochDay);
      assert.deepEqual(date, {
        year: reference.getUTCFullYear(),
        month: reference.getUTCMonth() + 1,
        day: reference.getUTCDate(),
      });
      assert.ok(isCivilDate(date));
      assert.equal(epochDayOf(date), epochDay);
      assert.equal(isoWeekday(epochDay), reference.getUTCDay() === 0 ? 7 : reference.getUTCDay());
      assert.equal(parseDate(formatDate(epochDay)), epochDay);
    }),
    { numRuns: 2000 },
  );
});

test('what is no padded date is no date', () => {
  for (const text of [
    '2026-8-01',
    '2026-02-29',
    '2025-13-01',
    '2026-00-10',
    '0000-01-01',
    '2026-08-01T',
    '+026-08-01',
    '',
    '2026-08-0a',
  ]) {
    assert.equal(parseDate(text), undefined, text);
  }
  assert.equal(parseDate('2024-02-29'), 19_782);
});

test('an instant survives being written and read, and agrees with the Date object', () => {
  fc.assert(
    fc.property(anyMs, fc.integer({ min: 0, max: 999 }), (epochMs, micros) => {
      assert.equal(formatTimestamp(epochMs), new Date(epochMs).toISOString().replace('+00', ''));
      assert.deepEqual(parseInstant(formatInstant({ epochMs, micros })), { epochMs, micros });
    }),
    { numRuns: 2000 },
  );
});

test('offsets and fractions are read as RFC 3339 says', () => {
  // The examples of RFC 3339 section 5.8, but for its leap seconds
  assert.equal(parseTimestamp('1985-04-12T23:20:50.52Z'), Date.UTC(1985, 3, 12, 23, 20, 50, 520));
  assert.equal(parseTimestamp('1996-12-19T16:39:57-08:00'), Date.UTC(1996, 11, 20, 0, 39, 57));
  assert.equal(parseTimestamp('1937-01-01T12:00:27.87+00:20'), Date.UTC(1937, 0, 1, 11, 40, 27, 870));
  assert.deepEqual(parseInstant('2026-08-01T00:00:00.123456789Z'), {
    epochMs: Date.UTC(2026, 7, 1) + 123,
    micros: 456,
  });
});

test('what RFC 3339 does not allow is no instant', () => {
  for (const text of [
    '2026-08-01',
    '2026-08-01T10:00:00',
    '2026-08-01 10:00:00Z',
    '2026-08-01T24:00:00Z',
    '2026-08-01T10:60:00Z',
    '2026-08-01T23:59:60Z',
    '2026-08-01T10:00Z',
    '2026-08-01T10:00:00.Z',
    '2026-08-01T10:00:00+0200',
    '2026-08-01T10:00:00+25:00',
    '2026-02-30T10:00:00Z',
    '2026-08-01T10:00:00Zx',
    '2026-08-01T10:00:00z',
    '1785589200000',
    '0001-01-01T00:00:00+01:00',
  ]) {
    assert.equal(parseInstant(text), undefined, text);
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      const instant = parseInstant(text);
      if (instant !== undefined) assert.ok(!Number.isNaN(Date.parse(text)));
    }),
  );
});
