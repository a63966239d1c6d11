// Whatever a client sends, the cloud goes on: an error that nobody catches would end the test process.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, constants as http2Constants } from 'node:http2';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import * as fc from 'fast-check';
import { startTestCloud } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();

/** Sends bytes and waits until the cloud has answered or hung up; resolves with what it said. */
async function exchange(socket: Socket, bytes: Uint8Array | string): Promise<string> {
  let answer = '';
  socket.on('data', (data: Buffer) => {
    answer += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.end(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

const plain = (bytes: Uint8Array | string): Promise<string> => exchange(connect(cloud.port, '127.0.0.1'), bytes);

async function assertHealthy(): Promise<void> {
  const response = await fetch(`${cloud.url}/healthz`);
  assert.equal(response.status, 200);
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

test('absurd request targets are answered, not fatal', async () => {
  const targets = [
    '//',
    '///',
    'http://[',
    'http://',
    '/%',
    '/%ff%fe',
    '/v1/%2e%2e/%2F',
    '*',
    '/?%',
    '/\u{7f}',
    '/v1/a:b:c:d',
  ];
  for (const target of targets) {
    for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD', 'DELETE']) {
      const answer = await plain(
        `${method} ${target} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
      );
      const status = statusOf(answer);
      assert.ok(status >= 400 && status <= 501, `${method} ${target}: ${answer.slice(0, 80)}`);
    }
  }
  await assertHealthy();
});

test('malformed HTTP is answered with 400 or a closed connection', async () => {
  const requests = [
    'GET\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\r\nhost\r\n\r\n',
    'POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n',
    'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
    `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
    'POST / HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ];
  for (const text of requests) {
    const answer = await plain(text);
    assert.ok(answer === '' || statusOf(answer) >= 400, answer.slice(0, 80));
  }
  await assertHealthy();
});

test('arbitrary bytes do not end it, in plain, within TLS, within CONNECT, or as HTTP/2', async () => {
  const within: ((bytes: Uint8Array) => Promise<string>)[] = [
    plain,
    (bytes) => plain(Buffer.concat([Buffer.from([0x16, 3, 1]), bytes])),
    (bytes) => plain(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), bytes])),
    (bytes) => plain(Buffer.concat([Buffer.from('CONNECT storage.googleapis.com:443 HTTP/1.1\r\n\r\n'), bytes])),
    (bytes) =>
      plain(Buffer.concat([Buffer.from('POST /v1/projects/p/topics/t:publish HTTP/1.1\r\nhost: x\r\n'), bytes])),
    (bytes) =>
      exchange(
        connectTls({ port: cloud.port, host: '127.0.0.1', servername: 'localhost', ALPNProtocols: ['h2'] }),
        bytes,
      ),
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...within), fc.uint8Array({ maxLength: 200 }), async (send, bytes) => {
      await send(bytes);
    }),
    { numRuns: 200 },
  );
  await assertHealthy();
});

test('gRPC calls with arbitrary frames end with a status, also when they are broken off', async () => {
  const session = connectHttp2(cloud.url);
  session.on('error', () => undefined);
  const paths = ['/google.cloud.kms.v1.KeyManagementService/Encrypt', '/google.cloud.kms.v1.Nothing/At', '/', '/%ff'];
  const frame = (bytes: Uint8Array): Buffer => {
    const header = Buffer.alloc(5);
    header.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([header, bytes]);
  };
  const bodies = fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }).map(frame));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), bodies, fc.boolean(), async (path, body, breaksOff) => {
      const call = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      call.on('error', () => undefined);
      if (breaksOff) {
        call.write(body);
        call.close(http2Constants.NGHTTP2_CANCEL);
      } else call.end(body);
      call.resume();
      await new Promise((resolve) => call.once('close', resolve));
    }),
    { numRuns: 200 },
  );
  session.close();
  await assertHealthy();
});

test('a body that breaks off is given up', async () => {
  const head = 'POST /v1/projects/p/topics/t:publish HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"messages"';
  const socket = connect(cloud.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(head);
  await once(socket, 'connect');
  await assertHealthy();
  socket.resetAndDestroy();
  const gzipped = head.replace('content-length', 'content-encoding: gzip\r\ncontent-length');
  const other = connect(cloud.port, '127.0.0.1');
  other.on('error', () => undefined);
  other.write(gzipped);
  await assertHealthy();
  other.resetAndDestroy();
  await assertHealthy();
});

test('a client that connects and says nothing, or one byte, does not matter to the others', async () => {
  const idle = connect(cloud.port, '127.0.0.1');
  const brief = connect(cloud.port, '127.0.0.1');
  await Promise.all([once(idle, 'connect'), once(brief, 'connect')]);
  brief.write('P');
  await assertHealthy();
  idle.destroy();
  brief.destroy();
  await assertHealthy();
});

test('a client that goes away before its reply does not matter', async () => {
  cloud.faults.set([{ method: 'local.health', latencyMs: 5, times: 1 }]);
  const gone = request(`${cloud.url}/healthz`);
  gone.on('error', () => undefined);
  gone.end();
  await once(gone, 'socket');
  gone.destroy();
  await assertHealthy();
});

test('bodies that are not what they say are refused with an error in JSON', async () => {
  const url = `${cloud.url}/v1/projects/p/locations/l/keyRings?keyRingId=r`;
  const send = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { method: 'POST', body, headers });
    return { status: response.status, json: (await response.json()) as { error: { status: string } } };
  };
  for (const body of [
    '{',
    '[]',
    '"text"',
    'null',
    '{"name":',
    '[[[['.repeat(10_000),
    '{"__proto__":{"a":1}}',
    '{"constructor":1}',
  ]) {
    const { status, json } = await send(body);
    assert.deepEqual([status, json.error.status], [400, 'INVALID_ARGUMENT'], body.slice(0, 20));
  }
  const { status } = await send('not gzip', { 'content-encoding': 'gzip' });
  assert.equal(status, 400);
});
