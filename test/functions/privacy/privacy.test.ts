/** Privacy over HTTP and Google's own clients: who may do what, what is refused, and when it closes. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, test } from 'node:test';
import { sealFields } from '#shared/privacy/sealing.ts';
import { coveredCatalog } from './catalogs.ts';
import { bucketName } from '#shared/platform/base/names.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { PURPOSE, userRequest } from '#test/shared/privacy/world.ts';

await startTestCloud();
const { apply, layForPrivacy, otherProcess, startPrivacy } = await import('./privacy-on-cloud.ts');
const BOUND_SECONDS = 1;
const { state, stores } = await layForPrivacy();
await apply(state, coveredCatalog());
const privacy = await startPrivacy(BOUND_SECONDS);
const collecting = await otherProcess(stores, BOUND_SECONDS);
after(async () => {
  collecting.close();
  await privacy.stop();
});

const ANN = 'ann@example.com';

async function sealedFor(user: string): Promise<{ token: string; sealed: string }> {
  const used = await collecting.use(userRequest(user), ({ keys }) => ({
    token: keys.token,
    sealed: sealFields(keys, { email: user }).toString('base64'),
  }));
  return used.kind === 'used' ? used.result : assert.fail(used.kind);
}

function asked(value: { token: string; sealed: string }): object {
  return { purpose: PURPOSE, field: 'email', reason: 'case 4711 of the support desk', ...value };
}

test('it is healthy, describes itself, and shows the public key of its certificates', async () => {
  assert.equal((await privacy.get('/healthz')).status, 200);
  const { body } = await privacy.get('/openapi.json');
  const paths = Object.keys(body['paths'] as object);
  for (const path of ['/v1/reveal', '/v1/erasures', '/v1/erasures/{id}', '/v1/erasures/{id}:shred', '/v1/exports']) {
    assert.ok(paths.includes(path), path);
  }
  const key = createPublicKey((await privacy.get('/v1/keys/certificate')).text);
  assert.equal(key.asymmetricKeyDetails?.namedCurve, 'prime256v1');
});

test('the revocation bound is published, with how far this instance is from it', async () => {
  const { body } = await privacy.get('/v1/revocation', 'analyst');
  assert.equal(body['revocation_bound_seconds'], BOUND_SECONDS);
  assert.ok(Number(body['keyrings_held']) >= 0);
  assert.equal((await privacy.get('/v1/revocation')).status, 401);
});

test('only compliance reveals and erases, only services take steps, and nobody does anything without a token', async () => {
  const value = asked(await sealedFor('ben@example.com'));
  for (const role of ['analyst', 'team', 'admin', 'workflows']) {
    assert.equal((await privacy.post('/v1/reveal', role, value)).status, 403, role);
    assert.equal((await privacy.post('/v1/erasures', role, { userId: ANN })).status, 403, role);
    assert.equal((await privacy.get('/v1/erasures', role)).status, 403, role);
  }
  assert.equal((await privacy.post('/v1/erasures/00000000-x:shred', 'compliance')).status, 403);
  assert.equal((await privacy.post('/v1/erasures:sweep', 'compliance')).status, 403);
  assert.equal((await privacy.get('/v1/erasures')).status, 401);
  for (const role of ['analyst', 'team', 'admin', 'workflows']) {
    assert.equal((await privacy.post('/v1/exports', role, { userId: ANN })).status, 403, role);
    assert.equal((await privacy.post('/v1/holds', role, { userId: ANN })).status, 403, role);
  }
  assert.equal((await privacy.post('/v1/exports', 'compliance', { userId: ANN })).status, 404);
});

test('what is asked wrongly is refused with its place, and never quoted', async () => {
  const value = asked(await sealedFor('ben@example.com'));
  for (const [path, body] of [
    ['/v1/reveal', { ...value, sealed: 'secret of somebody !' }],
    ['/v1/reveal', { ...value, purpose: 'secret of somebody' }],
    ['/v1/erasures', { userId: 17 }],
    ['/v1/erasures', { userId: '' }],
    ['/v1/erasures', { userId: ANN, basis: 'secret of somebody' }],
    ['/v1/erasures', { userId: ANN, extra: 'secret of somebody' }],
  ] as const) {
    const answer = await privacy.post(path, 'compliance', body);
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.ok(!answer.text.includes('secret of somebody') && !answer.text.includes(ANN));
  }
  const noReason = await privacy.post('/v1/reveal', 'compliance', { ...value, reason: undefined });
  assert.deepEqual([noReason.status, noReason.body['code']], [400, 'reason_missing']);
  assert.equal((await privacy.get('/v1/erasures/00000000-none', 'compliance')).status, 404);
});

test('compliance opens what another process sealed, and a value that was changed is corrupt', async () => {
  const ben = await sealedFor('ben@example.com');
  const reveal = async (sealed: string): Promise<unknown> =>
    (await privacy.post('/v1/reveal', 'compliance', asked({ ...ben, sealed }))).body;
  assert.deepEqual(await reveal(ben.sealed), { status: 'plain', value: 'ben@example.com' });
  const flipped = Buffer.from(ben.sealed, 'base64');
  flipped[20] = (flipped[20] ?? 0) ^ 1;
  assert.deepEqual(await reveal(flipped.toString('base64')), { status: 'corrupt' });
});

test('a bucket that would keep shredded keys closes privacy, until it does not any more', async () => {
  const { Storage } = await import('@google-cloud/storage');
  const bucket = new Storage().bucket(bucketName('keys', TEST_PROJECT));
  await bucket.setMetadata({ versioning: { enabled: true } });
  const closed = await startPrivacy(BOUND_SECONDS);
  const health = await closed.get('/healthz');
  assert.deepEqual([health.status, health.body['code']], [503, 'key_bucket_keeps']);
  const refused = await closed.post('/v1/erasures', 'compliance', { userId: ANN });
  assert.deepEqual([refused.status, refused.body['code']], [503, 'key_bucket_keeps']);
  await closed.stop();
  await bucket.setMetadata({ versioning: { enabled: false } });
  const open = await startPrivacy(BOUND_SECONDS);
  assert.equal((await open.get('/healthz')).status, 200);
  await open.stop();
});
