/** The client of Node over real files, processes and connections. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Problem } from '../../sdk/core/client.ts';
import { createNodeClient, type NodeOptions } from '../../sdk/node.ts';
import { startCollectServer } from './collect-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-sdk-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function newFile(): string {
  files += 1;
  return join(folder, `queue-${files}`, 'events');
}

function clientOf(url: string, options: Partial<NodeOptions> = {}): ReturnType<typeof createNodeClient> {
  return createNodeClient({ url, writeKey: 'tw_key', userId: 'listener-1', ...options });
}

test('events arrive with the write key and the version of the SDK, and flush says that none is left', async () => {
  const server = await startCollectServer();
  const client = clientOf(`${server.url}/`);
  const ids = Array.from({ length: 1200 }, (_, index) => client.track('listening.TrackPlayed', { index })).map(
    (tracked) => (tracked.kind === 'queued' ? tracked.id : ''),
  );
  assert.equal(await client.flush(), 0);
  assert.deepEqual([...server.stored.keys()], ids);
  assert.deepEqual(ids, ids.toSorted(), 'ids sort as they were made');
  assert.equal(server.arrivals.length, 3);
  assert.equal(server.arrivals[0]?.authorization, 'Bearer tw_key');
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  assert.equal(server.arrivals[0]?.sdk, `tributary-js/${version}`);
  await client.close();
  await server.stop();
});

test('events tracked without a connection are in the file, for its owner only, and arrive in the next life', async () => {
  const server = await startCollectServer();
  await server.stop();
  const queueFile = newFile();
  const first = clientOf(server.url, { queueFile });
  for (let index = 0; index < 10; index += 1) first.track('listening.TrackPlayed', { index }, { id: `e${index}` });
  assert.equal(await first.close(300), 10);
  assert.equal(statSync(queueFile).mode & 0o777, 0o600);
  await server.resume();
  const second = clientOf(server.url, { queueFile });
  assert.equal(await second.flush(), 0);
  assert.equal(server.stored.size, 10);
  assert.equal(readFileSync(queueFile, 'utf8'), '', 'an empty queue leaves nothing behind');
  await second.close();
  await server.stop();
});

test('a lost reply makes an event arrive twice with the same id, and be counted once', async () => {
  const server = await startCollectServer();
  server.mode = 'lost reply';
  const client = clientOf(server.url);
  client.track('listening.TrackPlayed', {});
  await server.reached(1);
  server.mode = 'fine';
  assert.equal(await client.close(), 0);
  assert.equal(server.stored.size, 1);
  assert.equal(server.duplicates, 1);
  await server.stop();
});

test('after a withdrawal nothing of the purged events is left in the file', async () => {
  const queueFile = newFile();
  const client = clientOf('http://127.0.0.1:9', { queueFile, consent: { personalisation: true } });
  const searched = { type: 'listening.SearchPerformed', purpose: 'personalisation', consent: 'required' } as const;
  client.track(searched, { query: 'autumn leaves' });
  client.track({ type: 'listening.TrackPlayed', purpose: 'product-analytics' }, {}, { id: 'stays' });
  await client.saved();
  assert.match(readFileSync(queueFile, 'utf8'), /autumn leaves/);
  client.setConsent({ personalisation: false });
  await client.saved();
  const text = readFileSync(queueFile, 'utf8');
  assert.doesNotMatch(text, /autumn leaves/);
  assert.match(text, /stays/);
  await client.close(0);
});

test('a file whose last lines a crash has spoilt gives what is whole', async () => {
  const server = await startCollectServer();
  const queueFile = newFile();
  const first = clientOf('http://127.0.0.1:9', { queueFile });
  first.track('listening.TrackPlayed', {}, { id: 'whole' });
  await first.close(0);
  const whole = readFileSync(queueFile, 'utf8');
  writeFileSync(queueFile, `${whole}\0\0\0\0\n{"added":[{"id":"torn","ty`);
  const second = clientOf(server.url, { queueFile });
  await second.close();
  assert.deepEqual([...server.stored.keys()], ['whole']);
  await server.stop();
});

test('a second client on the same file is told so, and sends from memory', async () => {
  const server = await startCollectServer();
  const queueFile = newFile();
  const first = clientOf(server.url, { queueFile });
  await first.saved();
  const problems: Problem[] = [];
  const second = clientOf(server.url, { queueFile, onProblem: (problem) => problems.push(problem) });
  second.track('listening.TrackPlayed', {});
  assert.equal(await second.close(), 0);
  assert.deepEqual(problems, [{ kind: 'storage' }]);
  await first.close();
  await server.stop();
});

test('the file does not grow with what has gone through it', async () => {
  const server = await startCollectServer();
  const queueFile = newFile();
  const client = clientOf(server.url, { queueFile });
  for (let round = 0; round < 12; round += 1) {
    for (let index = 0; index < 100; index += 1) client.track('listening.TrackPlayed', { text: 'x'.repeat(5000) });
    await client.flush();
  }
  assert.equal(server.stored.size, 1200);
  assert.equal(statSync(queueFile).size, 0);
  await client.close();
  await server.stop();
});

test('a process that ends by itself sends what it tracked first', async () => {
  const server = await startCollectServer();
  const script = `import { createNodeClient } from ${JSON.stringify(new URL('../../sdk/node.ts', import.meta.url).href)};
    createNodeClient({ url: ${JSON.stringify(server.url)}, writeKey: 'tw_key' }).track('a.B', {});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 0);
  assert.equal(server.stored.size, 1);
  await server.stop();
});

test('a process that is killed again and again loses no event that it knew to be on the disk', async () => {
  const server = await startCollectServer();
  const queueFile = newFile();
  const owed: string[] = [];
  for (const [round, mode] of (['busy', 'fine', 'lost reply', 'hanging', 'fine'] as const).entries()) {
    server.mode = mode;
    owed.push(...(await trackUntilKilled(server.url, queueFile, `r${round}`)));
  }
  server.mode = 'fine';
  const client = clientOf(server.url, { queueFile });
  assert.equal(await client.close(60_000), 0);
  assert.ok(owed.length > 100, `${owed.length} events`);
  assert.deepEqual(
    owed.filter((id) => !server.stored.has(id)),
    [],
  );
  await server.stop();
});

/** Ids that the process said to be on the disk before it was killed. */
async function trackUntilKilled(url: string, queueFile: string, prefix: string): Promise<readonly string[]> {
  const script = fileURLToPath(new URL('tracking-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, url, queueFile, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.length > 2000) child.kill('SIGKILL');
  }
  // Its output ends before it does, and while it lives the file is its own.
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  // A line that was cut short says nothing.
  return output.split('\n').slice(0, -1);
}
