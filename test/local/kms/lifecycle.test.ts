import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startTestCloud, TEST_NOW_MS } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud({ frozen: true });
const { openTestKms } = await import('./kms-client.ts');
const { client, createKey, createSigningVersion } = await openTestKms('lifecycle');

const FAILED_PRECONDITION = 9;
const DAY_SECONDS = 24 * 3600;
const DAY_MS = DAY_SECONDS * 1000;
const SYMMETRIC = { purpose: 'ENCRYPT_DECRYPT', destroyScheduledDuration: { seconds: DAY_SECONDS } } as const;

interface Refusal {
  readonly code: number;
  readonly details: string;
}

const disallowed = (version: string, state: string): Refusal => ({
  code: FAILED_PRECONDITION,
  details: `The request cannot be fulfilled. Resource ${version} has value ${state} in field crypto_key_version.state.`,
});

const unusable = (version: string, state: string): Refusal => ({
  code: FAILED_PRECONDITION,
  details: `${version} is not enabled, current state is: ${state}.`,
});

async function seal(name: string, text: string): Promise<Buffer> {
  const [{ ciphertext }] = await client.encrypt({ name, plaintext: Buffer.from(text) });
  return Buffer.from(ciphertext as Uint8Array);
}

async function opened(name: string, ciphertext: Buffer): Promise<string> {
  const [{ plaintext }] = await client.decrypt({ name, ciphertext });
  return Buffer.from(plaintext as Uint8Array).toString();
}

async function enable(version: string): Promise<void> {
  await client.updateCryptoKeyVersion({
    cryptoKeyVersion: { name: version, state: 'ENABLED' },
    updateMask: { paths: ['state'] },
  });
}

/** The sealed key material of a version as it lies in the database. */
function sealedMaterial(key: string): Buffer {
  const database = new DatabaseSync(join(cloud.dataDir, 'kms.db'), { readOnly: true });
  const row = database.prepare('SELECT sealed_material AS material FROM versions WHERE key = ?').get(key);
  database.close();
  return Buffer.from(row?.['material'] as Uint8Array);
}

function filesWith(bytes: Buffer): string[] {
  const files = readdirSync(cloud.dataDir, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => {
    const path = join(cloud.dataDir, file);
    return statSync(path).isFile() && readFileSync(path).includes(bytes);
  });
}

test('a destroyed version waits, can be restored until its time, and is restored disabled', async () => {
  const name = await createKey('restored', SYMMETRIC);
  const version = `${name}/cryptoKeyVersions/1`;
  const ciphertext = await seal(name, 'kept');
  const [scheduled] = await client.destroyCryptoKeyVersion({ name: version });
  assert.equal(scheduled.state, 'DESTROY_SCHEDULED');
  assert.equal(Number(scheduled.destroyTime?.seconds) * 1000, cloud.clock.now() + DAY_MS);
  await assert.rejects(client.decrypt({ name, ciphertext }), unusable(version, 'DESTROY_SCHEDULED'));
  await assert.rejects(client.destroyCryptoKeyVersion({ name: version }), disallowed(version, 'DESTROY_SCHEDULED'));
  await assert.rejects(enable(version), disallowed(version, 'DESTROY_SCHEDULED'));

  await cloud.clock.advance(DAY_MS - 1000);
  const [restored] = await client.restoreCryptoKeyVersion({ name: version });
  assert.equal(restored.state, 'DISABLED');
  assert.equal(restored.destroyTime, null);
  await cloud.clock.advance(DAY_MS);
  await enable(version);
  assert.equal(await opened(name, ciphertext), 'kept');
  await assert.rejects(client.restoreCryptoKeyVersion({ name: version }), disallowed(version, 'ENABLED'));
});

test('once its time has come a version never decrypts again and its material is in no file', async () => {
  const name = await createKey('destroyed', SYMMETRIC);
  const version = `${name}/cryptoKeyVersions/1`;
  const ciphertext = await seal(name, 'gone');
  const material = sealedMaterial(name);
  assert.equal(material.length, 12 + 32 + 16);
  assert.notDeepEqual(filesWith(material), []);

  await client.destroyCryptoKeyVersion({ name: version });
  await cloud.clock.advance(DAY_MS);
  const [destroyed] = await client.getCryptoKeyVersion({ name: version });
  assert.equal(destroyed.state, 'DESTROYED');
  assert.equal(Number(destroyed.destroyEventTime?.seconds) * 1000, cloud.clock.now());
  assert.deepEqual(filesWith(material), []);
  await assert.rejects(client.decrypt({ name, ciphertext }), unusable(version, 'DESTROYED'));
  await assert.rejects(client.encrypt({ name, plaintext: Buffer.from('x') }), unusable(version, 'DESTROYED'));
  await assert.rejects(client.restoreCryptoKeyVersion({ name: version }), disallowed(version, 'DESTROYED'));
  await assert.rejects(enable(version), disallowed(version, 'DESTROYED'));

  await cloud.restart();
  await assert.rejects(client.decrypt({ name, ciphertext }), unusable(version, 'DESTROYED'));
  assert.deepEqual(filesWith(material), []);
});

test('the public key of a destroyed version is gone too', async () => {
  const version = await createSigningVersion('destroyed-signer', 'EC_SIGN_P256_SHA256');
  await client.destroyCryptoKeyVersion({ name: version });
  await cloud.clock.advance(30 * DAY_MS);
  await assert.rejects(client.getPublicKey({ name: version }), unusable(version, 'DESTROYED'));
});

test('a destruction that fell due while the cloud was down has happened before the first request', async () => {
  const name = await createKey('due-while-down', SYMMETRIC);
  const version = `${name}/cryptoKeyVersions/1`;
  const ciphertext = await seal(name, 'x');
  await client.destroyCryptoKeyVersion({ name: version });
  await cloud.restart(() => cloud.clock.advance(2 * DAY_MS));
  await assert.rejects(client.decrypt({ name, ciphertext }), unusable(version, 'DESTROYED'));
});

test('keys, versions and what they sealed and signed survive a restart', async () => {
  const name = await createKey('durable', { ...SYMMETRIC, labels: { team: 'privacy' } });
  const ciphertext = await seal(name, 'durable');
  const signer = await createSigningVersion('durable-signer', 'EC_SIGN_P256_SHA256');
  const [{ pem }] = await client.getPublicKey({ name: signer });
  const [before] = await client.getCryptoKey({ name });
  await cloud.restart();
  const [after] = await client.getCryptoKey({ name });
  assert.deepEqual(after, before);
  assert.equal(await opened(name, ciphertext), 'durable');
  const [{ signature }] = await client.asymmetricSign({ name: signer, data: Buffer.from('x') });
  assert.ok(verify('sha256', Buffer.from('x'), createPublicKey(pem!), signature as Uint8Array));
});

test('a key pair that was not finished when the cloud stopped is generated after the next start', async () => {
  const key = await createKey('interrupted', {
    purpose: 'ASYMMETRIC_SIGN',
    versionTemplate: { algorithm: 'RSA_SIGN_PSS_4096_SHA256' },
  });
  await cloud.restart();
  const name = `${key}/cryptoKeyVersions/1`;
  let state: unknown = 'PENDING_GENERATION';
  while (state === 'PENDING_GENERATION') [{ state }] = await client.getCryptoKeyVersion({ name });
  assert.equal(state, 'ENABLED');
});

test('a key rotates at its time and then every period', async () => {
  const startMs = cloud.clock.now();
  const name = await createKey('rotating', {
    purpose: 'ENCRYPT_DECRYPT',
    nextRotationTime: { seconds: startMs / 1000 + DAY_SECONDS },
    rotationPeriod: { seconds: 10 * DAY_SECONDS },
  });
  const old = await seal(name, 'old');
  await cloud.clock.advance(DAY_MS - 1000);
  const [before] = await client.getCryptoKey({ name });
  assert.match(before.primary!.name!, /\/1$/);
  await cloud.clock.advance(1000);
  const [after] = await client.getCryptoKey({ name });
  assert.match(after.primary!.name!, /\/2$/);
  assert.equal(Number(after.nextRotationTime?.seconds) * 1000, startMs + 11 * DAY_MS);
  await cloud.clock.advance(20 * DAY_MS);
  const [later] = await client.getCryptoKey({ name });
  assert.match(later.primary!.name!, /\/4$/);
  assert.equal(await opened(name, old), 'old');
});

test('rotations missed while the cloud was down make one version, and the rhythm stays', async () => {
  const startMs = cloud.clock.now();
  const name = await createKey('missed', {
    purpose: 'ENCRYPT_DECRYPT',
    nextRotationTime: { seconds: startMs / 1000 + DAY_SECONDS },
    rotationPeriod: { seconds: DAY_SECONDS },
  });
  await cloud.restart(() => cloud.clock.advance(5 * DAY_MS + 1000));
  const [found] = await client.getCryptoKey({ name });
  assert.match(found.primary!.name!, /\/2$/);
  assert.equal(Number(found.nextRotationTime?.seconds) * 1000, startMs + 6 * DAY_MS);
});

test('a single rotation without a period happens once', async () => {
  const name = await createKey('once', {
    purpose: 'ENCRYPT_DECRYPT',
    nextRotationTime: { seconds: cloud.clock.now() / 1000 + 60 },
  });
  await cloud.clock.advance(365 * DAY_MS);
  const [found] = await client.getCryptoKey({ name });
  assert.match(found.primary!.name!, /\/2$/);
  assert.equal(found.nextRotationTime, null);
});

test('switching rotation off stops it', async () => {
  const name = await createKey('switched-off', {
    purpose: 'ENCRYPT_DECRYPT',
    nextRotationTime: { seconds: cloud.clock.now() / 1000 + 60 },
    rotationPeriod: { seconds: DAY_SECONDS },
  });
  await client.updateCryptoKey({
    cryptoKey: { name },
    updateMask: { paths: ['rotation_period', 'next_rotation_time'] },
  });
  await cloud.clock.advance(10 * DAY_MS);
  const [versions] = await client.listCryptoKeyVersions({ parent: name });
  assert.equal(versions.length, 1);
});

test('only this user can read the key that seals the material', () => {
  assert.equal(statSync(join(cloud.dataDir, 'kms.key')).mode & 0o777, 0o600);
  assert.ok(cloud.clock.now() > TEST_NOW_MS);
});
