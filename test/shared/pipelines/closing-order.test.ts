import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { nextClosing } from '#shared/pipelines/closing-order.ts';
import { dueFor } from '#shared/pipelines/due.ts';
import { LEASE_MS, START_GRACE_MS, WATCH_AFTER_MS } from '#shared/pipelines/run-timing.ts';
import { at, catalogWith, eventEndpoint, moment, type Stored } from './memory-view.ts';

const catalog = catalogWith();
const played = eventEndpoint(catalog, 'music.played');
const APPLIED = { 'music.played': '2026-08-01T01:30:00Z' };

const next = (now: string, stored: Stored = {}): ReturnType<typeof nextClosing> =>
  nextClosing(moment(catalog, now, stored, APPLIED), played);

test('ended partitions are closed oldest first, and wait for what was counted', () => {
  const first = { kind: 'close', key: '2026-08-01T01', reason: 'due', counted: true };
  assert.deepEqual(next('2026-08-01T04:00:00Z'), first);
  assert.deepEqual(next('2026-08-01T04:00:00Z', { 'music.played 2026-08-01T01': {} }), {
    ...first,
    key: '2026-08-01T02',
  });
  assert.deepEqual(next('2026-08-01T01:59:59Z'), { kind: 'nothing' });
  const all = { 'music.played 2026-08-01T01': {}, 'music.played 2026-08-01T02': {}, 'music.played 2026-08-01T03': {} };
  assert.deepEqual(next('2026-08-01T04:30:00Z', all), { kind: 'nothing' });
});

test('what only an import touched is closed without waiting for collectors, and so is what is closed again', () => {
  const waiting = { state: 'waiting', generation: 0 } as const;
  assert.deepEqual(next('2026-08-01T04:00:00Z', { 'music.played 2026-05-17T04': waiting }), {
    kind: 'close',
    key: '2026-05-17T04',
    reason: 'due',
    counted: false,
  });
  const again = next('2026-08-01T02:30:00Z', { 'music.played 2026-08-01T01': { state: 'waiting', generation: 1 } });
  assert.equal(again.kind === 'close' && again.counted, false);
});

test('what an import touched and has not ended is left to the clock', () => {
  const stored: Stored = {
    'music.played 2026-08-01T05': { state: 'waiting', generation: 0 },
    'music.played 2026-08-01T01': {},
  };
  assert.deepEqual(next('2026-08-01T02:10:00Z', stored), { kind: 'nothing' });
});

test('what is under way is driven on before anything else', () => {
  const running = { state: 'running', generation: 0, run: 'r1', claimedMs: 5, leaseMs: 9 } as const;
  assert.deepEqual(next('2026-08-01T04:00:00Z', { 'music.played 2026-08-01T01': running }), {
    kind: 'under-way',
    key: '2026-08-01T01',
    run: 'r1',
  });
});

test('a failed partition holds up later ones, unless no live row can belong to it', () => {
  const failed = { state: 'failed', generation: 0 } as const;
  const retryMs = at('2026-08-01T05:00:00Z');
  assert.deepEqual(next('2026-08-01T04:00:00Z', { 'music.played 2026-08-01T01': { ...failed, retryMs } }), {
    kind: 'later',
    key: '2026-08-01T01',
    atMs: retryMs,
  });
  assert.deepEqual(next('2026-08-01T04:00:00Z', { 'music.played 2026-08-01T01': failed }), {
    kind: 'blocked',
    key: '2026-08-01T01',
  });
  const old = next('2026-08-01T04:00:00Z', { 'music.played 2026-05-17T04': failed });
  assert.equal(old.kind === 'close' && old.key, '2026-08-01T01');
});

test('counting what is stored finds the same gap as going through it', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 40 })), fc.integer({ min: 1, max: 40 }), (hours, now) => {
      const base = Date.UTC(2026, 7, 1);
      const text = (hour: number): string => new Date(base + hour * 3_600_000).toISOString();
      const stored = Object.fromEntries(hours.map((hour) => [`music.played ${text(hour).slice(0, 13)}`, {}]));
      const gap = Array.from({ length: now }, (_, hour) => hour).find((hour) => hour >= 1 && !hours.includes(hour));
      const result = next(text(now), stored);
      assert.equal(
        result.kind === 'close' ? result.key : undefined,
        gap === undefined ? undefined : text(gap).slice(0, 13),
      );
    }),
  );
});

test('a started run gets time to call, then is started again, and its execution is asked when it is old', () => {
  const running = {
    state: 'running',
    generation: 0,
    rows: 0,
    run: 'r',
    claimedMs: 1000,
    leaseMs: 1000 + LEASE_MS,
  } as const;
  assert.deepEqual(dueFor(running, 1000), { kind: 'later', atMs: 1000 + START_GRACE_MS });
  assert.deepEqual(dueFor(running, 1000 + START_GRACE_MS), { kind: 'drive', run: 'r' });
  const called = { ...running, execution: 'e' };
  assert.deepEqual(dueFor(called, 1000), { kind: 'later', atMs: 1000 + WATCH_AFTER_MS });
  const ask = { kind: 'ask', run: 'r', execution: 'e', leasePassed: false };
  assert.deepEqual(dueFor(called, 1000 + WATCH_AFTER_MS), ask);
  assert.deepEqual(dueFor(called, 1000 + LEASE_MS), { ...ask, leasePassed: true });
});
