/** What consent and its withdrawal do to events. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEAT, PLAYED, SEARCHED, USER } from './declared.ts';
import { accept, createWorld, unreachable } from './world.ts';

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
