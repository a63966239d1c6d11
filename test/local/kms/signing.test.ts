import assert from 'node:assert/strict';
import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import crc32c from 'crc-32/crc32c.js';
import { startTestCloud } from '#test/local/cloud-harness.ts';

await startTestCloud();
const { openTestKms } = await import('./kms-client.ts');
const { client, createKey, createSigningVersion } = await openTestKms('signing');

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const UNIMPLEMENTED = 12;
const DATA = Buffer.from('what is certified');
const checksum = (data: Uint8Array): number => crc32c.buf(data) >>> 0;

type Hash = 'sha256' | 'sha384' | 'sha512';

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const SIGNERS: readonly { algorithm: string; hash: Hash; options?: object }[] = [
  { algorithm: 'EC_SIGN_P256_SHA256', hash: 'sha256' },
  { algorithm: 'EC_SIGN_P384_SHA384', hash: 'sha384' },
  { algorithm: 'RSA_SIGN_PKCS1_2048_SHA256', hash: 'sha256' },
  { algorithm: 'RSA_SIGN_PSS_2048_SHA256', hash: 'sha256', options: PSS },
  { algorithm: 'RSA_SIGN_PSS_3072_SHA256', hash: 'sha256', options: PSS },
];

for (const { algorithm, hash, options } of SIGNERS) {
  test(`${algorithm} signs a digest and data, and both verify with the public key`, async () => {
    const name = await createSigningVersion(algorithm.toLowerCase(), algorithm);
    const [publicKey] = await client.getPublicKey({ name });
    assert.equal(publicKey.algorithm, algorithm);
    assert.equal(Number(publicKey.pemCrc32c?.value), checksum(Buffer.from(publicKey.pem!)));
    const verifier = { key: createPublicKey(publicKey.pem!), ...options };

    const digest = createHash(hash).update(DATA).digest();
    const [byDigest] = await client.asymmetricSign({
      name,
      digest: { [hash]: digest },
      digestCrc32c: { value: checksum(digest) },
    });
    assert.equal(byDigest.verifiedDigestCrc32c, true);
    assert.equal(byDigest.verifiedDataCrc32c, false);
    assert.equal(byDigest.name, name);
    const signature = Buffer.from(byDigest.signature as Uint8Array);
    assert.equal(Number(byDigest.signatureCrc32c?.value), checksum(signature));
    assert.ok(verify(hash, DATA, verifier, signature));
    assert.ok(!verify(hash, Buffer.from('something else'), verifier, signature));

    const [byData] = await client.asymmetricSign({ name, data: DATA, dataCrc32c: { value: checksum(DATA) } });
    assert.equal(byData.verifiedDataCrc32c, true);
    assert.ok(verify(hash, DATA, verifier, byData.signature as Uint8Array));
  });
}

test('RSA_SIGN_PSS_4096_SHA512 uses the longer digest', async () => {
  const name = await createSigningVersion('pss512', 'RSA_SIGN_PSS_4096_SHA512');
  const [{ pem }] = await client.getPublicKey({ name });
  const digest = createHash('sha512').update(DATA).digest();
  const [{ signature }] = await client.asymmetricSign({ name, digest: { sha512: digest } });
  assert.ok(verify('sha512', DATA, { key: pem!, ...PSS }, signature as Uint8Array));
});

test('EC_SIGN_ED25519 signs data only', async () => {
  const name = await createSigningVersion('ed25519', 'EC_SIGN_ED25519');
  const [{ pem }] = await client.getPublicKey({ name });
  const [{ signature }] = await client.asymmetricSign({ name, data: DATA });
  assert.ok(verify(null, DATA, pem!, signature as Uint8Array));
  const digest = createHash('sha256').update(DATA).digest();
  await assert.rejects(client.asymmetricSign({ name, digest: { sha256: digest } }), { code: INVALID_ARGUMENT });
});

test('RSA_SIGN_RAW_PKCS1_2048 signs what it is given, up to its modulus', async () => {
  const name = await createSigningVersion('raw', 'RSA_SIGN_RAW_PKCS1_2048');
  const [{ pem }] = await client.getPublicKey({ name });
  const info = Buffer.concat([
    Buffer.from('3031300d060960864801650304020105000420', 'hex'),
    createHash('sha256').update(DATA).digest(),
  ]);
  const [{ signature }] = await client.asymmetricSign({ name, data: info });
  assert.ok(verify('sha256', DATA, pem!, signature as Uint8Array));
  await assert.rejects(client.asymmetricSign({ name, data: Buffer.alloc(246) }), { code: INVALID_ARGUMENT });
});

test('a digest of another kind, length or checksum is refused', async () => {
  const name = await createSigningVersion('strict', 'EC_SIGN_P384_SHA384');
  const sha256 = createHash('sha256').update(DATA).digest();
  const sha384 = createHash('sha384').update(DATA).digest();
  const sign = (request: object): Promise<unknown> => client.asymmetricSign({ name, ...request });
  await assert.rejects(sign({ digest: { sha256 } }), { code: INVALID_ARGUMENT });
  await assert.rejects(sign({ digest: { sha384: sha256 } }), { code: INVALID_ARGUMENT });
  await assert.rejects(sign({ digest: { sha384 }, data: DATA }), { code: INVALID_ARGUMENT });
  await assert.rejects(sign({}), { code: INVALID_ARGUMENT });
  await assert.rejects(sign({ digest: { sha384 }, digestCrc32c: { value: 1 } }), {
    code: INVALID_ARGUMENT,
    details: 'The checksum in field digest_crc32c did not match the data in field digest.',
  });
  await assert.rejects(sign({ data: DATA, dataCrc32c: { value: 1 } }), {
    details: 'The checksum in field data_crc32c did not match the data in field data.',
  });
});

test('an asymmetric version is generated after the reply, and cannot be used before', async () => {
  const key = await createKey('later', {
    purpose: 'ASYMMETRIC_SIGN',
    versionTemplate: { algorithm: 'RSA_SIGN_PKCS1_4096_SHA512' },
  });
  const [first] = await client.getCryptoKeyVersion({ name: `${key}/cryptoKeyVersions/1` });
  // Finding primes of 2048 bits takes longer than a call, so this is not a race in practice.
  assert.equal(first.state, 'PENDING_GENERATION');
  await assert.rejects(client.getPublicKey({ name: first.name! }), {
    code: FAILED_PRECONDITION,
    details: `${first.name} is not enabled, current state is: PENDING_GENERATION.`,
  });
  await assert.rejects(client.destroyCryptoKeyVersion({ name: first.name! }), { code: FAILED_PRECONDITION });
  const [{ primary }] = await client.getCryptoKey({ name: key });
  assert.equal(primary, null);
});

test('a version created disabled is disabled once generated', async () => {
  const [enabled] = [await createSigningVersion('born-disabled', 'EC_SIGN_P256_SHA256')];
  const parent = enabled.slice(0, enabled.indexOf('/cryptoKeyVersions/'));
  const [created] = await client.createCryptoKeyVersion({ parent, cryptoKeyVersion: { state: 'DISABLED' } });
  assert.equal(created.state, 'PENDING_GENERATION');
  let state: unknown = created.state;
  while (state === 'PENDING_GENERATION') [{ state }] = await client.getCryptoKeyVersion({ name: created.name! });
  assert.equal(state, 'DISABLED');
});

test('public keys come as PEM and DER when a format is asked for, and symmetric keys have none', async () => {
  const name = await createSigningVersion('formats', 'EC_SIGN_P256_SHA256');
  const [{ pem }] = await client.getPublicKey({ name });
  const [asPem] = await client.getPublicKey({ name, publicKeyFormat: 'PEM' });
  assert.equal(Buffer.from(asPem.publicKey?.data as Uint8Array).toString(), pem);
  assert.equal(asPem.pem, '');
  const [asDer] = await client.getPublicKey({ name, publicKeyFormat: 'DER' });
  const der = Buffer.from(asDer.publicKey?.data as Uint8Array);
  assert.equal(createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' }), pem);
  await assert.rejects(client.getPublicKey({ name, publicKeyFormat: 'NIST_PQC' }), { code: INVALID_ARGUMENT });

  const symmetric = await createKey('symmetric', { purpose: 'ENCRYPT_DECRYPT' });
  const version = `${symmetric}/cryptoKeyVersions/1`;
  await assert.rejects(client.getPublicKey({ name: version }), { code: FAILED_PRECONDITION });
  await assert.rejects(client.asymmetricSign({ name: version, data: DATA }), { code: FAILED_PRECONDITION });
  await assert.rejects(client.asymmetricSign({ name: `${symmetric}/cryptoKeyVersions/2`, data: DATA }), {
    code: NOT_FOUND,
  });
});

test('a MAC verifies with its key and data and with nothing else', async () => {
  const key = await createKey('mac', { purpose: 'MAC', versionTemplate: { algorithm: 'HMAC_SHA256' } });
  const name = `${key}/cryptoKeyVersions/1`;
  const [signed] = await client.macSign({ name, data: DATA, dataCrc32c: { value: checksum(DATA) } });
  const mac = Buffer.from(signed.mac as Uint8Array);
  assert.equal(mac.length, 32);
  assert.equal(signed.verifiedDataCrc32c, true);
  const [good] = await client.macVerify({ name, data: DATA, mac, macCrc32c: { value: checksum(mac) } });
  assert.deepEqual([good.success, good.verifiedMacCrc32c, good.verifiedSuccessIntegrity], [true, true, true]);
  const [bad] = await client.macVerify({ name, data: Buffer.from('other'), mac });
  assert.deepEqual([bad.success, bad.verifiedSuccessIntegrity], [false, false]);
  const [short] = await client.macVerify({ name, data: DATA, mac: mac.subarray(1) });
  assert.equal(short.success, false);
  await assert.rejects(client.macVerify({ name, data: DATA, mac, macCrc32c: { value: 1 } }), {
    code: INVALID_ARGUMENT,
  });
});

test('random bytes come from the HSM only, 8 to 1024 of them', async () => {
  const location = 'projects/test-project/locations/europe-west1';
  const random = async (lengthBytes: number, protectionLevel: 'HSM' | 'SOFTWARE') => {
    const [reply] = await client.generateRandomBytes({ location, lengthBytes, protectionLevel });
    return reply;
  };
  const { data, dataCrc32c } = await random(64, 'HSM');
  assert.equal((data as Uint8Array).length, 64);
  assert.equal(Number(dataCrc32c?.value), checksum(data as Uint8Array));
  await assert.rejects(random(7, 'HSM'), { code: INVALID_ARGUMENT });
  await assert.rejects(random(1025, 'HSM'), { code: INVALID_ARGUMENT });
  await assert.rejects(random(64, 'SOFTWARE'), { code: UNIMPLEMENTED });
});
