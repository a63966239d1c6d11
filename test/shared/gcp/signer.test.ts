import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { keyPath } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const { layCryptoKey, layKeyRing } = await import('#shared/gcp/base/keys.ts');
const { createCertificateKey } = await import('#shared/gcp/signer.ts');

const place = { projectId: TEST_PROJECT, region: 'europe-north1' };
for (const resource of baseResources(place)) if (resource.kind === 'key-ring') await layKeyRing(resource, place);
for (const resource of baseResources(place)) if (resource.kind === 'crypto-key') await layCryptoKey(resource, place);

test('it signs with the first version of the key, waiting for the key pair, and the public key verifies it', async () => {
  const key = createCertificateKey(keyPath('certificate', place));
  const [pem, signature] = await Promise.all([key.publicKeyPem(), key.sign(Buffer.from('what is certified'))]);
  assert.equal(key.keyVersion, `${keyPath('certificate', place)}/cryptoKeyVersions/1`);
  const publicKey = createPublicKey(pem);
  assert.equal(publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.ok(verify('sha256', Buffer.from('what is certified'), { key: publicKey, dsaEncoding: 'der' }, signature));
  assert.ok(!verify('sha256', Buffer.from('something else'), { key: publicKey, dsaEncoding: 'der' }, signature));
});

test('a key that is not there is a failure with a code, and the next call tries again', async () => {
  const key = createCertificateKey(`${keyPath('certificate', place)}-other`);
  await assert.rejects(key.publicKeyPem(), { code: 'cloud_missing' });
  await assert.rejects(key.sign(Buffer.from('anything')), { code: 'cloud_missing' });
});

test('a denied signature is told as such, and nothing is remembered of it', async () => {
  const key = createCertificateKey(keyPath('certificate', place));
  cloud.faults.set([
    { method: 'google.cloud.kms.v1.KeyManagementService.AsymmetricSign', error: { status: 'PERMISSION_DENIED' } },
  ]);
  await assert.rejects(key.sign(Buffer.from('anything')), { code: 'cloud_refused' });
  cloud.faults.set([]);
  assert.ok((await key.sign(Buffer.from('anything'))).length > 60);
});
