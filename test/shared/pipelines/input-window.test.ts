import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { keysWithin, latestClosed } from '#shared/pipelines/grain-mapping.ts';
import { consumersOf, inputNeed, type InputWindow, parseInputWindow } from '#shared/pipelines/input-window.ts';
import {
  ALL,
  boundsOf,
  type Grain,
  keyAt,
  nextKey,
  parsePartitionKey,
  type PartitionKey,
} from '#shared/pipelines/partition-key.ts';

const cutGrain = fc.constantFrom<Grain>('hour', 'day', 'week', 'month');
const anyMs = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2050, 0, 1) });
const anyWindow: fc.Arbitrary<InputWindow> = fc.oneof(
  fc.constant<InputWindow>({ kind: 'same' }),
  fc
    .tuple(fc.integer({ min: -4, max: 2 }), fc.nat(3))
    .map(([from, more]): InputWindow => ({ kind: 'offsets', from, to: from + more })),
  fc
    .tuple(fc.integer({ min: -48, max: 24 }), fc.integer({ min: -20, max: 80 }))
    .map(([from, to]): InputWindow => ({ kind: 'hours', from, to })),
);

function key(text: string): PartitionKey {
  const parsed = parsePartitionKey(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

function listed(window: InputWindow, consumer: PartitionKey, grain: Grain): readonly PartitionKey[] {
  const need = inputNeed(window, consumer, grain);
  return need.kind === 'keys' ? [...need.required, ...need.later] : [];
}

test('the same grain maps to the same key, a finer input to all keys inside, a coarser one to the latest closed', () => {
  const same: InputWindow = { kind: 'same' };
  assert.deepEqual(listed(same, key('2026-08-01'), 'day'), ['2026-08-01']);
  assert.equal(listed(same, key('2026-08-01'), 'hour').length, 24);
  assert.deepEqual(listed(same, key('2026-08-01T22'), 'day'), ['2026-07-31']);
  // The day closes together with its last hour.
  assert.deepEqual(listed(same, key('2026-08-01T23'), 'day'), ['2026-08-01']);
  assert.deepEqual(listed(same, key('2026-W31'), 'month'), ['2026-07']);
  assert.deepEqual(listed(same, key('2026-08'), 'week'), ['2026-W32', '2026-W33', '2026-W34', '2026-W35', '2026-W36']);
  assert.deepEqual(inputNeed(same, ALL, 'day'), { kind: 'everything' });
  assert.deepEqual(listed(same, key('2026-08-01'), 'all'), [ALL]);
});

test('previous and offsets count the partitions of the consumer', () => {
  const previous = parseInputWindow('previous');
  assert.ok(previous !== undefined);
  assert.deepEqual(listed(previous, key('2026-08-01'), 'day'), ['2026-07-31']);
  assert.deepEqual(listed({ kind: 'offsets', from: -2, to: 0 }, key('2026-08-01'), 'day'), [
    '2026-07-30',
    '2026-07-31',
    '2026-08-01',
  ]);
  assert.equal(listed({ kind: 'offsets', from: -1, to: 0 }, key('2026-08-01'), 'hour').length, 48);
});

test('an endpoint by event time waits for its own hours and is rebuilt by those that follow', () => {
  const window = parseInputWindow('0..72h');
  assert.deepEqual(window, { kind: 'hours', from: 0, to: 72 });
  assert.ok(window !== undefined);
  const need = inputNeed(window, key('2026-08-01'), 'hour');
  assert.ok(need.kind === 'keys');
  assert.equal(need.required.length, 24);
  assert.equal(need.later.length, 72);
  assert.equal(need.later.at(0), '2026-08-02T00');
  assert.deepEqual(consumersOf(window, key('2026-08-03T05'), 'day'), [
    '2026-07-31',
    '2026-08-01',
    '2026-08-02',
    '2026-08-03',
  ]);
});

test('an input wakes exactly the partitions that list it', () => {
  fc.assert(
    fc.property(anyWindow, cutGrain, cutGrain, anyMs, (window, consumerGrain, inputGrain, epochMs) => {
      fc.pre(!(consumerGrain === 'month' && inputGrain === 'hour'));
      const input = keyAt(inputGrain, epochMs);
      const woken = consumersOf(window, input, consumerGrain);
      for (const consumer of woken)
        assert.ok(listed(window, consumer, inputGrain).includes(input), `${consumer} is woken in vain`);
      // Whoever lies near and lists the input must have been woken.
      const reachMs = 40 * 86_400_000;
      const last = keyAt(
        consumerGrain,
        Math.min(epochMs + reachMs, epochMs + 5 * (boundsOf(input).endMs - boundsOf(input).startMs) + reachMs / 8),
      );
      for (let consumer = keyAt(consumerGrain, epochMs - reachMs / 8); consumer <= last; consumer = nextKey(consumer)) {
        if (listed(window, consumer, inputGrain).includes(input))
          assert.ok(woken.includes(consumer), `${consumer} sleeps on`);
      }
    }),
    { numRuns: 60 },
  );
});

test('finer keys fill a coarser one, with weeks going whole to the month of their Monday', () => {
  fc.assert(
    fc.property(anyMs, (epochMs) => {
      const month = keyAt('month', epochMs);
      assert.equal(keysWithin(month, 'day').length, (boundsOf(month).endMs - boundsOf(month).startMs) / 86_400_000);
      const weeks = keysWithin(month, 'week');
      assert.equal(keysWithin(nextKey(month), 'week').at(0), nextKey(weeks.at(-1)!));
    }),
  );
});

test('the latest closed coarser key has ended, and the one after it has not', () => {
  fc.assert(
    fc.property(cutGrain, cutGrain, anyMs, (grain, coarser, epochMs) => {
      const at = keyAt(grain, epochMs);
      const closed = latestClosed(at, coarser);
      assert.ok(boundsOf(closed).endMs <= boundsOf(at).endMs);
      assert.ok(boundsOf(nextKey(closed)).endMs > boundsOf(at).endMs);
    }),
  );
});

test('a window is read only in its documented forms', () => {
  assert.deepEqual(parseInputWindow('-27..0'), { kind: 'offsets', from: -27, to: 0 });
  assert.deepEqual(parseInputWindow('0..3d'), { kind: 'hours', from: 0, to: 72 });
  assert.deepEqual(parseInputWindow('latest'), { kind: 'latest' });
  for (const text of ['', 'next', '0', '3..1', '0..72m', '0...1', '0..99999h', '1.5..2'])
    assert.equal(parseInputWindow(text), undefined, text);
});

test('what pins the latest partition is not woken, and what reads everything always is', () => {
  assert.deepEqual(consumersOf({ kind: 'latest' }, key('2026-08-01'), 'day'), []);
  assert.deepEqual(consumersOf({ kind: 'same' }, key('2026-08-01'), 'all'), [ALL]);
  assert.deepEqual(consumersOf({ kind: 'same' }, ALL, 'day'), []);
});
