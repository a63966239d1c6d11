import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { backoffMs, nextRetryMs, type RetrySettings } from '#local/scheduler/retries.ts';

const SETTINGS: RetrySettings = {
  retryCount: 5,
  maxRetryDurationMs: 0,
  minBackoffMs: 10_000,
  maxBackoffMs: 300_000,
  maxDoublings: 3,
};

test('the wait doubles, then grows evenly, then stays: the example of the API', () => {
  const waits = Array.from({ length: 8 }, (_, retry) => backoffMs(SETTINGS, retry) / 1000);
  assert.deepEqual(waits, [10, 20, 40, 80, 160, 240, 300, 300]);
});

test('the wait never shrinks and never leaves its bounds', () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.nat(100_000),
      fc.integer({ min: 1, max: 16 }),
      fc.nat(40),
      (minBackoffMs, more, maxDoublings, retry) => {
        const settings = { ...SETTINGS, minBackoffMs, maxBackoffMs: minBackoffMs + more, maxDoublings };
        const wait = backoffMs(settings, retry);
        assert.ok(wait >= minBackoffMs && wait <= settings.maxBackoffMs);
        assert.ok(backoffMs(settings, retry + 1) >= wait);
      },
    ),
  );
});

test('without a retry count nothing is retried', () => {
  const settings = { ...SETTINGS, retryCount: 0, maxRetryDurationMs: 1_000_000 };
  assert.equal(nextRetryMs(settings, { count: 1, firstMs: 0, nowMs: 0 }), undefined);
});

test('there are as many retries as the count says', () => {
  const settings = { ...SETTINGS, retryCount: 2 };
  assert.equal(nextRetryMs(settings, { count: 1, firstMs: 0, nowMs: 1000 }), 11_000);
  assert.equal(nextRetryMs(settings, { count: 2, firstMs: 0, nowMs: 11_000 }), 31_000);
  assert.equal(nextRetryMs(settings, { count: 3, firstMs: 0, nowMs: 31_000 }), undefined);
});

test('with a limit in time too, retries go on until both are reached', () => {
  const settings = { ...SETTINGS, retryCount: 1, maxRetryDurationMs: 60_000 };
  assert.notEqual(nextRetryMs(settings, { count: 3, firstMs: 0, nowMs: 59_999 }), undefined);
  assert.equal(nextRetryMs(settings, { count: 3, firstMs: 0, nowMs: 60_000 }), undefined);
  assert.notEqual(nextRetryMs(settings, { count: 1, firstMs: 0, nowMs: 90_000 }), undefined);
});
