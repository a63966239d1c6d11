/** What a client does with what is tracked, as an app sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXPIRY_MS } from '../../sdk/core/limits.ts';
import type { Rejected } from '../../sdk/core/outbox.ts';
import type { Problem } from '../../sdk/core/client.ts';
import { accept, answer, createWorld, settle, START_MS, unreachable, verdicts } from './world.ts';

const PLAYED = {
  type: 'listening.TrackPlayed',
  purpose: 'product-analytics',
  consent: 'optional',
  subject: 'user',
} as const;
const SEARCHED = {
  type: 'listening.SearchPerformed',
  purpose: 'personalisation',
  consent: 'required',
  subject: 'user',
} as const;
const BEAT = { type: 'platform.Beat', purpose: 'operations', consent: 'optional', subject: 'none' } as const;
const USER = { userId: 'listener-1' };

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

test('what cannot be recorded is refused with its reason, and nothing is sent', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start({ consent: { operations: false } });
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const code = (tracked: ReturnType<typeof client.track>): string =>
    tracked.kind === 'refused' ? tracked.code : 'queued';
  assert.equal(code(client.track(PLAYED, {})), 'missing_subject');
  assert.equal(code(client.track(SEARCHED, {}, USER)), 'consent_missing');
  assert.equal(code(client.track(BEAT, {})), 'consent_refused');
  assert.equal(code(client.track(PLAYED, circular, USER)), 'invalid_envelope');
  assert.equal(code(client.track(PLAYED, {}, { ...USER, id: '' })), 'invalid_envelope');
  assert.equal(code(client.track(PLAYED, {}, { ...USER, id: 'x'.repeat(101) })), 'invalid_envelope');
  assert.equal(code(client.track(PLAYED, {}, { ...USER, occurredAt: new Date(Number.NaN) })), 'invalid_envelope');
  assert.equal(code(client.track(PLAYED, { text: 'x'.repeat(65_536) }, USER)), 'event_too_large');
  await clock.advance(60_000);
  assert.deepEqual(collect.batches, []);
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

test('consent to the purpose of an event is sent with it, and no other answer', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start({ ...USER, consent: { personalisation: true, advertising: false } });
  client.track(SEARCHED, {});
  client.track(PLAYED, {});
  client.track('listening.Undeclared', {});
  await clock.advance(1000);
  assert.deepEqual(
    collect.batches[0]?.events.map(({ consent }) => consent),
    [{ personalisation: true }, undefined, { personalisation: true, advertising: false }],
  );
});

test('withdrawing a purpose removes what is queued for it, from the disk too, and nothing of it is sent', async () => {
  const { clock, collect, disk, start } = createWorld();
  collect.answer = unreachable;
  const { client } = start({ ...USER, consent: { personalisation: true } });
  client.track(SEARCHED, {});
  client.track(PLAYED, {});
  client.track('listening.Undeclared', {});
  await clock.advance(1000);
  assert.equal(disk.events.size, 3);
  client.setConsent({ personalisation: false });
  collect.batches.length = 0;
  collect.answer = accept;
  await clock.advance(600_000);
  assert.deepEqual(
    collect.batches.flatMap(({ events }) => events.map(({ type }) => type)),
    [PLAYED.type],
  );
  assert.equal(disk.events.size, 0);
  assert.equal(disk.scrubs, 1);
  assert.equal(client.counts().purged, 2);
});

test('an event under way when its purpose is withdrawn is not sent again', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start({ ...USER, consent: { personalisation: true } });
  let fail: (() => void) | undefined;
  collect.answer = () => new Promise((resolve) => (fail = () => resolve({ kind: 'unreachable' })));
  client.track(SEARCHED, {});
  await clock.advance(1000);
  client.setConsent({ personalisation: false });
  fail?.();
  collect.answer = accept;
  await clock.advance(600_000);
  assert.equal(collect.batches.length, 1);
});

test('what an earlier life left for a purpose withdrawn since is removed at the start', async () => {
  const { clock, collect, disk, start } = createWorld();
  collect.answer = unreachable;
  const first = start({ ...USER, consent: { personalisation: true } });
  first.client.track(SEARCHED, {});
  await first.client.saved();
  first.crash();
  collect.batches.length = 0;
  collect.answer = accept;
  start({ consent: { personalisation: false } });
  await clock.advance(600_000);
  assert.deepEqual(collect.batches, []);
  assert.equal(disk.events.size, 0);
});

test('a rejected event is told once, without what it held, and not sent again', async () => {
  const { clock, collect, start } = createWorld();
  const told: Rejected[] = [];
  const { client } = start({ ...USER, onRejected: (rejected) => told.push(rejected) });
  client.track(PLAYED, {}, { id: 'good' });
  client.track(PLAYED, {}, { id: 'bad' });
  collect.answer = (batch) =>
    verdicts(batch, (id) =>
      id === 'bad'
        ? { status: 'rejected', code: 'missing_field', path: 'data.track_id', hint: 'Send the field.' }
        : { status: 'accepted' },
    );
  await clock.advance(600_000);
  assert.deepEqual(told, [
    { id: 'bad', type: PLAYED.type, code: 'missing_field', path: 'data.track_id', hint: 'Send the field.' },
  ]);
  assert.deepEqual(collect.ids, ['good', 'bad']);
});

test('an event answered retry is sent again as it was, after the time that was asked for, while others go on', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start(USER);
  client.track(PLAYED, {}, { id: 'stuck' });
  collect.answer = (batch) =>
    verdicts(
      batch,
      (id) => (id === 'stuck' ? { status: 'retry', code: 'keys_unavailable' } : { status: 'accepted' }),
      '3',
    );
  await clock.advance(1000);
  client.track(PLAYED, {}, { id: 'other' });
  await clock.advance(1000);
  assert.deepEqual(collect.ids, ['stuck', 'other']);
  collect.answer = accept;
  await clock.advance(60_000);
  assert.deepEqual(collect.ids, ['stuck', 'other', 'stuck']);
  const [first, , again] = collect.batches;
  assert.ok((again?.atMs ?? 0) - (first?.atMs ?? 0) >= 3000);
  assert.deepEqual(again?.events, first?.events);
  assert.notEqual(again?.sentAt, first?.sentAt);
});

for (const status of [408, 425, 429, 500, 502, 503, 504]) {
  test(`after ${status} everything waits as long as Retry-After says, then is sent again`, async () => {
    const { clock, collect, start } = createWorld(status);
    const { client } = start(USER);
    client.track(PLAYED, {}, { id: 'one' });
    collect.answer = () => answer(status, {}, '7');
    await clock.advance(1000);
    collect.answer = accept;
    client.track(PLAYED, {}, { id: 'two' });
    await clock.advance(5500);
    assert.equal(collect.batches.length, 1);
    await clock.advance(10_000);
    assert.deepEqual(collect.ids, ['one', 'one', 'two']);
  });
}

test('Retry-After as a date is understood, and nonsense in it is not waited for', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start(USER);
  client.track(PLAYED, {}, { id: 'one' });
  collect.answer = () => answer(503, {}, new Date(clock.now() + 20_000).toUTCString());
  await clock.advance(1000);
  collect.answer = () => answer(503, {}, 'soon');
  await clock.advance(18_000);
  assert.equal(collect.batches.length, 1);
  await clock.advance(10_000);
  assert.ok(collect.batches.length > 1);
});

test('without an answer it is tried again at random times whose bound doubles up to five minutes', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start(USER);
  collect.answer = unreachable;
  client.track(PLAYED, {});
  await clock.advance(24 * 3_600_000);
  const waits = collect.batches.slice(1).map(({ atMs }, index) => atMs - (collect.batches[index]?.atMs ?? 0));
  for (const [index, wait] of waits.entries())
    assert.ok(wait <= Math.min(300_000, 1000 * 2 ** index), `wait ${index}: ${wait}`);
  const late = waits.slice(20);
  assert.ok(late.some((wait) => wait < 100_000) && late.some((wait) => wait > 200_000), 'full jitter');
});

test('an answer that is not of collect acknowledges nothing, such as the log-in page of a network', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start(USER);
  const wrong = [
    { kind: 'answer', status: 200, retryAfter: null, text: '<html>Log in</html>' },
    answer(200, {}),
    answer(200, { results: [] }),
    answer(200, { results: [{ id: 'another', status: 'accepted' }] }),
    answer(200, { results: [{ id: 'one', status: 'fine' }] }),
    answer(200, { results: [null] }),
    answer(200, null),
  ] as const;
  client.track(PLAYED, {}, { id: 'one' });
  for (const reply of wrong) {
    collect.answer = () => reply;
    await clock.advance(400_000);
    assert.equal(client.counts().queued, 1);
  }
  collect.answer = accept;
  await clock.advance(400_000);
  assert.equal(client.counts().accepted, 1);
});

test('a refused write key is told, and the events wait until it is put right', async () => {
  const { clock, collect, start } = createWorld();
  const problems: Problem[] = [];
  const { client } = start({ ...USER, onProblem: (problem) => problems.push(problem) });
  collect.answer = () => answer(401, { code: 'unknown_write_key' });
  client.track(PLAYED, {});
  await clock.advance(3_600_000);
  assert.deepEqual(problems[0], { kind: 'refused', status: 401, code: 'unknown_write_key' });
  assert.ok(
    collect.batches.length > 10 && collect.batches.length < 26,
    `${collect.batches.length} requests in an hour`,
  );
  collect.answer = accept;
  await clock.advance(300_000);
  assert.equal(client.counts().accepted, 1);
});

test('a batch that is too large is split until it fits; an event that is too large by itself is rejected', async () => {
  const { clock, collect, start } = createWorld();
  const told: Rejected[] = [];
  const { client } = start({ ...USER, onRejected: (rejected) => told.push(rejected) });
  collect.answer = (batch) => (batch.bytes > 5000 ? answer(413, '<html>') : accept(batch));
  for (let index = 0; index < 60; index += 1) client.track(PLAYED, { text: 'x'.repeat(300) }, { id: `small-${index}` });
  client.track(PLAYED, { text: 'x'.repeat(6000) }, { id: 'large' });
  await clock.advance(60_000);
  assert.equal(client.counts().accepted, 60);
  assert.deepEqual(
    told.map(({ id, code }) => ({ id, code })),
    [{ id: 'large', code: 'event_too_large' }],
  );
  assert.equal(new Set(collect.batches.filter(({ bytes }) => bytes <= 5000).flatMap(({ events }) => events)).size, 60);
});

test('one event that collect cannot read does not take its batch with it', async () => {
  const { clock, collect, start } = createWorld();
  const told: string[] = [];
  const { client } = start({ ...USER, onRejected: ({ id, code }) => told.push(`${id}: ${code}`) });
  collect.answer = (batch) =>
    batch.events.some(({ id }) => id === '13') ? answer(400, { code: 'malformed_body' }) : accept(batch);
  for (let index = 0; index < 50; index += 1) client.track(PLAYED, {}, { id: String(index) });
  await clock.advance(60_000);
  assert.equal(client.counts().accepted, 49);
  assert.deepEqual(told, ['13: malformed_body']);
});

test('a 400 that does not come from collect rejects nothing', async () => {
  const { clock, collect, start } = createWorld();
  const { client } = start(USER);
  collect.answer = () => answer(400, '<html>');
  client.track(PLAYED, {});
  await clock.advance(3_600_000);
  assert.equal(client.counts().queued, 1);
});

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
