import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { get as httpsGet } from 'node:https';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import { createGrpcHost } from '#local/host/grpc-host.ts';
import { createHttpHost } from '#local/host/http-host.ts';
import { openPort } from '#local/host/port.ts';
import { loadProtos } from '#local/host/protos.ts';
import { createRestRouter } from '#local/host/rest-router.ts';
import { unary } from '#local/host/service.ts';
import { createFaults } from '#local/primitives/faults.ts';
import { silentLog } from '#local/primitives/log.ts';
import { openTestPort, testRoute } from './test-port.ts';

const port = await openTestPort({
  rest: [testRoute('GET', '/hello', () => ({ body: 'over http' }))],
  grpc: [
    {
      name: 'google.cloud.kms.v1.KeyManagementService',
      methods: { GetKeyRing: unary(({ name }: { readonly name: string }) => ({ name })) },
    },
  ],
});

/** KeyRing and GetKeyRingRequest both begin with `string name = 1`. */
const message = (name: string): Buffer => Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name)]);

function callGrpc(credentials: grpc.ChannelCredentials, options: object = {}): Promise<Buffer> {
  const client = new grpc.Client(`127.0.0.1:${port.port}`, credentials, options);
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      '/google.cloud.kms.v1.KeyManagementService/GetKeyRing',
      same,
      same,
      message('ring'),
      (error, reply) => {
        client.close();
        if (error === null && reply !== undefined) resolve(reply);
        else reject(error ?? new Error('no reply'));
      },
    );
  });
}

/** A tunnel through the port, as clients behind a proxy open it. */
async function tunnel(host: string): Promise<{ status: number; socket: Socket }> {
  const asked = httpRequest({ port: port.port, host: '127.0.0.1', method: 'CONNECT', path: host }).end();
  const [response, socket] = (await once(asked, 'connect')) as [{ statusCode: number }, Socket];
  return { status: response.statusCode, socket };
}

async function secured(socket: Socket, servername: string, protocols: string[]): Promise<TLSSocket> {
  const secure = connectTls({ socket, servername, ca: port.authority, ALPNProtocols: protocols });
  await once(secure, 'secureConnect');
  return secure;
}

test('gRPC is served without encryption and with it', async () => {
  assert.deepEqual(await callGrpc(grpc.credentials.createInsecure()), message('ring'));
  const options = { 'grpc.ssl_target_name_override': 'localhost' };
  assert.deepEqual(await callGrpc(grpc.credentials.createSsl(Buffer.from(port.authority)), options), message('ring'));
});

test('HTTP is served without encryption and with it', async () => {
  assert.equal(await (await fetch(`${port.url}/hello`)).text(), 'over http');
  const options = { port: port.port, host: 'localhost', path: '/hello', ca: port.authority, family: 4 };
  const [response] = (await once(httpsGet(options), 'response')) as [Readable];
  assert.deepEqual(await response.setEncoding('utf8').toArray(), ['over http']);
});

test('a tunnel to a Google host ends here, for HTTP and for HTTP/2', async () => {
  const first = await tunnel('storage.googleapis.com:443');
  assert.equal(first.status, 200);
  const http1 = await secured(first.socket, 'storage.googleapis.com', ['http/1.1']);
  http1.write('GET /hello HTTP/1.1\r\nhost: storage.googleapis.com\r\nconnection: close\r\n\r\n');
  let answer = '';
  for await (const data of http1) answer += String(data);
  assert.match(answer, /^HTTP\/1\.1 200 [^]*over http$/);

  const second = await tunnel('cloudkms.googleapis.com:443');
  const secure = await secured(second.socket, 'cloudkms.googleapis.com', ['h2']);
  const session = connectHttp2('https://cloudkms.googleapis.com', { createConnection: () => secure });
  const call = session.request({
    ':method': 'POST',
    ':path': '/google.cloud.kms.v1.KeyManagementService/GetKeyRing',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  call.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message('x').length]), message('x')]));
  call.resume();
  const [trailers] = (await once(call, 'trailers')) as [Record<string, string>];
  assert.equal(trailers['grpc-status'], '0');
  session.close();
});

test('a tunnel may also carry plain HTTP', async () => {
  const { socket } = await tunnel('metadata.google.internal:80');
  socket.write('GET /hello HTTP/1.1\r\nhost: metadata.google.internal\r\nconnection: close\r\n\r\n');
  let answer = '';
  for await (const data of socket) answer += String(data);
  assert.match(answer, /over http$/);
});

test('a tunnel to any other host is refused with 403 and logged', async () => {
  for (const host of [
    'example.com:443',
    'googleapis.com.example.com:443',
    'notgoogleapis.com:443',
    '127.0.0.1:80',
    '',
  ]) {
    const { status, socket } = await tunnel(host);
    assert.equal(status, 403, host);
    socket.destroy();
  }
  const refused = port.logged.filter(({ message: text }) => String(text).startsWith('refused CONNECT'));
  assert.equal(refused[0]?.['host'], 'example.com');
  assert.equal(refused.length, 5);
});

test('HTTP/2 is recognised also when its preface arrives byte by byte', async () => {
  const socket = connect(port.port, '127.0.0.1');
  await once(socket, 'connect');
  for (const byte of 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') {
    socket.setNoDelay(true).write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  // An empty SETTINGS frame completes the client's side.
  socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.equal(answer[3], 4, 'the server answers with a SETTINGS frame of its own');
  socket.destroy();
});

test('a method of HTTP that begins like the preface is still HTTP', async () => {
  const socket = connect(port.port, '127.0.0.1');
  await once(socket, 'connect');
  for (const part of ['P', 'R', 'OPFIND / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n']) {
    socket.setNoDelay(true).write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(String(answer), /^HTTP\/1\.1 501 /);
  socket.destroy();
});

test('only this machine can connect', async (t) => {
  const external = Object.values(networkInterfaces())
    .flat()
    .find((address) => address !== undefined && !address.internal && address.family === 'IPv4');
  if (external === undefined) {
    t.skip('SKIPPED: this machine has no address but loopback');
    return;
  }
  const socket = connect(port.port, external.address);
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNREFUSED');
});

test('a port that is taken is an error, and an open connection does not keep a port from closing', async () => {
  const faults = createFaults();
  const http = createHttpHost({ router: createRestRouter([]), faults, log: silentLog });
  const host = createGrpcHost({ root: loadProtos(), services: [], faults, log: silentLog });
  const certificate = { authorityFile: '', certificatePem: '', keyPem: '' };
  const parts = { http, grpc: host, certificate, log: silentLog };
  await assert.rejects(openPort(port.port, parts), { code: 'EADDRINUSE' });
  const opened = await openPort(0, parts);
  const socket = connect(opened.number, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  await opened.close();
  await host.close();
});
