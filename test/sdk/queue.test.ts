/** What the queue keeps, drops and gives up, over pages, disks and networks that come and go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../sdk/core/client.ts';
import { EXPIRY_MS } from '../../sdk/core/limits.ts';
import { PLAYED, USER } from './declared.ts';
import { accept, answer, createWorld, settle, unreachable } from './world.ts';

test('a full queue drops its oldest events and counts them', async () => {
  const { clock, collect, disk, start } = createWorld();
  collect.answer = unreachable;
  const { client } = start(USER, { maxQueueEvents: 10 });
  for (let index = 0; index < 25; index += 1) {
    client.track(PLAYED, {}, { id: String(index) });
    clock.nowMs += 1;
  }
  await client.saved();
  assert.deepEqual([...disk.events.keys()], ['15', '16', '17', '18', '19', '20', '21', '22', '23', '24']);
  assert.equal(client.counts().dropped, 15);
});

test('an event that found no connection for 30 days is given up and counted', async () => {
  const { clock, collect, disk, start } = createWorld();
  collect.answer = unreachable;
  const { client } = start(USER);
  client.track(PLAYED, {}, { id: 'old' });
  await clock.advance(1000);
  clock.nowMs += EXPIRY_MS - 60_000;
  client.track(PLAYED, {}, { id: 'young' });
  collect.answer = unreachable;
  await clock.advance(120_000);
  collect.batches.length = 0;
  collect.answer = accept;
  await clock.advance(600_000);
  assert.deepEqual(collect.ids, ['young']);
  assert.equal(client.counts().expired, 1);
  assert.equal(disk.events.size, 0);
});

test('an event whose id is queued already is not queued twice', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start(USER);
  client.track(PLAYED, {}, { id: 'order-1' });
  client.track(PLAYED, {}, { id: 'order-1' });
  await clock.advance(1000);
  assert.deepEqual(collect.ids, ['order-1']);
});

test('a store that cannot be written is told, and the events are sent from memory', async () => {
  const { clock, collect, disk, start } = createWorld();
  disk.broken = true;
  const problems: Problem[] = [];
  const { client } = start({ ...USER, onProblem: (problem) => problems.push(problem) });
  client.track(PLAYED, {});
  await clock.advance(1000);
  assert.deepEqual(problems, [{ kind: 'storage' }]);
  assert.equal(collect.batches.length, 1);
});

test('what could not be written is written with the next change, once the store works again', async () => {
  const { clock, collect, disk, start } = createWorld();
  collect.answer = unreachable;
  const { client } = start(USER);
  await settle();
  disk.broken = true;
  client.track(PLAYED, {}, { id: 'one' });
  await client.saved();
  disk.broken = false;
  client.track(PLAYED, {}, { id: 'two' });
  await client.saved();
  assert.deepEqual([...disk.events.keys()], ['one', 'two']);
  await clock.advance(0);
});

test('a page that is hidden sends what may outlive it, and keeps the rest', async () => {
  const { clock, collect, disk, start } = createWorld();
  const { client, hide } = start(USER, { batchBytes: 30 * 1024, gatherMs: 1000 });
  for (let index = 0; index < 5; index += 1) client.track(PLAYED, { text: 'x'.repeat(20_000) }, { id: String(index) });
  collect.answer = () => new Promise(() => undefined);
  hide();
  await client.saved();
  assert.deepEqual(collect.ids, ['0', '1', '2']);
  assert.ok(collect.batches.every(({ last }) => last));
  assert.ok(collect.batches.reduce((sum, { bytes }) => sum + bytes, 0) <= 60 * 1024);
  assert.equal(disk.events.size, 5);
  await clock.advance(0);
});

test('a beacon of which nothing is heard is followed by another sending, later', async () => {
  const { clock, collect, start } = createWorld();
  const { client, hide } = start(USER);
  collect.answer = () => ({ kind: 'unknown' });
  client.track(PLAYED, {}, { id: 'one' });
  hide();
  collect.answer = accept;
  await clock.advance(59_000);
  assert.deepEqual(collect.ids, ['one']);
  await clock.advance(2000);
  assert.deepEqual(collect.ids, ['one', 'one']);
  assert.equal(client.counts().queued, 0);
});

test('when the network is back nothing waits any more, except for what the server asked', async () => {
  for (const [reply, sent] of [
    [unreachable, 2],
    [() => answer(503, {}, '60'), 1],
  ] as const) {
    const { clock, collect, start } = createWorld(7);
    const { client, online } = start(USER);
    collect.answer = reply;
    client.track(PLAYED, {});
    await clock.advance(250);
    collect.answer = accept;
    online();
    await settle();
    assert.equal(collect.batches.length, sent);
  }
});
