import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeMessage, fromTimestamp, toTimestamp } from '#local/host/messages.ts';
import { loadProtos } from '#local/host/protos.ts';
import { type GrpcMethod, unary } from '#local/host/service.ts';
import { openTestPort } from './test-port.ts';

/** What handlers were last called with. */
let seen: Record<string, unknown> = {};

const recording = (reply: object = {}): GrpcMethod =>
  unary((request: object) => {
    seen = request as Record<string, unknown>;
    return reply;
  });

let seenBytes: Buffer = Buffer.alloc(0);

const port = await openTestPort({
  grpc: [
    {
      name: 'google.cloud.kms.v1.KeyManagementService',
      methods: {
        CreateKeyRing: recording({ name: 'ring', createTime: toTimestamp(Date.UTC(2026, 7, 1)) }),
        ListCryptoKeys: recording({ totalSize: 3 }),
        UpdateCryptoKey: recording({ name: 'key', purpose: 'ENCRYPT_DECRYPT' }),
        Encrypt: recording({ ciphertext: Buffer.from([1, 2, 255]), ciphertextCrc32c: { value: '4294967295' } }),
      },
    },
    {
      name: 'google.pubsub.v1.Publisher',
      methods: {
        Publish: {
          kind: 'raw',
          handle: (bytes) => {
            seenBytes = bytes;
            return Promise.resolve({ messageIds: ['1', '2'] });
          },
        },
      },
    },
  ],
});

const RING = 'projects/p/locations/l/keyRings/r';

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown>; message: string }> {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(`${port.url}/v1/${path}`, init);
  const json = (await response.json()) as Record<string, unknown>;
  return { status: response.status, json, message: (json['error'] as { message?: string } | undefined)?.message ?? '' };
}

test('a body that is the request itself is joined with the variables of the path', async () => {
  const plaintext = Buffer.from([0, 255, 1]);
  const { json } = await call('POST', `${RING}/cryptoKeys/k/cryptoKeyVersions/1:encrypt`, {
    plaintext: plaintext.toString('base64'),
    plaintextCrc32c: '4294967295',
  });
  assert.equal(seen['name'], `${RING}/cryptoKeys/k/cryptoKeyVersions/1`);
  assert.deepEqual(seen['plaintext'], plaintext);
  assert.deepEqual(seen['plaintextCrc32c'], { value: '4294967295' });
  // What was not sent has its default, bytes included.
  assert.deepEqual(seen['additionalAuthenticatedData'], Buffer.alloc(0));
  assert.deepEqual([json['ciphertext'], json['ciphertextCrc32c']], ['AQL/', '4294967295']);
});

test('a body that is one field is joined with the query', async () => {
  const { json } = await call('POST', 'projects/p/locations/l/keyRings?keyRingId=r', {});
  assert.deepEqual([seen['parent'], seen['keyRingId']], ['projects/p/locations/l', 'r']);
  assert.notEqual(seen['keyRing'], null);
  assert.equal(Date.parse(String(json['createTime'])), Date.UTC(2026, 7, 1));
});

test('a variable may be a field of a field, and masks become names of the proto', async () => {
  await call('PATCH', `${RING}/cryptoKeys/k?updateMask=labels,versionTemplate.algorithm,rotation_period`, {
    labels: { a: 'b' },
    rotationPeriod: '86400.5s',
    nextRotationTime: '2026-08-01T00:00:00.25Z',
  });
  const key = seen['cryptoKey'] as Record<string, unknown>;
  assert.equal(key['name'], `${RING}/cryptoKeys/k`);
  assert.deepEqual(key['labels'], { a: 'b' });
  assert.deepEqual(key['rotationPeriod'], { seconds: '86400', nanos: 500_000_000 });
  assert.deepEqual(key['nextRotationTime'], { seconds: String(Date.UTC(2026, 7, 1) / 1000), nanos: 250_000_000 });
  assert.deepEqual(seen['updateMask'], { paths: ['labels', 'version_template.algorithm', 'rotation_period'] });
});

test('query values take the type of their field, enums by name or number', async () => {
  for (const view of ['FULL', '1']) {
    await call('GET', `${RING}/cryptoKeys?pageSize=2&pageToken=t&versionView=${view}`);
    assert.deepEqual([seen['pageSize'], seen['pageToken'], seen['versionView']], [2, 't', 'FULL']);
  }
});

test('parameters of every Google API are taken and change nothing', async () => {
  const { status } = await call('GET', `${RING}/cryptoKeys?alt=json&prettyPrint=false&key=k&fields=a(b)&$.xgafv=2`);
  assert.equal(status, 200);
});

test('enums are numbers when asked for', async () => {
  const mask = 'updateMask=labels';
  const names = await call('PATCH', `${RING}/cryptoKeys/k?${mask}`, {});
  assert.equal(names.json['purpose'], 'ENCRYPT_DECRYPT');
  const numbers = await call('PATCH', `${RING}/cryptoKeys/k?${mask}&$alt=json;enum-encoding=int`, {});
  assert.equal(numbers.json['purpose'], 1);
});

test('unknown names are refused as by Google, in the query, the body and below', async () => {
  const query = await call('GET', `${RING}/cryptoKeys?pagesize=2`);
  assert.equal(query.status, 400);
  assert.match(query.message, /Unknown name "pagesize": Cannot bind query parameter/);
  const body = await call('POST', `${RING}/cryptoKeys/k:encrypt`, { plain: '' });
  assert.equal(body.message, 'Invalid JSON payload received. Unknown name "plain": Cannot find field.');
  const below = await call('PATCH', `${RING}/cryptoKeys/k?updateMask=labels`, { versionTemplate: { level: 1 } });
  assert.match(below.message, /Unknown name "level" at 'cryptoKey\.versionTemplate': Cannot find field/);
  for (const name of ['constructor', '__proto__', 'hasOwnProperty']) {
    assert.equal((await call('GET', `${RING}/cryptoKeys?${name}=x`)).status, 400, name);
  }
});

test('fields may be written as in JSON or as in the proto', async () => {
  await call('POST', `${RING}/cryptoKeys/k:encrypt`, { additional_authenticated_data: 'AQ==' });
  assert.deepEqual(seen['additionalAuthenticatedData'], Buffer.from([1]));
  await call('GET', `${RING}/cryptoKeys?page_size=3`);
  assert.equal(seen['pageSize'], 3);
});

test('values of the wrong type are refused', async () => {
  const bodies = [
    { labels: 'text' },
    { rotationPeriod: 'a day' },
    { purpose: 'NO_SUCH_PURPOSE' },
    { nextRotationTime: 'tomorrow' },
    { importOnly: 'yes' },
    { versionTemplate: [] },
  ];
  for (const body of bodies) {
    const { status } = await call('PATCH', `${RING}/cryptoKeys/k?updateMask=labels`, body);
    assert.equal(status, 400, JSON.stringify(body));
  }
  const { message } = await call('PATCH', `${RING}/cryptoKeys/k?updateMask=labels`, {
    versionTemplate: { algorithm: {} },
  });
  assert.match(
    message,
    /^Invalid value at 'cryptoKey\.versionTemplate\.algorithm' \(type\.googleapis\.com\/google\.cloud/,
  );
  const bytes = await call('POST', `${RING}/cryptoKeys/k:encrypt`, { plaintext: 'not base64!' });
  assert.equal(bytes.message, "Invalid value at 'plaintext' (TYPE_BYTES)");
});

test('a method that nobody implements says so with its name', async () => {
  const { status, message } = await call('GET', `${RING}/importJobs`);
  assert.equal(status, 501);
  assert.match(message, /google\.cloud\.kms\.v1\.KeyManagementService\.ListImportJobs/);
});

test('a handler of bytes gets the wire form of what was sent and of nothing else', async () => {
  const { json } = await call('POST', 'projects/p/topics/t:publish', { messages: [{ data: 'AQI=' }, {}] });
  assert.deepEqual(json, { messageIds: ['1', '2'] });
  const type = loadProtos().lookupType('google.pubsub.v1.PublishRequest');
  const { topic, messages } = decodeMessage(type, seenBytes) as { topic: string; messages: { data: Buffer }[] };
  assert.equal(topic, 'projects/p/topics/t');
  assert.deepEqual(
    messages.map(({ data }) => data),
    [Buffer.from([1, 2]), Buffer.alloc(0)],
  );
  assert.equal(
    seenBytes.length,
    type.encode(type.create({ topic, messages: [{ data: Buffer.from([1, 2]) }, {}] })).len,
  );
});

test('timestamps keep their milliseconds both ways, before 1970 too', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 4e12 }), (epochMs) => {
      assert.equal(fromTimestamp(toTimestamp(epochMs)), epochMs);
      assert.ok(toTimestamp(epochMs).nanos >= 0);
    }),
  );
  assert.equal(fromTimestamp(null), undefined);
});
