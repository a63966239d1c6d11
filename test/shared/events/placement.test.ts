import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ageRejection, eventTimeOf } from '#shared/events/event-time.ts';
import { importClosing, widen } from '#shared/events/import-closing.ts';
import {
  compareTwins,
  type EventGrain,
  isLate,
  naturalPartition,
  placeIn,
  twinSpan,
} from '#shared/events/placement.ts';
import { boundsOf, HOUR_MS, keyAt, nextKey, parsePartitionKey } from '#shared/pipelines/partition-key.ts';
import { durationOf } from '#shared/platform/duration.ts';
import { parseTimestamp } from '#shared/platform/timestamp.ts';

const anyMs = fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2040, 0, 1) });
const anyGrain = fc.constantFrom<EventGrain>('hour', 'day');

function at(text: string): number {
  const epochMs = parseTimestamp(text);
  assert.ok(epochMs !== undefined);
  return epochMs;
}

test('a skewed clock is corrected by what it said when sending', () => {
  const live = {
    occurredAtMs: at('2026-08-01T12:59:00Z'),
    receivedAtMs: at('2026-08-01T13:00:00Z'),
    historical: false,
  };
  assert.deepEqual(eventTimeOf(live), { eventTimeMs: live.occurredAtMs, future: false });
  // The clock of the client is two hours ahead.
  const ahead = { ...live, occurredAtMs: at('2026-08-01T14:59:00Z'), sentAtMs: at('2026-08-01T15:00:00Z') };
  assert.deepEqual(eventTimeOf(ahead), { eventTimeMs: at('2026-08-01T12:59:00Z'), future: false });
  // Without sentAt nobody knows, but nothing happens after it arrived.
  assert.deepEqual(eventTimeOf({ ...ahead, sentAtMs: undefined }), { eventTimeMs: live.receivedAtMs, future: true });
  assert.deepEqual(eventTimeOf({ ...ahead, historical: true }), { eventTimeMs: ahead.occurredAtMs, future: true });
});

test('no live event happens after it arrived, and without skew none is moved', () => {
  fc.assert(
    fc.property(anyMs, fc.option(anyMs, { nil: undefined }), anyMs, (occurredAtMs, sentAtMs, receivedAtMs) => {
      assert.ok(eventTimeOf({ occurredAtMs, sentAtMs, receivedAtMs, historical: false }).eventTimeMs <= receivedAtMs);
      const exact = eventTimeOf({
        occurredAtMs: receivedAtMs - 5,
        sentAtMs: receivedAtMs,
        receivedAtMs,
        historical: false,
      });
      assert.deepEqual(exact, { eventTimeMs: receivedAtMs - 5, future: false });
    }),
  );
});

test('what is older than its retention is too old, what has not happened is too new', () => {
  const now = at('2026-08-01T13:00:00Z');
  assert.equal(ageRejection(at('2025-06-27T13:00:00Z'), now, durationOf('P400D')), 'too_old');
  assert.equal(ageRejection(at('2025-06-27T13:00:01Z'), now, durationOf('P400D')), undefined);
  assert.equal(ageRejection(at('2015-05-17T10:05:03Z'), now, durationOf('P20Y')), undefined);
  assert.equal(ageRejection(at('2026-08-01T13:05:00Z'), now, durationOf('P400D')), undefined);
  assert.equal(ageRejection(at('2026-08-01T13:05:01Z'), now, durationOf('P400D')), 'too_new');
});

test('the hour of a row always lies inside the partition that takes it', () => {
  fc.assert(
    fc.property(
      fc.record({ receivedAtMs: anyMs, eventTimeMs: anyMs, historical: fc.boolean() }),
      anyGrain,
      fc.integer({ min: 0, max: 50 }),
      (times, grain, later) => {
        const own = naturalPartition(times, grain);
        let taker = own;
        for (let step = 0; step < later; step += 1) taker = nextKey(taker);
        const { hourMs, late } = placeIn(taker, times);
        const { startMs, endMs } = boundsOf(taker);
        assert.ok(hourMs >= startMs && hourMs < endMs && hourMs % HOUR_MS === 0);
        assert.equal(late, later > 0);
        assert.equal(keyAt(grain, hourMs), taker);
      },
    ),
  );
});

test('live rows count to the hour they arrived in, rows of an import to the hour they happened in', () => {
  const times = { receivedAtMs: at('2026-08-01T13:20:00Z'), eventTimeMs: at('2015-05-17T10:05:03Z') };
  assert.equal(naturalPartition({ ...times, historical: false }, 'hour'), '2026-08-01T13');
  assert.equal(naturalPartition({ ...times, historical: true }, 'hour'), '2015-05-17T10');
  assert.equal(naturalPartition({ ...times, historical: true }, 'day'), '2015-05-17');
});

test('a row is late when its time lies before the partition before the one it arrives in', () => {
  const receivedAtMs = at('2026-08-01T13:05:00Z');
  const late = (eventTime: string, grain: EventGrain): boolean =>
    isLate({ receivedAtMs, eventTimeMs: at(eventTime), historical: false }, grain);
  assert.ok(!late('2026-08-01T12:00:00Z', 'hour'));
  assert.ok(late('2026-08-01T11:59:59Z', 'hour'));
  assert.ok(!late('2026-07-31T00:00:00Z', 'day'));
  assert.ok(late('2026-07-30T23:59:59Z', 'day'));
  assert.ok(!isLate({ receivedAtMs, eventTimeMs: 0, historical: true }, 'hour'));
});

test('of twins the one that arrived first stays, whoever compares', () => {
  const a = { receivedAt: '2026-08-01T13:00:00.000Z', messageId: '9' };
  const b = { receivedAt: '2026-08-01T13:00:00.001Z', messageId: '1' };
  assert.ok(compareTwins(a, b) < 0 && compareTwins(b, a) > 0);
  assert.ok(compareTwins(a, { ...a, messageId: '95' }) < 0);
  assert.equal(compareTwins(a, a), 0);
  assert.deepEqual(twinSpan(at('2026-08-01T13:00:00Z'), durationOf('P30D')), {
    startMs: at('2026-07-02T13:00:00Z'),
    endMs: at('2026-08-31T14:00:00Z'),
  });
});

test('an import closes every ended partition from its first to its last, and leaves the rest to the clock', () => {
  let span = widen(undefined, at('2015-05-19T10:00:00Z'));
  span = widen(span, at('2015-05-17T10:05:03Z'));
  assert.deepEqual(importClosing(span, 'day', at('2026-08-01T13:00:00Z')), {
    close: ['2015-05-17', '2015-05-18', '2015-05-19'],
    leave: [],
  });
  assert.deepEqual(importClosing(span, 'day', at('2015-05-19T00:00:00Z')), {
    close: ['2015-05-17', '2015-05-18'],
    leave: ['2015-05-19'],
  });
});

test('what an import closes and leaves are all partitions it touched, split by the clock', () => {
  fc.assert(
    fc.property(
      anyMs,
      fc.array(fc.integer({ min: 0, max: 90 * 86_400_000 }), { minLength: 1 }),
      anyMs,
      anyGrain,
      (start, offsets, nowMs, grain) => {
        const times = offsets.map((offset) => start + offset);
        const span = times.reduce<ReturnType<typeof widen> | undefined>((wide, time) => widen(wide, time), undefined)!;
        const { close, leave } = importClosing(span, grain, nowMs);
        const all = new Set([...close, ...leave]);
        for (const time of times) assert.ok(all.has(keyAt(grain, time)));
        assert.ok(
          close.every((key) => boundsOf(key).endMs <= nowMs) && leave.every((key) => boundsOf(key).endMs > nowMs),
        );
      },
    ),
    { numRuns: 50 },
  );
  assert.ok(parsePartitionKey('2015-05-17') !== undefined);
});
