import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import { type BidiStream, unary } from '#local/host/service.ts';
import { ApiError } from '#local/primitives/errors.ts';
import { openTestPort } from './test-port.ts';

let handled = 0;
let opened: ((stream: BidiStream) => void) | undefined;
const port = await openTestPort({
  grpc: [
    {
      name: 'google.cloud.kms.v1.KeyManagementService',
      methods: {
        GetKeyRing: unary(({ name }: { readonly name: string }) => {
          handled += 1;
          if (name === 'refuse') {
            const violations = [{ type: 'KEY_DISABLED', subject: 'the key' }];
            const detail = { '@type': 'type.googleapis.com/google.rpc.PreconditionFailure', violations };
            throw new ApiError('FAILED_PRECONDITION', 'Grün is not enabled.', { details: [detail] });
          }
          if (name === 'throw') throw new TypeError('user-4711 is not a function');
          if (name === 'unknown detail') {
            throw new ApiError('ABORTED', 'Lost.', { details: [{ '@type': 'type.googleapis.com/no.such.Type' }] });
          }
          return name === 'unencodable' ? { name, createTime: 'now' } : { name };
        }),
      },
    },
    {
      name: 'google.pubsub.v1.Subscriber',
      methods: { StreamingPull: { kind: 'bidi', open: (stream) => opened?.(stream) } },
    },
  ],
});

const client = new grpc.Client(`127.0.0.1:${port.port}`, grpc.credentials.createInsecure());
const same = (bytes: Buffer): Buffer => bytes;
const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x0a, value.length]), Buffer.from(value)]);

function call(bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      '/google.cloud.kms.v1.KeyManagementService/GetKeyRing',
      same,
      same,
      bytes,
      (error: grpc.ServiceError | null, reply?: Buffer) => {
        if (error === null && reply !== undefined) resolve(reply);
        else reject(error ?? new Error('no reply'));
      },
    );
  });
}

const openStream = (): grpc.ClientDuplexStream<Buffer, Buffer> =>
  client.makeBidiStreamRequest('/google.pubsub.v1.Subscriber/StreamingPull', same, same);

async function failed(stream: grpc.ClientDuplexStream<Buffer, Buffer>): Promise<grpc.ServiceError> {
  stream.on('data', () => undefined);
  const [error] = (await once(stream, 'error')) as [grpc.ServiceError];
  return error;
}

test('a refusal arrives with its code, text and details', async () => {
  const error = (await call(text('refuse')).catch((thrown: unknown) => thrown)) as grpc.ServiceError;
  assert.equal(error.code, grpc.status.FAILED_PRECONDITION);
  assert.equal(error.details, 'Grün is not enabled.');
  const [details] = error.metadata.get('grpc-status-details-bin') as [Buffer];
  assert.match(details.toString('latin1'), /google\.rpc\.PreconditionFailure[^]*KEY_DISABLED[^]*the key/);
});

test('what was not foreseen is INTERNAL, without its text on the wire or in the log', async () => {
  for (const name of ['throw', 'unencodable']) {
    await assert.rejects(call(text(name)), { code: grpc.status.INTERNAL, details: 'Internal error encountered.' });
  }
  assert.equal(port.logged.length, 2);
  assert.doesNotMatch(JSON.stringify(port.logged), /4711/);
});

test('a detail of an unknown type is left out rather than fatal', async () => {
  await assert.rejects(call(text('unknown detail')), { code: grpc.status.ABORTED, details: 'Lost.' });
  assert.match(JSON.stringify(port.logged), /no\.such\.Type/);
});

test('bytes that are no message are refused', async () => {
  await assert.rejects(call(Buffer.from([0x0f])), { code: grpc.status.INVALID_ARGUMENT });
});

test('a dropped reply is UNAVAILABLE after the work was done', async () => {
  handled = 0;
  port.faults.set([{ method: 'google.cloud.kms.v1.KeyManagementService.*', dropReply: true, times: 1 }]);
  await assert.rejects(call(text('x')), { code: grpc.status.UNAVAILABLE });
  assert.equal(handled, 1);
  assert.deepEqual(await call(text('x')), text('x'));
});

test('a stream whose handler throws, when it opens or later, ends with an error', async () => {
  opened = () => {
    throw new TypeError('cannot open');
  };
  assert.equal((await failed(openStream())).code, grpc.status.INTERNAL);

  opened = (stream) =>
    stream.onMessage(() => {
      throw new ApiError('NOT_FOUND', 'No such subscription.');
    });
  const refused = openStream();
  refused.write(text('subscription'));
  const error = await failed(refused);
  assert.deepEqual([error.code, error.details], [grpc.status.NOT_FOUND, 'No such subscription.']);

  opened = (stream) => stream.onMessage(() => undefined);
  const garbled = openStream();
  garbled.write(Buffer.from([0x0f]));
  assert.equal((await failed(garbled)).code, grpc.status.INVALID_ARGUMENT);
});

test('a listener that throws when the client goes away harms nobody', async () => {
  const atServer = Promise.withResolvers<BidiStream>();
  opened = atServer.resolve;
  const stream = openStream();
  stream.on('error', () => undefined);
  stream.write(text('subscription'));
  const ended = Promise.withResolvers<void>();
  const served = await atServer.promise;
  served.onEnd(() => {
    throw new Error('while ending');
  });
  served.onEnd(ended.resolve);
  stream.cancel();
  await ended.promise;
  assert.equal(served.send({}), false);
  assert.deepEqual(await call(text('x')), text('x'));
});

test('stopping ends open streams with UNAVAILABLE, so that clients come back', async () => {
  opened = (stream) => stream.onMessage(() => void stream.send({}));
  const stream = openStream();
  stream.write(text('subscription'));
  await once(stream, 'data');
  const ending = failed(stream);
  await port.grpc.close();
  assert.equal((await ending).code, grpc.status.UNAVAILABLE);
  client.close();
});
