import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastErasures } from '#functions/metadata/routes/last-erasures.ts';
import { createPlatformTime } from '#functions/metadata/platform-time.ts';
import { openErasure } from '#shared/privacy/erasure/erasure.ts';
import { erasureObject, labelsOfErasure } from '#shared/privacy/erasure/listed-erasure.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';
import { catalogWith } from '#test/shared/pipelines/memory-view.ts';
import { type MemoryObjectStore, memoryObjectStore } from '#shared/platform/memory-object-store.ts';
import { Simulation } from './simulation/simulation.ts';

const NOW = Date.UTC(2026, 7, 11, 3, 0, 10);
const DAY_MS = 86_400_000;
let made = 0;

/** The record of an erasure that was received so long ago, as privacy stores it. */
async function received(store: MemoryObjectStore, agoMs: number, change: Partial<ErasureRecord> = {}): Promise<string> {
  made += 1;
  const id = uuidV7(NOW - agoMs, (bytes) => new Uint8Array(bytes).fill(made));
  const record = { ...openErasure(id, 'a'.repeat(52), { basis: 'request' }, NOW - agoMs), ...change };
  await store.create(erasureObject(id), 'never read here', labelsOfErasure(record));
  await store.create(`erasures/${id}/place`, '0', {});
  return id;
}

function reading(store: MemoryObjectStore): { readonly names: string[]; readonly store: MemoryObjectStore } {
  const names: string[] = [];
  const read: MemoryObjectStore['read'] = (name) => {
    names.push(name);
    return store.read(name);
  };
  return { names, store: { ...store, read } };
}

test('erasures come newest first, each with its state, its times and what the state means; no record is opened', async () => {
  const { names, store } = reading(memoryObjectStore());
  const steps = { certified: { atMs: NOW - 3000, sequence: 0, hash: '0'.repeat(64) } };
  const old = await received(store, 40 * DAY_MS, { state: 'held' });
  const done = await received(store, 12_000, { state: 'certified', steps });
  const open = await received(store, 4000);
  const found = await lastErasures({ store, time: createPlatformTime({ now: () => NOW }) })(10);
  assert.deepEqual(
    found.map(({ id, state, certifiedAt }) => [id, state, certifiedAt]),
    [
      [open, 'received', undefined],
      [done, 'certified', '2026-08-11T03:00:07.000Z'],
      [old, 'held', undefined],
    ],
  );
  assert.equal(found[0]?.meaning, 'The request is recorded durably, before anything is touched.');
  assert.deepEqual(Object.keys(found[1] ?? {}).toSorted(), [
    'certifiedAt',
    'dueAt',
    'id',
    'meaning',
    'receivedAt',
    'state',
  ]);
  assert.deepEqual(names, []);
});

test('as many as asked for, none older than 90 days, and one look at the bucket for all who ask at the same time', async () => {
  const store = memoryObjectStore();
  await received(store, 91 * DAY_MS);
  for (let index = 0; index < 5; index += 1) await received(store, index * DAY_MS);
  let now = NOW;
  let looks = 0;
  const list: MemoryObjectStore['list'] = (prefix, options) => {
    looks += 1;
    return store.list(prefix, options);
  };
  const last = lastErasures({ store: { ...store, list }, time: createPlatformTime({ now: () => now }) });
  const [few, all] = await Promise.all([last(2), last(100)]);
  assert.deepEqual([few.length, all.length], [2, 5]);
  assert.deepEqual(few, all.slice(0, 2));
  const before = looks;
  await received(store, 1000);
  assert.equal((await last(100)).length, 5);
  assert.equal(looks, before);
  now += 2000;
  assert.equal((await last(100)).length, 6);
});

test('after a look that failed the next one who asks looks again', async () => {
  const store = memoryObjectStore();
  await received(store, 1000);
  let broken = true;
  const list: MemoryObjectStore['list'] = (prefix, options) => {
    if (broken) throw new Error('the bucket cannot be reached');
    return store.list(prefix, options);
  };
  const last = lastErasures({ store: { ...store, list }, time: createPlatformTime({ now: () => NOW }) });
  await assert.rejects(last(10));
  broken = false;
  assert.equal((await last(10)).length, 1);
});

test('the route answers them, and refuses a limit that is none', async () => {
  const simulation = new Simulation({ catalog: catalogWith(), nowMs: NOW });
  const id = await received(simulation.store, 5000);
  const { status, json } = await simulation.call('GET', '/v1/erasures?limit=1');
  assert.equal(status, 200);
  assert.deepEqual(
    (json as { erasures: { id: string }[] }).erasures.map((one) => one.id),
    [id],
  );
  assert.equal((await simulation.call('GET', '/v1/erasures?limit=0')).status, 400);
});
