/** Holds that requests reach a function ahead of what the Functions Framework would make of them. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { freePort } from '#test/free-port.ts';

const { child, url, output } = await startDoor();
after(() => child.kill('SIGKILL'));

test('a body that the framework would refuse to parse reaches the function as it was sent', async () => {
  const response = await post('/v1/things', { 'content-type': 'application/json' }, '{"broken": ');
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { path: '/v1/things', bytes: 11, encoding: null });
});

test('a compressed body reaches the function compressed', async () => {
  const body = gzipSync(Buffer.alloc(10_000_000));
  const response = await post('/', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, body);
  assert.deepEqual(await response.json(), { path: '/', bytes: body.length, encoding: 'gzip' });
});

test('paths that the framework answers itself are the function’s, too', async () => {
  for (const path of ['/favicon.ico', '/robots.txt'])
    assert.equal(((await (await fetch(`${url}${path}`)).json()) as { path: string }).path, path);
});

test('told to end, the process ends by itself, and has written nothing of what was sent', async () => {
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  assert.ok(!output().includes('broken'), output());
});

function post(
  path: string,
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  return fetch(`${url}${path}`, { method: 'POST', headers, body });
}

async function startDoor(): Promise<{ child: ChildProcess; url: string; output: () => string }> {
  const port = await freePort();
  const framework = import.meta.resolve('@google-cloud/functions-framework').replace(/index\.js$/, 'main.js');
  const source = fileURLToPath(new URL('door-function.ts', import.meta.url));
  const args = [fileURLToPath(framework), `--source=${source}`, '--target=door', `--port=${port}`];
  const process_ = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let written = '';
  for (const stream of [process_.stdout, process_.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      written += String(chunk);
    });
  }
  const address = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 25))) {
    if (
      await fetch(address).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { child: process_, url: address, output: () => written };
    assert.ok(Date.now() < deadline && process_.exitCode === null, written);
  }
}
