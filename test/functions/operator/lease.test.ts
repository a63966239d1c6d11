import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acquireLease, LEASE_MS } from '#functions/operator/lease.ts';
import { withLease } from '#functions/operator/under-lease.ts';
import { createWorld } from './world.ts';

test('of many who ask at once, one gets the lease', async () => {
  const { store, clock } = createWorld();
  const asked = Array.from({ length: 20 }, (_, index) => acquireLease(store, clock, `attempt-${index}`));
  const held = (await Promise.all(asked)).filter(({ kind }) => kind === 'held');
  assert.equal(held.length, 1);
});

test('a lease that ran out is taken over, and its holder finds out', async () => {
  const { store, clock } = createWorld();
  const first = await acquireLease(store, clock, 'first');
  assert.ok(first.kind === 'held');
  clock.nowMs += LEASE_MS - 1;
  assert.equal((await acquireLease(store, clock, 'second')).kind, 'taken');
  clock.nowMs += 1;
  const second = await acquireLease(store, clock, 'second');
  assert.ok(second.kind === 'held');
  assert.equal(await first.lease.renew(), false);
  await first.lease.release();
  assert.equal(await second.lease.renew(), true);
});

test('renewals that overlap do not take each other for somebody else', async () => {
  const { store, clock } = createWorld();
  const result = await acquireLease(store, clock, 'first');
  assert.ok(result.kind === 'held');
  const renewed = await Promise.all(Array.from({ length: 5 }, () => result.lease.renew()));
  assert.deepEqual(renewed, [true, true, true, true, true]);
});

test("a damaged lease is nobody's", async () => {
  const { store, clock } = createWorld();
  await store.create('catalog/apply-lease', 'not json');
  assert.equal((await acquireLease(store, clock, 'first')).kind, 'held');
});

test('whoever cannot get the lease in time is told so, after waiting for a killed holder', async () => {
  const { parts, store, clock, told, tell } = createWorld();
  const kept = await acquireLease(store, clock, 'other');
  assert.ok(kept.kind === 'held');
  const keeps = { ...parts, pause: async (ms: number) => void ((clock.nowMs += ms), await kept.lease.renew()) };
  await assert.rejects(
    withLease(keeps, tell, () => Promise.resolve()),
    { code: 'apply_in_progress' },
  );
  assert.deepEqual(told, [{ kind: 'waiting', message: 'another apply is under way' }]);
  assert.equal(await withLease(parts, tell, () => Promise.resolve('worked')), 'worked');
});

test('the lease is given back when the work fails', async () => {
  const { parts, tell, store } = createWorld();
  await assert.rejects(
    withLease(parts, tell, () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.equal(await store.read('catalog/apply-lease'), undefined);
});
