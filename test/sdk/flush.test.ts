/** How an app waits for the queue: flush, close and one-shot mode. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAYED, USER } from './declared.ts';
import { accept, answer, createWorld, settle, START_MS, unreachable } from './world.ts';

test('flush sends at once and resolves when what is under way has its verdicts and is off the disk', async () => {
  const { clock, collect, disk, start } = createWorld();
  const { client } = start(USER);
  let reply: (() => void) | undefined;
  collect.answer = (batch) => new Promise((resolve) => (reply = () => resolve(accept(batch))));
  client.track(PLAYED, {});
  let left: number | undefined;
  const flushed = client.flush().then((count) => (left = count));
  await settle();
  assert.equal(collect.batches.length, 1);
  assert.equal(left, undefined);
  reply?.();
  await flushed;
  assert.equal(left, 0);
  assert.equal(disk.events.size, 0);
  assert.equal(clock.now(), START_MS);
});

test('flush ends in time when there is no connection, and says how much is left', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start(USER);
  collect.answer = unreachable;
  client.track(PLAYED, {});
  const flushed = client.flush(5000);
  await clock.advance(5000);
  assert.equal(await flushed, 1);
});

test('flush does not wait for what is not to be expected in time', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start(USER);
  collect.answer = () => answer(503, {}, '60');
  client.track(PLAYED, {});
  assert.equal(await client.flush(5000), 1);
  assert.equal(clock.now(), START_MS);
});

test('in one-shot mode nothing is sent before flush', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start({ ...USER, oneShot: true });
  client.track(PLAYED, {});
  await clock.advance(600_000);
  assert.equal(collect.batches.length, 0);
  assert.equal(await client.flush(), 0);
  assert.equal(collect.batches.length, 1);
});

test('close sends what is queued, and tracking afterwards is refused', async () => {
  const { collect, start } = createWorld();
  const { client } = start(USER);
  client.track(PLAYED, {});
  assert.equal(await client.close(), 0);
  assert.equal(collect.batches.length, 1);
  assert.deepEqual(client.track(PLAYED, {}), { kind: 'refused', code: 'closed' });
});
