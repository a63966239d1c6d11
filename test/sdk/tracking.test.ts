/** How what is tracked becomes an event, and when it goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEAT, PLAYED, USER } from './declared.ts';
import { accept, createWorld, settle, START_MS, verdicts } from './world.ts';

test('an event is sent with its envelope, the time it happened and the time it is sent', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start({ ...USER, anonymousId: 'visitor-1' });
  const tracked = client.track(PLAYED, { ms_played: 31_000, big: 2n ** 60n });
  assert.equal(tracked.kind, 'queued');
  await clock.advance(250);
  const [batch] = collect.batches;
  assert.deepEqual(batch?.events, [
    {
      id: tracked.kind === 'queued' ? tracked.id : '',
      type: 'listening.TrackPlayed',
      userId: 'listener-1',
      anonymousId: 'visitor-1',
      data: { ms_played: 31_000, big: '1152921504606846976' },
      occurredAt: new Date(START_MS).toISOString(),
    },
  ]);
  assert.equal(batch?.sentAt, new Date(START_MS + 250).toISOString());
  assert.deepEqual(client.counts(), {
    accepted: 1,
    duplicate: 0,
    rejected: 0,
    dropped: 0,
    expired: 0,
    purged: 0,
    queued: 0,
    queuedBytes: 0,
  });
});

test('events that are tracked together go together, and a full batch does not wait', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start(USER, { batchEvents: 3, gatherMs: 1000 });
  for (let index = 0; index < 7; index += 1) client.track(PLAYED, { index });
  await settle();
  assert.deepEqual(
    collect.batches.map(({ events }) => events.length),
    [3, 3],
  );
  await clock.advance(1000);
  assert.deepEqual(
    collect.batches.map(({ events }) => events.length),
    [3, 3, 1],
  );
});

test('a batch holds no more bytes than it may, but an event larger than that goes alone', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start(USER, { batchBytes: 1000 });
  for (const size of [300, 300, 300, 2000, 300]) client.track(PLAYED, { text: 'x'.repeat(size) });
  await clock.advance(1000);
  assert.deepEqual(
    collect.batches.map(({ events }) => events.length),
    [2, 1, 1, 1],
  );
});

test('an event type about nobody is sent without identifiers', async () => {
  const { clock, collect, start } = createWorld();
  start({ ...USER, anonymousId: 'visitor-1' }).client.track(BEAT, {});
  await clock.advance(1000);
  assert.deepEqual(Object.keys(collect.batches[0]?.events[0] ?? {}).toSorted(), ['data', 'id', 'occurredAt', 'type']);
});

test('after identify further events are about somebody else, earlier ones stay as they were', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start({ anonymousId: 'visitor-1' });
  client.track(PLAYED, {});
  client.identify({ userId: 'listener-2', anonymousId: 'visitor-1' });
  client.track(PLAYED, {});
  client.identify();
  assert.deepEqual(client.track(PLAYED, {}), { kind: 'refused', code: 'missing_subject' });
  await clock.advance(1000);
  assert.deepEqual(
    collect.batches[0]?.events.map(({ userId }) => userId),
    [undefined, 'listener-2'],
  );
});

test('a callback that throws does not stop the queue', async (context) => {
  const { clock, collect, start } = createWorld();
  const escaped: unknown[] = [];
  context.mock.method(globalThis, 'queueMicrotask', (run: () => void) => {
    try {
      run();
    } catch (thrown) {
      escaped.push(thrown);
    }
  });
  const { client } = start({
    ...USER,
    onRejected: () => {
      throw new Error('a mistake of the app');
    },
  });
  collect.answer = (batch) => verdicts(batch, () => ({ status: 'rejected', code: 'unknown_type' }));
  client.track(PLAYED, {});
  await clock.advance(1000);
  collect.answer = accept;
  client.track(PLAYED, {});
  await clock.advance(1000);
  assert.equal(client.counts().accepted, 1);
  assert.equal(escaped.length, 1);
});
