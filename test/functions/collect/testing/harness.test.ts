// What other projects test their tracking with: verdicts of the real door, and what became of what was sent.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startCollectHarness } from '#functions/collect/testing/harness.ts';
import { leaksIn, play } from '#test/functions/collect/world.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const TYPE = 'listening.TrackPlayed';

/** As `trib sdk generate` would write it, as far as it is looked at here. */
interface Events {
  readonly [TYPE]: { readonly track_id: string; readonly email?: string; readonly ip: string };
}

const harness = await startCollectHarness<Events>({ root: ROOT });
after(() => harness.close());

async function send(...events: readonly object[]): Promise<readonly string[]> {
  const timed = events.map((event) => ({ ...event, occurredAt: new Date().toISOString() }));
  const response = await fetch(`${harness.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${harness.writeKey}` },
    body: JSON.stringify({ events: timed }),
  });
  const { results } = (await response.json()) as { results: readonly { status: string; code?: string }[] };
  return results.map(({ status, code }) => code ?? status);
}

test('what is accepted is there as it is stored, and opened, typed by what the app knows', async () => {
  harness.reset();
  assert.deepEqual(await send(play({}, { email: 'reader@example.com' })), ['accepted']);
  const [event] = await harness.accepted(TYPE);
  const email: string | undefined = event?.data.email;
  assert.equal(email, 'reader@example.com');
  assert.equal(event?.data.track_id, '4uLU6hMCjMI75M1A2tKUQC');
  assert.equal(event.data.ip, '198.51.100.0/24', 'coarser, as it is stored');
  assert.deepEqual(leaksIn([JSON.stringify(event.row)], ['reader@example.com', 'ann@example.com']), []);
});

test('what is rejected is there with its reason and as it was sent, whoever it is about', async () => {
  harness.reset();
  const wrong = play({}, { country: 'nowhere' });
  const nobodys = { id: 'nobodys', type: 'nowhere.Nothing', data: {} };
  assert.deepEqual(await send(wrong, nobodys), ['bad_format', 'unknown_type']);
  const [first, second] = await harness.rejected();
  assert.deepEqual([first?.code, first?.path, first?.type], ['bad_format', 'data.country', TYPE]);
  assert.deepEqual((first?.original as { id: string } | undefined)?.id, wrong['id']);
  assert.deepEqual([second?.code, second?.type], ['unknown_type', undefined]);
  assert.deepEqual(await harness.accepted(TYPE), []);
});

test('a twin is a duplicate, also after a reset; while the broker is down everything is to be sent again', async () => {
  harness.reset();
  const event = play();
  harness.broker('down');
  assert.deepEqual(await send(event), ['publish_failed']);
  assert.deepEqual(await harness.accepted(TYPE), []);
  harness.broker('up');
  const sent = { ...event, occurredAt: new Date().toISOString() };
  assert.deepEqual(await send(sent), ['accepted']);
  assert.equal((await harness.accepted(TYPE)).length, 1);
  harness.reset();
  assert.deepEqual(await harness.accepted(TYPE), []);
});

test('a write key may be less than all', async () => {
  await using small = await startCollectHarness({ root: ROOT, writeKey: { eventTypes: ['web.*'] } });
  const response = await fetch(`${small.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${small.writeKey}` },
    body: JSON.stringify({ events: [{ ...play(), occurredAt: new Date().toISOString() }] }),
  });
  const { results } = (await response.json()) as { results: readonly { code?: string }[] };
  assert.equal(results[0]?.code, 'type_not_allowed');
});

test('declarations that are wrong are told, each with its place', async () => {
  const root = mkdtempSync(join(tmpdir(), 'tributary-harness-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  await assert.rejects(startCollectHarness({ root }), /platform\/teams\.yaml/);
});

test('another project that links this one starts it in its own tests, and its process ends', async () => {
  const project = mkdtempSync(join(tmpdir(), 'tributary-harness-'));
  after(() => rmSync(project, { recursive: true, force: true }));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(ROOT, join(project, 'node_modules', 'tributary'));
  writeFileSync(
    join(project, 'tracking.mjs'),
    `import { startCollectHarness } from 'tributary/testing';
     const harness = await startCollectHarness({ root: ${JSON.stringify(ROOT)} });
     const { status } = await fetch(harness.url + '/healthz');
     process.stdout.write(String(status));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['tracking.mjs'], { cwd: project });
  assert.equal(stdout, '200');
});
