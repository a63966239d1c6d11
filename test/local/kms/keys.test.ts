import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCloud, TEST_NOW_MS } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud({ frozen: true });
const { LOCATION, openTestKms } = await import('./kms-client.ts');
const { client, ring, createKey } = await openTestKms('keys');

const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const INVALID_ARGUMENT = 3;
const FAILED_PRECONDITION = 9;
const UNIMPLEMENTED = 12;
const DAY_SECONDS = 24 * 3600;
const nowSeconds = TEST_NOW_MS / 1000;

const SYMMETRIC = { purpose: 'ENCRYPT_DECRYPT' } as const;

test('a key ring is created once and found by name and in the list of its location', async () => {
  const [found] = await client.getKeyRing({ name: ring });
  assert.equal(found.name, ring);
  assert.equal(Number(found.createTime?.seconds), nowSeconds);
  const [rings] = await client.listKeyRings({ parent: LOCATION });
  assert.ok(rings.some(({ name }) => name === ring));
  await assert.rejects(client.createKeyRing({ parent: LOCATION, keyRingId: 'keys', keyRing: {} }), {
    code: ALREADY_EXISTS,
    details: `KeyRing ${ring} already exists.`,
  });
});

test('what does not exist is not found, by its full name', async () => {
  const missingRing = `${LOCATION}/keyRings/missing`;
  await assert.rejects(client.getKeyRing({ name: missingRing }), {
    code: NOT_FOUND,
    details: `KeyRing ${missingRing} not found.`,
  });
  await assert.rejects(client.createCryptoKey({ parent: missingRing, cryptoKeyId: 'k', cryptoKey: SYMMETRIC }), {
    code: NOT_FOUND,
    details: `KeyRing ${missingRing} not found.`,
  });
  await assert.rejects(client.getCryptoKey({ name: `${ring}/cryptoKeys/missing` }), {
    code: NOT_FOUND,
    details: `CryptoKey ${ring}/cryptoKeys/missing not found.`,
  });
  const key = await createKey('one-version', SYMMETRIC);
  await assert.rejects(client.getCryptoKeyVersion({ name: `${key}/cryptoKeyVersions/2` }), {
    code: NOT_FOUND,
    details: `CryptoKeyVersion ${key}/cryptoKeyVersions/2 not found.`,
  });
});

test('a name of another kind of resource, or of none, is refused', async () => {
  await assert.rejects(client.getKeyRing({ name: `${ring}/cryptoKeys/k` }), {
    code: INVALID_ARGUMENT,
    details: `${ring}/cryptoKeys/k is not a valid resource type for this request.`,
  });
  await assert.rejects(client.getCryptoKey({ name: 'nonsense' }), { code: INVALID_ARGUMENT });
  await assert.rejects(client.createKeyRing({ parent: LOCATION, keyRingId: 'no spaces', keyRing: {} }), {
    code: INVALID_ARGUMENT,
  });
  await assert.rejects(client.createKeyRing({ parent: LOCATION, keyRingId: 'x'.repeat(64), keyRing: {} }), {
    code: INVALID_ARGUMENT,
  });
});

test('an encryption key starts with an enabled primary version and the defaults of Cloud KMS', async () => {
  const [key] = await client.createCryptoKey({ parent: ring, cryptoKeyId: 'defaults', cryptoKey: SYMMETRIC });
  assert.equal(key.purpose, 'ENCRYPT_DECRYPT');
  assert.equal(key.primary?.name, `${ring}/cryptoKeys/defaults/cryptoKeyVersions/1`);
  assert.equal(key.primary?.state, 'ENABLED');
  assert.equal(key.versionTemplate?.algorithm, 'GOOGLE_SYMMETRIC_ENCRYPTION');
  assert.equal(key.versionTemplate?.protectionLevel, 'SOFTWARE');
  assert.equal(Number(key.destroyScheduledDuration?.seconds), 30 * DAY_SECONDS);
  assert.equal(key.nextRotationTime, null);
});

test('a key without an initial version has no primary and cannot encrypt', async () => {
  const request = { parent: ring, cryptoKeyId: 'empty', cryptoKey: SYMMETRIC, skipInitialVersionCreation: true };
  const [key] = await client.createCryptoKey(request);
  assert.equal(key.primary, null);
  const [versions] = await client.listCryptoKeyVersions({ parent: key.name! });
  assert.deepEqual(versions, []);
  await assert.rejects(client.encrypt({ name: key.name!, plaintext: Buffer.from('x') }), { code: FAILED_PRECONDITION });
});

test('an algorithm must go with the purpose, and is required except for encryption', async () => {
  const create = (id: string, cryptoKey: object): Promise<unknown> =>
    client.createCryptoKey({ parent: ring, cryptoKeyId: id, cryptoKey });
  const mismatch = { purpose: 'ENCRYPT_DECRYPT', versionTemplate: { algorithm: 'EC_SIGN_P256_SHA256' } };
  await assert.rejects(create('mismatch', mismatch), { code: INVALID_ARGUMENT });
  await assert.rejects(create('no-algorithm', { purpose: 'ASYMMETRIC_SIGN' }), { code: INVALID_ARGUMENT });
  await assert.rejects(create('no-purpose', {}), { code: INVALID_ARGUMENT });
});

test('what only hardware or other services can do is refused as not served', async () => {
  const create = (cryptoKey: object): Promise<unknown> =>
    client.createCryptoKey({ parent: ring, cryptoKeyId: 'unserved', cryptoKey });
  await assert.rejects(create({ ...SYMMETRIC, versionTemplate: { protectionLevel: 'HSM' } }), { code: UNIMPLEMENTED });
  await assert.rejects(create({ purpose: 'ASYMMETRIC_DECRYPT' }), { code: UNIMPLEMENTED });
  await assert.rejects(create({ ...SYMMETRIC, importOnly: true }), { code: UNIMPLEMENTED });
  await assert.rejects(client.listKeyRings({ parent: LOCATION, filter: 'name:x' }), { code: UNIMPLEMENTED });
  await assert.rejects(client.getImportJob({ name: `${ring}/importJobs/j` }), {
    code: UNIMPLEMENTED,
    details: /GetImportJob/,
  });
});

test('the time until destruction is set at creation, between one day and 120', async () => {
  const create = (id: string, seconds: number): Promise<string> =>
    createKey(id, { ...SYMMETRIC, destroyScheduledDuration: { seconds } });
  const key = await create('short', DAY_SECONDS);
  const [found] = await client.getCryptoKey({ name: key });
  assert.equal(Number(found.destroyScheduledDuration?.seconds), DAY_SECONDS);
  await assert.rejects(create('too-short', DAY_SECONDS - 1), { code: INVALID_ARGUMENT });
  await assert.rejects(create('too-long', 121 * DAY_SECONDS), { code: INVALID_ARGUMENT });
  await assert.rejects(
    client.updateCryptoKey({
      cryptoKey: { name: key, destroyScheduledDuration: { seconds: 2 * DAY_SECONDS } },
      updateMask: { paths: ['destroy_scheduled_duration'] },
    }),
    { code: INVALID_ARGUMENT },
  );
});

test('rotation needs an encryption key, a future start and a period of at least a day', async () => {
  const next = { seconds: nowSeconds + 60 };
  const create = (id: string, key: object): Promise<string> => createKey(id, { ...SYMMETRIC, ...key });
  const period = { seconds: DAY_SECONDS };
  await create('rotating', { rotationPeriod: period, nextRotationTime: next });
  await assert.rejects(create('r1', { rotationPeriod: period }), { code: INVALID_ARGUMENT });
  await assert.rejects(create('r2', { rotationPeriod: { seconds: 60 }, nextRotationTime: next }), {
    code: INVALID_ARGUMENT,
  });
  await assert.rejects(create('r3', { rotationPeriod: period, nextRotationTime: { seconds: nowSeconds } }), {
    code: INVALID_ARGUMENT,
  });
  const signing = { purpose: 'ASYMMETRIC_SIGN', versionTemplate: { algorithm: 'EC_SIGN_P256_SHA256' } } as const;
  await assert.rejects(createKey('r4', { ...signing, rotationPeriod: period, nextRotationTime: next }), {
    code: INVALID_ARGUMENT,
  });
});

test('an update changes what its mask names and nothing else', async () => {
  const name = await createKey('updated', { ...SYMMETRIC, labels: { team: 'a' } });
  const [updated] = await client.updateCryptoKey({
    cryptoKey: {
      name,
      labels: { team: 'b' },
      rotationPeriod: { seconds: DAY_SECONDS },
      nextRotationTime: { seconds: nowSeconds + DAY_SECONDS },
    },
    updateMask: { paths: ['labels'] },
  });
  assert.deepEqual(updated.labels, { team: 'b' });
  assert.equal(updated.nextRotationTime, null);
  await assert.rejects(client.updateCryptoKey({ cryptoKey: { name }, updateMask: { paths: [] } }), {
    code: INVALID_ARGUMENT,
  });
  await assert.rejects(client.updateCryptoKey({ cryptoKey: { name }, updateMask: { paths: ['purpose'] } }), {
    code: INVALID_ARGUMENT,
  });
});

test('labels keep to the rules of Google Cloud', async () => {
  const create = (labels: Record<string, string>): Promise<string> => createKey('labelled', { ...SYMMETRIC, labels });
  await assert.rejects(create({ Upper: 'x' }), { code: INVALID_ARGUMENT });
  await assert.rejects(create({ key: 'UPPER' }), { code: INVALID_ARGUMENT });
  await assert.rejects(create(Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, '']))), {
    code: INVALID_ARGUMENT,
  });
});

test('new versions count up, and one of them becomes primary only when told so', async () => {
  const key = await createKey('versions', SYMMETRIC);
  const [second] = await client.createCryptoKeyVersion({ parent: key, cryptoKeyVersion: {} });
  assert.equal(second.name, `${key}/cryptoKeyVersions/2`);
  assert.equal(second.state, 'ENABLED');
  const [before] = await client.getCryptoKey({ name: key });
  assert.equal(before.primary?.name, `${key}/cryptoKeyVersions/1`);
  const [after] = await client.updateCryptoKeyPrimaryVersion({ name: key, cryptoKeyVersionId: '2' });
  assert.equal(after.primary?.name, second.name);
  await assert.rejects(client.updateCryptoKeyPrimaryVersion({ name: key, cryptoKeyVersionId: '3' }), {
    code: NOT_FOUND,
  });
});

test('a version can be created disabled, enabled, and put into no other state by an update', async () => {
  const key = await createKey('states', SYMMETRIC);
  const [created] = await client.createCryptoKeyVersion({ parent: key, cryptoKeyVersion: { state: 'DISABLED' } });
  assert.equal(created.state, 'DISABLED');
  const update = (state: string): Promise<unknown> =>
    client.updateCryptoKeyVersion({
      cryptoKeyVersion: { name: created.name!, state: state as 'ENABLED' },
      updateMask: { paths: ['state'] },
    });
  await update('ENABLED');
  const [enabled] = await client.getCryptoKeyVersion({ name: created.name! });
  assert.equal(enabled.state, 'ENABLED');
  await assert.rejects(update('DESTROYED'), { code: INVALID_ARGUMENT });
});

test('lists are paged, keys by name and versions by number', async () => {
  const [{ name: parent }] = await client.createKeyRing({ parent: LOCATION, keyRingId: 'paged', keyRing: {} });
  for (const id of ['c', 'a', 'b']) {
    await client.createCryptoKey({ parent: parent!, cryptoKeyId: id, cryptoKey: SYMMETRIC });
  }
  const ids: string[] = [];
  for await (const key of client.listCryptoKeysAsync({ parent: parent!, pageSize: 1 })) ids.push(key.name!.slice(-1));
  assert.deepEqual(ids, ['a', 'b', 'c']);
  const [first, next, reply] = await client.listCryptoKeys({ parent: parent!, pageSize: 2 }, { autoPaginate: false });
  assert.equal(first.length, 2);
  assert.equal(reply.totalSize, 3);
  assert.ok(next?.pageToken);

  const key = `${parent}/cryptoKeys/a`;
  for (let number = 2; number <= 11; number += 1) {
    await client.createCryptoKeyVersion({ parent: key, cryptoKeyVersion: {} });
  }
  const numbers: string[] = [];
  for await (const version of client.listCryptoKeyVersionsAsync({ parent: key, pageSize: 4 })) {
    numbers.push(version.name!.split('/').at(-1)!);
  }
  assert.deepEqual(numbers, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11']);
  await assert.rejects(client.listCryptoKeys({ parent: parent!, pageToken: 'forged' }), { code: INVALID_ARGUMENT });
});

test('a policy is stored with an etag, and a stale etag loses', async () => {
  const url = `${cloud.url}/v1/${ring}`;
  const call = async (path: string, body?: object): Promise<{ status: number; json: Record<string, unknown> }> => {
    const response = await fetch(`${url}${path}`, body && { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  const empty = await call(':getIamPolicy');
  assert.deepEqual(empty.json, { etag: 'ACAB' });
  const bindings = [{ role: 'roles/cloudkms.admin', members: ['serviceAccount:a@b.iam.gserviceaccount.com'] }];
  const set = await call(':setIamPolicy', { policy: { bindings, etag: 'ACAB' } });
  assert.equal(set.status, 200);
  const read = await call(':getIamPolicy');
  assert.deepEqual(read.json['bindings'], bindings);
  const stale = await call(':setIamPolicy', { policy: { bindings: [], etag: 'ACAB' } });
  assert.equal(stale.status, 409);
  const missing = await fetch(`${cloud.url}/v1/${LOCATION}/keyRings/none:getIamPolicy`);
  assert.equal(missing.status, 404);
});

test('REST follows the same rules, with camelCase masks', async () => {
  const key = await createKey('rest', SYMMETRIC);
  const response = await fetch(`${cloud.url}/v1/${key}?updateMask=nextRotationTime,rotationPeriod`, {
    method: 'PATCH',
    body: JSON.stringify({ rotationPeriod: '86400s', nextRotationTime: '2026-09-01T00:00:00Z' }),
  });
  const updated = (await response.json()) as Record<string, unknown>;
  assert.equal(response.status, 200, JSON.stringify(updated));
  assert.equal(updated['rotationPeriod'], '86400s');
  assert.equal(updated['destroyScheduledDuration'], '2592000s');
  assert.equal(Date.parse(String(updated['createTime'])), TEST_NOW_MS);
});
