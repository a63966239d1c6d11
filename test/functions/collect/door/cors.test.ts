/** What pages of other origins are told: preflights of any route without a key, answers that can be read, refusals too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putWriteKey, SECRET, WRITE_KEY } from '../test-app.ts';
import { AUTHORIZED, play, startCollect } from '../world.ts';

const world = await startCollect();
const ORIGIN = 'https://app.example.com';

function preflight(path: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${world.url}${path}`, { method: 'OPTIONS', headers });
}

function listed(response: Response, header: string): readonly string[] {
  return (response.headers.get(header) ?? '').toLowerCase().split(/, ?/);
}

test('a preflight is granted for a day, without a key, on every route', async () => {
  for (const path of ['/v1/events', '/v1/events?writeKey=nonsense', '/v1/imports', '/healthz', '/nothing/here']) {
    const response = await preflight(path, {
      origin: ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-from-a-later-client',
    });
    assert.equal(response.status, 204, path);
    assert.equal(await response.text(), '');
    assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN);
    assert.equal(response.headers.get('access-control-allow-credentials'), 'true');
    assert.equal(response.headers.get('access-control-max-age'), '86400');
    assert.ok(listed(response, 'access-control-allow-methods').includes('post'));
    assert.ok(listed(response, 'vary').includes('origin'));
    const allowed = new Set(listed(response, 'access-control-allow-headers'));
    for (const name of ['authorization', 'content-type', 'content-encoding', 'x-write-key', 'x-retry-count']) {
      assert.ok(allowed.has(name), name);
    }
    assert.ok(allowed.has('x-from-a-later-client'));
  }
});

test('a preflight repeats nothing that is no list of header names', async () => {
  for (const asked of ['a b', 'x'.repeat(1001), 'x, <script>', 'a,,b']) {
    const response = await preflight('/v1/events', {
      origin: ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
    });
    assert.equal(response.status, 204);
    assert.equal(listed(response, 'access-control-allow-headers').length, 5, asked.slice(0, 20));
  }
});

test('OPTIONS that is no preflight is a method like others', async () => {
  const response = await preflight('/v1/events', { origin: ORIGIN });
  assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
});

test('a page may read the answer and how long to wait, and caches keep origins apart', async () => {
  const body = JSON.stringify({ events: [play()] });
  const response = await world.post('/v1/events', { body, headers: { ...AUTHORIZED, origin: ORIGIN } });
  assert.equal(response.results[0]?.status, 'accepted');
  assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN);
  assert.equal(response.headers.get('access-control-expose-headers'), 'Retry-After');
  assert.equal(response.headers.get('vary'), 'Origin');
  const program = await world.post('/v1/events', { body, headers: AUTHORIZED });
  assert.equal(program.headers.get('access-control-allow-origin'), null);
  assert.equal(program.headers.get('vary'), 'Origin');
});

test('a page may read why it is refused: no key, an unknown key, an origin that the key does not list, a wrong path', async () => {
  const secret = `tw_${'Q'.repeat(43)}`;
  await putWriteKey(world.state, secret, { ...WRITE_KEY, origins: [ORIGIN] });
  const cases: readonly [string, Record<string, string>, string][] = [
    ['/v1/events', { origin: ORIGIN }, 'missing_write_key'],
    ['/v1/events', { origin: ORIGIN, authorization: `Bearer tw_${'Z'.repeat(43)}` }, 'unknown_write_key'],
    ['/v1/events', { origin: 'https://evil.example', 'x-write-key': secret }, 'origin_not_allowed'],
    ['/v1/events', { origin: `${ORIGIN}.evil.example`, 'x-write-key': secret }, 'origin_not_allowed'],
    ['/v1/events', { origin: ORIGIN.replace('https', 'http'), 'x-write-key': secret }, 'origin_not_allowed'],
    ['/v1/events', { origin: 'null', 'x-write-key': secret }, 'origin_not_allowed'],
    ['/v1/nothing', { origin: ORIGIN, 'x-write-key': SECRET }, 'route_unknown'],
  ];
  for (const [path, headers, code] of cases) {
    const before = world.published.length;
    const response = await world.post(path, { headers, body: JSON.stringify({ events: [play()] }) });
    assert.equal(response.body['code'], code);
    assert.equal(response.headers.get('access-control-allow-origin'), headers['origin']);
    assert.equal(world.published.length, before, 'nothing is taken');
  }
});
