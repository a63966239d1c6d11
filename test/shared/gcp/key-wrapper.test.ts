import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyPath } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud({ frozen: true });
const { layCryptoKey, layKeyRing } = await import('#shared/gcp/base/keys.ts');
const { createKeyWrapper } = await import('#shared/gcp/key-wrapper.ts');
const { createKeyVersions } = await import('#shared/gcp/key-versions.ts');

const place = { projectId: TEST_PROJECT, region: 'europe-north1' };
for (const resource of baseResources(place)) if (resource.kind === 'key-ring') await layKeyRing(resource, place);
for (const resource of baseResources(place)) if (resource.kind === 'crypto-key') await layCryptoKey(resource, place);

const wrapper = createKeyWrapper(keyPath('subject-kek', place));
const SECRET = Buffer.from('thirty-two bytes of a keyset, so');
const DECRYPT = 'google.cloud.kms.v1.KeyManagementService.Decrypt';
const UNAVAILABLE = { status: 'UNAVAILABLE' } as const;
const DAY_MS = 86_400_000;

test('what is wrapped under a version is unwrapped again, whichever version of the key is newest', async () => {
  const version = await wrapper.createVersion();
  assert.match(version, /\/cryptoKeys\/subject-kek\/cryptoKeyVersions\/\d+$/);
  const wrapped = await wrapper.wrap(version, SECRET);
  assert.ok(!wrapped.includes(SECRET));
  await wrapper.createVersion();
  assert.deepEqual(await wrapper.unwrap(version, wrapped), { kind: 'unwrapped', plaintext: SECRET });
});

test('what was changed on the way is corrupt', async () => {
  const version = await wrapper.createVersion();
  const wrapped = Buffer.from(await wrapper.wrap(version, SECRET));
  wrapped.writeUInt8(wrapped.readUInt8(40) ^ 1, 40);
  assert.deepEqual(await wrapper.unwrap(version, wrapped), { kind: 'corrupt' });
});

test('a version that is disabled can come back; one that is destroyed is told as such', async () => {
  const [version, versions] = [await wrapper.createVersion(), createKeyVersions()];
  const wrapped = await wrapper.wrap(version, SECRET);
  await versions.disable(version);
  await assert.rejects(wrapper.unwrap(version, wrapped), { code: 'cloud_refused' });
  await versions.enable(version);
  assert.equal((await wrapper.unwrap(version, wrapped)).kind, 'unwrapped');
  await versions.scheduleDestruction(version);
  await assert.rejects(wrapper.unwrap(version, wrapped), { code: 'cloud_refused' });
  await cloud.clock.advance(2 * DAY_MS);
  assert.deepEqual(await wrapper.unwrap(version, wrapped), { kind: 'destroyed' });
});

test('what passes by itself is asked again, also when a reply was lost; what does not is a failure with a code', async () => {
  const version = await wrapper.createVersion();
  const wrapped = await wrapper.wrap(version, SECRET);
  cloud.faults.set([{ method: DECRYPT, error: UNAVAILABLE, times: 1 }]);
  assert.equal((await wrapper.unwrap(version, wrapped)).kind, 'unwrapped');
  cloud.faults.set([{ method: DECRYPT, dropReply: true, times: 1 }]);
  assert.equal((await wrapper.unwrap(version, wrapped)).kind, 'unwrapped');
  cloud.faults.set([{ method: DECRYPT, error: UNAVAILABLE }]);
  await assert.rejects(wrapper.unwrap(version, wrapped), { code: 'cloud_unavailable' });
  cloud.faults.set([{ method: DECRYPT, error: { status: 'PERMISSION_DENIED' } }]);
  await assert.rejects(wrapper.unwrap(version, wrapped), { code: 'cloud_refused' });
  cloud.faults.set([]);
});

test('a version is not made twice because a reply was lost', async () => {
  const method = 'google.cloud.kms.v1.KeyManagementService.CreateCryptoKeyVersion';
  const before = Number((await wrapper.createVersion()).split('/').at(-1));
  cloud.faults.set([{ method, dropReply: true, times: 1 }]);
  await assert.rejects(wrapper.createVersion(), { code: 'cloud_unavailable' });
  cloud.faults.set([]);
  assert.equal(Number((await wrapper.createVersion()).split('/').at(-1)), before + 2);
});
