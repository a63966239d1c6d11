import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ApiError } from '#local/primitives/errors.ts';
import { openTestPort, testRoute } from './test-port.ts';

let handled = 0;
const port = await openTestPort({
  rest: [
    testRoute('GET', '/echo/{name}', (request) => ({
      json: { params: request.params, query: [...request.query], origin: request.origin },
    })),
    testRoute('POST', '/json', async (request) => ({ json: await request.json() })),
    testRoute('POST', '/bytes', async (request) => ({ json: { size: (await request.bytes(100)).length } })),
    testRoute('POST', '/ignores-body', () => ({ status: 201 })),
    testRoute('GET', '/text', () => ({
      headers: { 'content-type': 'text/plain', 'x-list': ['a', 'b'] },
      body: 'hello',
    })),
    testRoute('GET', '/stream', () => ({ body: Readable.from([Buffer.from('one '), Buffer.from('two')]) })),
    testRoute('GET', '/broken-stream', () => ({ body: Readable.from(breaking()) })),
    testRoute('GET', '/refused', () => {
      throw new ApiError('NOT_FOUND', 'No such thing.');
    }),
    testRoute(
      'GET',
      '/refused-legacy',
      () => {
        throw new ApiError('NOT_FOUND', 'No such thing.', { location: 'thing' });
      },
      'legacy',
    ),
    testRoute('GET', '/throws', () => {
      throw new TypeError('user-4711 is not a function');
    }),
    testRoute('GET', '/rejects', () => Promise.reject(new RangeError('user-4711'))),
    testRoute('GET', '/bad-header', () => ({ headers: { 'x-bad': 'a\nb', 'content-length': '5' }, body: 'hello' })),
    testRoute('POST', '/counted', () => {
      handled += 1;
      return { json: { handled } };
    }),
  ],
});

async function* breaking(): AsyncGenerator<Buffer> {
  yield Buffer.from('some');
  await Promise.resolve();
  throw new Error('the disk is gone');
}

async function call(path: string, init?: RequestInit): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${port.url}${path}`, init);
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

test('a path that nobody serves is answered 501, naming it', async () => {
  const unknown = await call('/v1/unknown/thing');
  assert.deepEqual(unknown, {
    status: 501,
    json: {
      error: { code: 501, message: 'The local cloud does not serve GET /v1/unknown/thing.', status: 'UNIMPLEMENTED' },
    },
  });
  const wrongMethod = await call('/json', { method: 'DELETE' });
  assert.equal(wrongMethod.status, 501);
  assert.match(JSON.stringify(wrongMethod.json), /DELETE \/json: other methods of this path exist/);
});

test('handlers see decoded parameters, the query, and the origin that the client used', async () => {
  const { json } = await call('/echo/a%20b?x=1&x=2&y=%C3%A9');
  assert.deepEqual(json, {
    params: { name: 'a b' },
    query: [
      ['x', '1'],
      ['x', '2'],
      ['y', 'é'],
    ],
    origin: port.url,
  });
});

test('dot segments are left alone: an object may be called ..', async () => {
  const body = await new Promise<string>((resolve, reject) => {
    const sent = httpRequest({ port: port.port, host: '127.0.0.1', path: '/echo/..' }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    });
    sent.on('error', reject).end();
  });
  assert.deepEqual((JSON.parse(body) as { params: object }).params, { name: '..' });
});

test('over TLS the origin says https', async () => {
  const body = await new Promise<string>((resolve, reject) => {
    const options = { port: port.port, host: '127.0.0.1', path: '/echo/x', ca: port.authority };
    const sent = httpsRequest({ ...options, headers: { host: 'storage.googleapis.com' } }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    });
    sent.on('error', reject).end();
  });
  assert.equal((JSON.parse(body) as { origin: string }).origin, 'https://storage.googleapis.com');
});

test('a body is parsed as a JSON object, inflated when gzipped, and empty means {}', async () => {
  const send = (body: string | Buffer<ArrayBuffer>, headers = {}): ReturnType<typeof call> =>
    call('/json', { method: 'POST', body, headers });
  assert.deepEqual((await send('{"a":[1]}')).json, { a: [1] });
  assert.deepEqual((await send('')).json, {});
  assert.deepEqual((await send(gzipSync('{"a":1}'), { 'content-encoding': 'gzip' })).json, { a: 1 });
  for (const body of ['{', '[1]', '1', 'null', Buffer.from('{"a":"\xff"}', 'latin1')]) {
    const { status, json } = await send(body);
    assert.equal(status, 400);
    assert.match(JSON.stringify(json), /Invalid JSON payload received/);
  }
});

test('a body over the limit is refused with an answer, inflated size counting', async () => {
  const over = await call('/bytes', { method: 'POST', body: 'x'.repeat(101) });
  assert.equal(over.status, 400);
  assert.match(JSON.stringify(over.json), /exceeds the limit: 100 bytes/);
  const large = await call('/bytes', { method: 'POST', body: 'x'.repeat(5_000_000) });
  assert.equal(large.status, 400);
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  assert.ok(bomb.length < 100_000);
  const inflated = await call('/bytes', { method: 'POST', body: bomb, headers: { 'content-encoding': 'gzip' } });
  assert.equal(inflated.status, 400);
  assert.deepEqual(await call('/bytes', { method: 'POST', body: 'x'.repeat(100) }), {
    status: 200,
    json: { size: 100 },
  });
});

test('a body that no handler reads does not hold up the next request', async () => {
  const ignored = await fetch(`${port.url}/ignores-body`, { method: 'POST', body: 'x'.repeat(1_000_000) });
  assert.equal(ignored.status, 201);
  assert.equal((await call('/echo/next')).status, 200);
});

test('replies are texts, streams and lists of headers', async () => {
  const text = await fetch(`${port.url}/text`);
  assert.deepEqual([await text.text(), text.headers.get('x-list')], ['hello', 'a, b']);
  const stream = await fetch(`${port.url}/stream`);
  assert.equal(await stream.text(), 'one two');
});

test('a stream that breaks breaks the connection, so that nobody takes it for the whole', async () => {
  const response = await fetch(`${port.url}/broken-stream`);
  await assert.rejects(response.text());
});

test('refusals have the shape of their kind of API', async () => {
  assert.deepEqual((await call('/refused')).json, {
    error: { code: 404, message: 'No such thing.', status: 'NOT_FOUND' },
  });
  assert.deepEqual((await call('/refused-legacy')).json, {
    error: {
      code: 404,
      message: 'No such thing.',
      errors: [
        {
          message: 'No such thing.',
          domain: 'global',
          reason: 'notFound',
          location: 'thing',
          locationType: 'parameter',
        },
      ],
      status: 'NOT_FOUND',
    },
  });
});

test('what was not foreseen is answered 500 without its text, and logged with the place but not the text', async () => {
  for (const path of ['/throws', '/rejects']) {
    const { status, json } = await call(path);
    assert.equal(status, 500);
    assert.deepEqual(json, { error: { code: 500, message: 'Internal error encountered.', status: 'INTERNAL' } });
  }
  const entries = port.logged.filter(({ message }) => message === 'unexpected failure');
  assert.deepEqual(
    entries.map(({ method }) => method),
    ['test./throws', 'test./rejects'],
  );
  assert.match(String(entries[0]?.['failure']), /^TypeError\n\s+at .*http-host\.test\.ts/);
  assert.doesNotMatch(JSON.stringify(port.logged), /4711/);
});

test('a reply with an impossible header becomes an error of the right length', async () => {
  const { status, json } = await call('/bad-header');
  assert.deepEqual([status, (json['error'] as { status: string }).status], [500, 'INTERNAL']);
});

test('a fault answers instead of the handler, as often as set', async () => {
  handled = 0;
  port.faults.set([{ method: 'test./counted', error: { status: 'UNAVAILABLE' }, times: 1 }]);
  const first = await call('/counted', { method: 'POST' });
  assert.deepEqual([first.status, handled], [503, 0]);
  const second = await call('/counted', { method: 'POST' });
  assert.deepEqual([second.status, handled], [200, 1]);
});

test('a dropped reply breaks the connection after the work was done', async () => {
  handled = 0;
  port.faults.set([{ method: 'test.*', dropReply: true, times: 1 }]);
  await assert.rejects(fetch(`${port.url}/counted`, { method: 'POST' }), TypeError);
  assert.equal(handled, 1);
  assert.deepEqual((await call('/counted', { method: 'POST' })).json, { handled: 2 });
});
