/** Holds that requests reach a function ahead of what the Functions Framework would make of them. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startFunctionProcess } from '#test/functions/function-process.ts';

const door = await startFunctionProcess('door', { source: '#test/shared/http/door-function.ts' });
const { url } = door;
after(() => door.kill());

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
  assert.equal(await door.end(), 0);
  assert.ok(!door.output().includes('broken'), door.output());
});

function post(
  path: string,
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  return fetch(`${url}${path}`, { method: 'POST', headers, body });
}
