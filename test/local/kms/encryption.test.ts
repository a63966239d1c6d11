import assert from 'node:assert/strict';
import { test } from 'node:test';
import crc32c from 'crc-32/crc32c.js';
import * as fc from 'fast-check';
import { startTestCloud } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const { openTestKms } = await import('./kms-client.ts');
const { client, createKey, ring } = await openTestKms('encryption');

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const SYMMETRIC = { purpose: 'ENCRYPT_DECRYPT' } as const;

const key = await createKey('main', SYMMETRIC);
const checksum = (data: Uint8Array): number => crc32c.buf(data) >>> 0;

async function encrypted(
  name: string,
  plaintext: Uint8Array,
  additionalAuthenticatedData?: Uint8Array,
): Promise<Buffer> {
  const [reply] = await client.encrypt({
    name,
    plaintext,
    ...(additionalAuthenticatedData && { additionalAuthenticatedData }),
  });
  return Buffer.from(reply.ciphertext as Uint8Array);
}

test('what was encrypted decrypts to the same bytes, with the same additional data', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 50 }), async (plaintext, aad) => {
      const ciphertext = await encrypted(key, plaintext, aad);
      const [reply] = await client.decrypt({ name: key, ciphertext, additionalAuthenticatedData: aad });
      assert.deepEqual(Buffer.from(reply.plaintext as Uint8Array), Buffer.from(plaintext));
      assert.equal(reply.usedPrimary, true);
      assert.equal(reply.protectionLevel, 'SOFTWARE');
    }),
    { numRuns: 40 },
  );
});

test('a changed ciphertext never decrypts', async () => {
  const ciphertext = await encrypted(key, Buffer.from('the plaintext'));
  await fc.assert(
    fc.asyncProperty(fc.nat(ciphertext.length - 1), fc.integer({ min: 1, max: 255 }), async (at, difference) => {
      const changed = Buffer.from(ciphertext);
      changed[at] = changed[at]! ^ difference;
      await assert.rejects(client.decrypt({ name: key, ciphertext: changed }));
    }),
    { numRuns: 60 },
  );
  await assert.rejects(client.decrypt({ name: key, ciphertext: ciphertext.subarray(0, -1) }), {
    code: INVALID_ARGUMENT,
    details: 'Decryption failed: the ciphertext is invalid.',
  });
  await assert.rejects(client.decrypt({ name: key, ciphertext: Buffer.from('garbage') }), {
    code: INVALID_ARGUMENT,
    details: 'Decryption failed: the ciphertext is invalid.',
  });
});

test('other additional data, or none, does not decrypt', async () => {
  const ciphertext = await encrypted(key, Buffer.from('secret'), Buffer.from('context'));
  for (const additionalAuthenticatedData of [Buffer.from('other'), Buffer.alloc(0)]) {
    await assert.rejects(client.decrypt({ name: key, ciphertext, additionalAuthenticatedData }), {
      code: INVALID_ARGUMENT,
      details: 'Decryption failed: the ciphertext is invalid.',
    });
  }
});

test('a ciphertext of another key is told apart from a broken one', async () => {
  const other = await createKey('other', SYMMETRIC);
  const ciphertext = await encrypted(other, Buffer.from('secret'));
  await assert.rejects(client.decrypt({ name: key, ciphertext }), {
    code: INVALID_ARGUMENT,
    details: "Decryption failed: verify that 'name' refers to the correct CryptoKey.",
  });
});

test('an older version still decrypts after a new one became primary', async () => {
  const name = await createKey('rotated', SYMMETRIC);
  const old = await encrypted(name, Buffer.from('old'));
  await client.createCryptoKeyVersion({ parent: name, cryptoKeyVersion: {} });
  await client.updateCryptoKeyPrimaryVersion({ name, cryptoKeyVersionId: '2' });
  const [reply] = await client.decrypt({ name, ciphertext: old });
  assert.equal(Buffer.from(reply.plaintext as Uint8Array).toString(), 'old');
  assert.equal(reply.usedPrimary, false);
  const [fresh] = await client.encrypt({ name, plaintext: Buffer.from('new') });
  assert.equal(fresh.name, `${name}/cryptoKeyVersions/2`);
});

test('encryption can name a version; decryption names the key only', async () => {
  const version = `${key}/cryptoKeyVersions/1`;
  const ciphertext = await encrypted(version, Buffer.from('x'));
  const [reply] = await client.decrypt({ name: key, ciphertext });
  assert.equal(Buffer.from(reply.plaintext as Uint8Array).toString(), 'x');
  await assert.rejects(client.decrypt({ name: version, ciphertext }), {
    code: INVALID_ARGUMENT,
    details: `${version} is not a valid resource type for this request.`,
  });
  await assert.rejects(client.encrypt({ name: `${key}/cryptoKeyVersions/9`, plaintext: Buffer.from('x') }), {
    code: NOT_FOUND,
  });
});

test('a disabled version neither encrypts nor decrypts, and says so as Google does', async () => {
  const name = await createKey('disabled', SYMMETRIC);
  const version = `${name}/cryptoKeyVersions/1`;
  const ciphertext = await encrypted(name, Buffer.from('x'));
  const setState = (state: 'ENABLED' | 'DISABLED'): Promise<unknown> =>
    client.updateCryptoKeyVersion({ cryptoKeyVersion: { name: version, state }, updateMask: { paths: ['state'] } });
  await setState('DISABLED');
  const refusal = {
    code: FAILED_PRECONDITION,
    details: `${version} is not enabled, current state is: DISABLED.`,
    statusDetails: [{ violations: [{ type: 'KEY_DISABLED', subject: version }] }],
  };
  const attempts = [
    (): Promise<unknown> => client.encrypt({ name, plaintext: Buffer.from('x') }),
    (): Promise<unknown> => client.decrypt({ name, ciphertext }),
  ];
  for (const attempt of attempts) {
    const error = await attempt().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    // As plain data: the details are instances of generated classes.
    const { code, details, statusDetails } = JSON.parse(JSON.stringify(error)) as typeof refusal;
    assert.deepEqual({ code, details, statusDetails }, refusal);
  }
  await setState('ENABLED');
  const [reply] = await client.decrypt({ name, ciphertext });
  assert.equal(Buffer.from(reply.plaintext as Uint8Array).toString(), 'x');
});

test('a key for signing does not encrypt', async () => {
  const name = await createKey('signer', {
    purpose: 'ASYMMETRIC_SIGN',
    versionTemplate: { algorithm: 'EC_SIGN_P256_SHA256' },
  });
  await assert.rejects(client.encrypt({ name, plaintext: Buffer.from('x') }), { code: FAILED_PRECONDITION });
  await assert.rejects(client.encrypt({ name: `${ring}/cryptoKeys/none`, plaintext: Buffer.from('x') }), {
    code: NOT_FOUND,
    details: `CryptoKey ${ring}/cryptoKeys/none not found.`,
  });
});

test('checksums are verified on the way in and given on the way out', async () => {
  const plaintext = Buffer.from('checked');
  const aad = Buffer.from('context');
  const [sealed] = await client.encrypt({
    name: key,
    plaintext,
    plaintextCrc32c: { value: checksum(plaintext) },
    additionalAuthenticatedData: aad,
    additionalAuthenticatedDataCrc32c: { value: checksum(aad) },
  });
  assert.equal(sealed.verifiedPlaintextCrc32c, true);
  assert.equal(sealed.verifiedAdditionalAuthenticatedDataCrc32c, true);
  const ciphertext = Buffer.from(sealed.ciphertext as Uint8Array);
  assert.equal(Number(sealed.ciphertextCrc32c?.value), checksum(ciphertext));

  const [opened] = await client.decrypt({
    name: key,
    ciphertext,
    ciphertextCrc32c: { value: checksum(ciphertext) },
    additionalAuthenticatedData: aad,
    additionalAuthenticatedDataCrc32c: { value: checksum(aad) },
  });
  assert.equal(Number(opened.plaintextCrc32c?.value), checksum(plaintext));

  const [unchecked] = await client.encrypt({ name: key, plaintext });
  assert.equal(unchecked.verifiedPlaintextCrc32c, false);
  assert.equal(unchecked.verifiedAdditionalAuthenticatedDataCrc32c, false);
});

test('a wrong checksum is refused naming its field', async () => {
  const wrong = { value: 1 };
  const ciphertext = await encrypted(key, Buffer.from('x'));
  const message = (checksumField: string, field: string): string =>
    `The checksum in field ${checksumField} did not match the data in field ${field}.`;
  await assert.rejects(client.encrypt({ name: key, plaintext: Buffer.from('x'), plaintextCrc32c: wrong }), {
    code: INVALID_ARGUMENT,
    details: message('plaintext_crc32c', 'plaintext'),
  });
  await assert.rejects(
    client.encrypt({ name: key, plaintext: Buffer.from('x'), additionalAuthenticatedDataCrc32c: wrong }),
    { details: message('additional_authenticated_data_crc32c', 'additional_authenticated_data') },
  );
  await assert.rejects(client.decrypt({ name: key, ciphertext, ciphertextCrc32c: wrong }), {
    details: message('ciphertext_crc32c', 'ciphertext'),
  });
});

test('64 KiB can be encrypted, one byte more cannot', async () => {
  const most = Buffer.alloc(64 * 1024, 1);
  const ciphertext = await encrypted(key, most, most);
  const [reply] = await client.decrypt({ name: key, ciphertext, additionalAuthenticatedData: most });
  assert.equal(most.equals(reply.plaintext as Uint8Array), true);
  const more = Buffer.alloc(64 * 1024 + 1);
  await assert.rejects(client.encrypt({ name: key, plaintext: more }), { code: INVALID_ARGUMENT });
  await assert.rejects(client.encrypt({ name: key, plaintext: Buffer.from('x'), additionalAuthenticatedData: more }), {
    code: INVALID_ARGUMENT,
  });
});

test('REST and gRPC open what the other sealed, with 64-bit checksums as strings', async () => {
  const post = async (verb: string, body: object): Promise<Record<string, string>> => {
    const response = await fetch(`${cloud.url}/v1/${key}:${verb}`, { method: 'POST', body: JSON.stringify(body) });
    return (await response.json()) as Record<string, string>;
  };
  const plaintext = Buffer.from('over rest');
  const sealed = await post('encrypt', {
    plaintext: plaintext.toString('base64'),
    plaintextCrc32c: String(checksum(plaintext)),
  });
  const ciphertext = Buffer.from(sealed['ciphertext']!, 'base64');
  assert.equal(sealed['ciphertextCrc32c'], String(checksum(ciphertext)));
  assert.equal(sealed['verifiedPlaintextCrc32c'], true);
  const [opened] = await client.decrypt({ name: key, ciphertext });
  assert.equal(Buffer.from(opened.plaintext as Uint8Array).toString(), 'over rest');
  const back = await post('decrypt', { ciphertext: (await encrypted(key, plaintext)).toString('base64') });
  assert.equal(Buffer.from(back['plaintext']!, 'base64').toString(), 'over rest');
});
