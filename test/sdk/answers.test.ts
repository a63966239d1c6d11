/** What each answer of collect, and none, does to the events of a batch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../sdk/core/client.ts';
import type { Rejected } from '../../sdk/core/outbox.ts';
import { PLAYED, USER } from './declared.ts';
import { accept, answer, createWorld, unreachable, verdicts } from './world.ts';

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
