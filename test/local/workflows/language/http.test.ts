import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpOutcome } from '#local/workflows/language/effects.ts';
import { createWorld, errorOf, jsonResponse, resultOf, run, textResponse } from './world.ts';

const call = (name: string, args: string): string => `
- request:
    call: http.${name}
    args: ${args}
    result: r
- answer:
    return: \${r}`;

function textOf(body: Uint8Array | undefined): string | undefined {
  return body === undefined ? undefined : Buffer.from(body).toString('utf8');
}

test('a request carries method, query, headers and a body as JSON', async () => {
  const world = createWorld();
  const args =
    '{url: "https://a.test/x?y=1", query: {q: "a b&c", n: [1, 2], t: true}, headers: {X-Id: 7}, body: {k: [1.5]}}';
  await run(call('post', args), { world });
  const [request] = world.requests;
  assert.equal(request?.method, 'POST');
  assert.equal(request?.url, 'https://a.test/x?y=1&q=a%20b%26c&n=1&n=2&t=true');
  assert.deepEqual(request?.headers, {
    'user-agent': 'GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)',
    'x-id': '7',
    'content-type': 'application/json; charset=utf-8',
  });
  assert.equal(textOf(request?.body), '{"k":[1.5]}');
  assert.equal(request?.timeoutMs, 300_000);
});

test('bytes, text and forms are sent as such', async () => {
  const world = createWorld();
  await run(call('put', '{url: "https://a.test", body: "${text.encode(\'ab\')}"}'), { world });
  await run(call('put', '{url: "https://a.test", body: plain}'), { world });
  const form =
    '{url: "https://a.test", headers: {Content-Type: application/x-www-form-urlencoded}, body: {a: "1 2", b: 3}}';
  await run(call('request', `{method: patch, ${form.slice(1)}`), { world });
  const sent = world.requests.map(({ method, headers, body }) => [method, headers['content-type'], textOf(body)]);
  assert.deepEqual(sent, [
    ['PUT', 'application/octet-stream', 'ab'],
    ['PUT', 'text/plain; charset=utf-8', 'plain'],
    ['PATCH', 'application/x-www-form-urlencoded', 'a=1+2&b=3'],
  ]);
});

test('OIDC tokens are for the URL or the audience given, OAuth2 ones for scopes', async () => {
  const world = createWorld();
  await run(call('get', '{url: "https://a.test/p?x=1", auth: {type: OIDC}}'), { world });
  await run(call('get', '{url: "https://a.test/p", auth: {type: OIDC, audience: "https://a.test"}}'), { world });
  await run(call('get', '{url: "https://b.test", auth: {type: OAuth2}}'), { world });
  await run(call('get', '{url: "https://b.test", auth: {type: OAuth2, scopes: [s1, s2]}}'), { world });
  assert.deepEqual(
    world.requests.map((request) => request.auth),
    [
      { type: 'OIDC', audience: 'https://a.test/p' },
      { type: 'OIDC', audience: 'https://a.test' },
      { type: 'OAuth2', scopes: ['https://www.googleapis.com/auth/cloud-platform'] },
      { type: 'OAuth2', scopes: ['s1', 's2'] },
    ],
  );
});

test('JSON responses are values, text is text, and anything else is bytes', async () => {
  const answer = async (outcome: HttpOutcome): Promise<unknown> => {
    const world = createWorld(() => outcome);
    const source = call('get', '{url: "https://a.test"}').replace(
      '${r}',
      '{type: "${get_type(r.body)}", code: "${r.code}"}',
    );
    return resultOf(source, { world });
  };
  assert.deepEqual(await answer(jsonResponse({ a: 1 }, 201)), { type: 'map', code: 201 });
  assert.deepEqual(await answer(textResponse('[1]', 'application/vnd.x+json; charset=utf-8')), {
    type: 'list',
    code: 200,
  });
  assert.deepEqual(await answer(textResponse('hej', 'text/html')), { type: 'string', code: 200 });
  assert.deepEqual(await answer(textResponse('hej', 'image/png')), { type: 'bytes', code: 200 });
  assert.deepEqual(await answer(textResponse('', 'application/json')), { type: 'null', code: 200 });
});

test('a status from 400 on is an HttpError with code, headers and body', async () => {
  const world = createWorld(() => jsonResponse({ why: 'gone' }, 410, { 'retry-after': '5' }));
  const error = await errorOf(call('get', '{url: "https://a.test"}'), { world });
  assert.deepEqual(error.payload, {
    body: { why: 'gone' },
    code: 410,
    headers: { 'Content-Type': 'application/json', 'Retry-After': '5' },
    message: 'HTTP server responded with error code 410',
    tags: ['HttpError'],
  });
  assert.equal(error.context, 'HTTP server responded with error code 410\nin step "request", routine "main", line: 3');
});

test('what goes wrong on the way has a tag of its own', async () => {
  const tagOf = async (outcome: HttpOutcome): Promise<unknown> => {
    const error = await errorOf(call('get', '{url: "https://a.test"}'), { world: createWorld(() => outcome) });
    return (error.payload as { tags: unknown }).tags;
  };
  assert.deepEqual(await tagOf({ kind: 'unreachable', message: 'x' }), ['ConnectionFailedError']);
  assert.deepEqual(await tagOf({ kind: 'broken', message: 'x' }), ['ConnectionError']);
  assert.deepEqual(await tagOf({ kind: 'timeout', message: 'x' }), ['TimeoutError']);
  assert.deepEqual(await tagOf({ kind: 'unauthorized', message: 'x' }), ['AuthError']);
});

test('arguments that make no request are refused before one is made', async () => {
  const world = createWorld();
  const contextOf = async (name: string, args: string): Promise<string> =>
    (await errorOf(call(name, args), { world })).context.split('\n')[0] ?? '';
  assert.match(
    await contextOf('get', '{url: "ftp://a.test"}'),
    /^ValueError: http.get\(\): argument 'url' must be an http/,
  );
  assert.match(await contextOf('get', '{url: "https://a.test", timeout: 1801}'), /^ValueError: .*at most 1800 seconds/);
  assert.match(await contextOf('get', '{url: "https://a.test", query: {a: {b: 1}}}'), /^TypeError: .*'query'/);
  assert.match(await contextOf('get', '{url: "https://a.test", auth: {type: Basic}}'), /^ValueError: .*'auth'/);
  assert.match(await contextOf('request', '{url: "https://a.test", method: FLY}'), /^ValueError: .*'method'/);
  assert.equal(world.requests.length, 0);
});
