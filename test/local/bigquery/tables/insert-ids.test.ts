import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_REMEMBERED_INSERT_IDS } from '#local/bigquery/limits.ts';
import { createInsertIds } from '#local/bigquery/tables/insert-ids.ts';
import { frozenClock } from '#local/primitives/clock.ts';

test('an insertId is remembered for a minute, per table', async () => {
  const clock = frozenClock(0);
  const ids = createInsertIds(clock);
  ids.remember('p:d.t', ['a', 'b']);
  assert.equal(ids.has('p:d.t', 'a'), true);
  assert.equal(ids.has('p:d.u', 'a'), false);
  assert.equal(ids.has('p:d.t', 'c'), false);
  await clock.advance(59_999);
  assert.equal(ids.has('p:d.t', 'a'), true);
  await clock.advance(1);
  assert.equal(ids.has('p:d.t', 'a'), false);
});

test('an insertId that comes again is remembered from then on', async () => {
  const clock = frozenClock(0);
  const ids = createInsertIds(clock);
  ids.remember('t', ['a']);
  await clock.advance(40_000);
  ids.remember('t', ['a']);
  await clock.advance(40_000);
  assert.equal(ids.has('t', 'a'), true);
});

test('of too many insertIds the oldest are forgotten', () => {
  const ids = createInsertIds(frozenClock(0));
  ids.remember('t', ['first']);
  ids.remember(
    't',
    Array.from({ length: MAX_REMEMBERED_INSERT_IDS }, (_, index) => `id${index}`),
  );
  assert.equal(ids.has('t', 'first'), false);
  assert.equal(ids.has('t', 'id0'), true);
});
