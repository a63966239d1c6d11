/** What the door of collect says to requests that are not in order: the right status, as JSON, with nothing of them in any log. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { MAX_BODY_BYTES, MAX_EVENTS_PER_BATCH, MAX_INFLATE_RATIO, MAX_INFLATED_BYTES } from '#shared/events/limits.ts';
import { putWriteKey, SECRET, WRITE_KEY } from './test-app.ts';
import { AUTHORIZED, leaksIn, play, startCollect } from './world.ts';

const world = await startCollect();
/** In every body that is refused, so that it can be looked for. */
const MARK = 'ann.private@example.org';

after(() => {
  assert.deepEqual(leaksIn(world.logged), [], 'nothing of a body is in the log');
});

interface Refusal {
  readonly status: number;
  readonly code: string;
}

async function refusal(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = '/v1/events',
): Promise<Refusal> {
  const response = await world.post(path, { body, headers: { ...AUTHORIZED, ...headers } });
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const { status, body: problem } = response;
  assert.equal(problem['status'], status);
  assert.ok(String(problem['hint']).length > 10);
  assert.deepEqual(leaksIn([JSON.stringify(problem)], [MARK]), [], 'nothing of a body is in the answer');
  return { status, code: String(problem['code']) };
}

test('bodies that are not the documented JSON are refused, whatever they are', async () => {
  const malformed = [
    '',
    `{"events":[{"id":"${MARK}"`,
    MARK,
    'null',
    '17',
    '[]',
    `"${MARK}"`,
    '{}',
    '{"events":{}}',
    '{"events":null}',
    `{"events":[],"sentAt":"${MARK}"}`,
    '{"events":[],"sentAt":17}',
    `{"events":[],"import":"${MARK}"}`,
    new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
    Uint8Array.from(Buffer.from(`{"events":["${MARK}"]}`, 'utf16le')),
    Uint8Array.from(gzipSync(`{"events":["${MARK}"]}`)),
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  ];
  for (const body of malformed) {
    assert.deepEqual(await refusal(body), { status: 400, code: 'malformed_body' }, String(body).slice(0, 40));
  }
});

test('an encoding that is unknown, or not what the body is in, is refused', async () => {
  const text = JSON.stringify({ events: [play()] });
  for (const [encoding, body] of [
    ['zstd', text],
    ['gzip', text],
    ['br', text],
    ['deflate', text],
    ['gzip', gzipSync(text).subarray(0, 60)],
  ] as const) {
    const refused = await refusal(Uint8Array.from(Buffer.from(body)), { 'content-encoding': encoding });
    assert.deepEqual(refused, { status: 415, code: 'unsupported_encoding' }, encoding);
  }
});

test('gzip, deflate and br are taken, and so is a body in chunks or with a byte order mark', async () => {
  const encodings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
  for (const [encoding, compress] of Object.entries(encodings)) {
    const body = Uint8Array.from(compress(JSON.stringify({ events: [play()] })));
    const answer = await world.post('/v1/events', { body, headers: { ...AUTHORIZED, 'content-encoding': encoding } });
    assert.equal(answer.results[0]?.status, 'accepted', encoding);
  }
  const text = Buffer.from(`\uFEFF${JSON.stringify({ events: [play()] })}`);
  const chunks = new ReadableStream({
    start(controller) {
      for (const byte of [text.subarray(0, 1), text.subarray(1, 400), text.subarray(400)]) controller.enqueue(byte);
      controller.close();
    },
  });
  const init = { body: chunks, headers: AUTHORIZED, duplex: 'half' } as const;
  assert.equal((await world.post('/v1/events', init)).results[0]?.status, 'accepted');
});

test('too much is refused by the limit that it passes: on the wire, inflated, by its ratio, by its count', async () => {
  const large = `{"events":["${MARK}${'x'.repeat(MAX_BODY_BYTES)}"]}`;
  assert.deepEqual(await refusal(large), { status: 413, code: 'body_too_large' });
  const gzip = { 'content-encoding': 'gzip' };
  for (const [megabytes, code] of [
    [20, 'suspicious_ratio'],
    [200, 'inflated_too_large'],
  ] as const) {
    const bomb = gzipSync(Buffer.alloc(megabytes * 1024 * 1024, 0x20));
    assert.deepEqual(await refusal(Uint8Array.from(bomb), gzip), { status: 413, code });
  }
  // Random texts inflate little: this one passes the cap before the ratio.
  const noise = Array.from({ length: 20_000 }, () => Math.random().toString(36).repeat(40)).join('');
  assert.ok(noise.length > MAX_INFLATED_BYTES);
  const packed = gzipSync(noise);
  assert.ok(packed.length < MAX_BODY_BYTES && noise.length / packed.length < MAX_INFLATE_RATIO);
  assert.deepEqual(await refusal(Uint8Array.from(packed), gzip), { status: 413, code: 'inflated_too_large' });
  for (const values of ['['.repeat(300_000), `[${'{},'.repeat(300_000)}0]`, `[${'"",'.repeat(300_000)}0]`]) {
    assert.deepEqual(await refusal(`{"events":${values}}`), { status: 413, code: 'too_many_values' });
  }
  const many = JSON.stringify({ events: Array.from({ length: MAX_EVENTS_PER_BATCH + 1 }, () => 0) });
  assert.deepEqual(await refusal(many), { status: 413, code: 'too_many_events' });
});

test('a body without its length is cut off at the limit, and the connection serves on', async () => {
  const stream = new ReadableStream({
    pull(controller) {
      controller.enqueue(Buffer.alloc(64 * 1024, 0x20));
      if ((sent += 1) > 100) controller.close();
    },
  });
  let sent = 0;
  const response = await fetch(`${world.url}/v1/events`, {
    method: 'POST',
    headers: AUTHORIZED,
    body: stream,
    duplex: 'half',
  });
  assert.equal(response.status, 413);
  assert.equal((await world.send([play()])).status, 200);
});

test('a body that breaks off is counted, and nothing of it is taken', async () => {
  const before = world.published.length;
  const socket = connect(world.port, '127.0.0.1');
  const head = `POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SECRET}\r\ncontent-length: 100000\r\n\r\n`;
  await new Promise<void>((resolve) => socket.write(`${head}{"events":[{"id":"${MARK}"`, () => resolve()));
  socket.destroy();
  while (!world.logged.some((line) => line.includes('truncated_body'))) {
    await new Promise((resolve) => setImmediate(resolve));
    world.clock.nowMs += 1000;
    await world.advance(0);
  }
  assert.equal(world.published.length, before);
});

test('who may not send is told so: no key, an unknown key, a key that is revoked, another origin', async () => {
  const batch = JSON.stringify({ events: [play()] });
  const unknown = `tw_${'Z'.repeat(43)}`;
  const revoked = `tw_${'R'.repeat(43)}`;
  await putWriteKey(world.state, revoked, { ...WRITE_KEY, revokedAt: '2026-08-01T00:00:00Z' });
  const elsewhere = `tw_${'O'.repeat(43)}`;
  await putWriteKey(world.state, elsewhere, { ...WRITE_KEY, origins: ['https://app.example.com'] });
  const cases: readonly [Record<string, string>, Refusal][] = [
    [{ authorization: '' }, { status: 401, code: 'missing_write_key' }],
    [{ authorization: 'Digest abc' }, { status: 401, code: 'missing_write_key' }],
    [{ authorization: 'Basic abc' }, { status: 401, code: 'unknown_write_key' }],
    [{ authorization: 'Bearer nonsense' }, { status: 401, code: 'unknown_write_key' }],
    [{ authorization: `Bearer ${unknown}` }, { status: 401, code: 'unknown_write_key' }],
    [{ authorization: `Bearer ${revoked}` }, { status: 401, code: 'unknown_write_key' }],
    [
      { authorization: `Bearer ${elsewhere}`, origin: 'https://evil.example' },
      { status: 403, code: 'origin_not_allowed' },
    ],
  ];
  for (const [headers, expected] of cases) assert.deepEqual(await refusal(batch, headers), expected);
  const allowed = { ...AUTHORIZED, authorization: `Bearer ${elsewhere}`, origin: 'https://app.example.com' };
  assert.equal((await world.post('/v1/events', { body: batch, headers: allowed })).status, 200);
});

test('a wrong method is told which is right, a wrong path that there is nothing', async () => {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const response = await fetch(`${world.url}/v1/events`, { method, headers: AUTHORIZED });
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
    assert.equal(((await response.json()) as { code: string }).code, 'method_not_allowed');
  }
  assert.deepEqual(await refusal('{}', {}, '/v2/events'), { status: 404, code: 'route_unknown' });
});

test('a key with a rate is told how long to wait, and nothing of its batch is taken', async () => {
  const secret = `tw_${'S'.repeat(43)}`;
  await putWriteKey(world.state, secret, { ...WRITE_KEY, name: 'slow', eventsPerSecond: 1 });
  const headers = { ...AUTHORIZED, authorization: `Bearer ${secret}` };
  const send = (count: number) =>
    world.post('/v1/events', {
      headers,
      body: JSON.stringify({ events: Array.from({ length: count }, () => play()) }),
    });
  assert.equal((await send(8)).status, 200);
  const refused = await send(5);
  assert.deepEqual([refused.status, refused.body['code']], [429, 'rate_limited']);
  assert.match(
    refused.headers.get('retry-after') ?? '',
    /^[345]$/,
    'never less than it takes, and not the same for all',
  );
  await world.advance(3000);
  assert.equal((await send(5)).status, 200);
});

test('an empty batch and a query in the path are in order; health and the description are there', async () => {
  assert.deepEqual((await world.send([])).body, { results: [] });
  const init = { headers: AUTHORIZED, body: JSON.stringify({ events: [play()] }) };
  assert.equal((await world.post('/v1/events?source=web', init)).status, 200);
  assert.deepEqual(await (await fetch(`${world.url}/healthz`)).json(), { status: 'ok' });
  const description = (await (await fetch(`${world.url}/openapi.json`)).json()) as {
    paths: Record<string, { post?: { security?: readonly object[] } }>;
  };
  const places = ['writeKey', 'writeKeyHeader', 'writeKeyUser', 'writeKeyQuery'];
  assert.deepEqual(
    description.paths['/v1/events']?.post?.security,
    places.map((name) => ({ [name]: [] })),
  );
  const calls = ['track', 'page', 'identify', 'screen', 'group', 'alias'];
  assert.deepEqual(Object.keys(description.paths), [
    '/v1/events',
    '/v1/batch',
    '/v1/b',
    '/beacon/v1/batch',
    ...calls.flatMap((call) => [`/v1/${call}`, `/v1/${call.charAt(0)}`]),
    '/v1/cloudevents',
    '/v1/imports',
    '/v1/imports/{id}:finish',
    '/v1/projects/{writeKey}/settings',
    '/v1/events:service',
    '/healthz',
    '/openapi.json',
  ]);
});

test('a flood of bodies beyond what may be held is turned away, and what is held is given back', async () => {
  // Each is within every limit of one request; together they are more than the process may hold.
  const held = Promise.withResolvers<void>();
  world.onPublish = async () => {
    await held.promise;
    return 'acknowledged' as const;
  };
  const sent = Array.from({ length: 24 }, () => world.send([play()], { padding: 'x'.repeat(MAX_BODY_BYTES - 2000) }));
  const refused = await Promise.race(sent);
  assert.equal(refused.status, 503);
  assert.equal(refused.body['code'], 'overloaded');
  held.resolve();
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  assert.ok(statuses.includes(200), 'those that are held are answered');
  const body = `{"events":[],"padding":"${'x'.repeat(MAX_BODY_BYTES - 100)}"}`;
  assert.equal((await world.post('/v1/events', { body, headers: AUTHORIZED })).status, 200);
});
