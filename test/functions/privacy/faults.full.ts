/**
 * The fault table: every way in which the cloud can fail an erasure, over Google's own clients. Each fault ends in a code that says
 * whether it passes, nothing is lost or destroyed twice, and once the fault is over the erasure ends with one certificate.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type FaultRule } from '#local/primitives/faults.ts';
import { STEP_VERBS, type StepVerb } from '#functions/privacy/erasures/steps/steps.ts';
import { parseCertificate } from '#shared/privacy/erasure/certificate.ts';
import { verifyCertificate, verifyChain } from '#shared/privacy/erasure/certificate-verify.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { startTestCloud } from '#test/local/cloud-harness.ts';
import { PURPOSE, userRequest } from '#test/shared/privacy/world.ts';
import { coveredCatalog } from './catalogs.ts';

const cloud = await startTestCloud();
const { apply, layForPrivacy, otherProcess, startPrivacy } = await import('./privacy-on-cloud.ts');
const { state, stores } = await layForPrivacy();
await apply(state, coveredCatalog());
const privacy = await startPrivacy(1);
const collecting = await otherProcess(stores, 1);
after(async () => {
  cloud.faults.set([]);
  collecting.close();
  await privacy.stop();
});

let people = 0;

interface Value {
  readonly token: string;
  readonly sealed: string;
}

async function person(): Promise<{ readonly userId: string; readonly value: Value }> {
  people += 1;
  const userId = `person-${people}@example.com`;
  const used = await collecting.use(userRequest(userId), ({ keys }) => ({
    token: keys.token,
    sealed: sealFields(keys, { email: userId }).toString('base64'),
  }));
  return { userId, value: used.kind === 'used' ? used.result : assert.fail(used.kind) };
}

async function reveal(value: Value, purpose = PURPOSE): Promise<Record<string, unknown>> {
  const reason = 'case 4711 of the support desk';
  return (await privacy.post('/v1/reveal', 'compliance', { purpose, field: 'email', reason, ...value })).body;
}

/** Takes steps up to one, as the workflow does; the answer is the first that is no success. */
async function drive(id: string, until: StepVerb = 'certify'): Promise<{ status: number; code: unknown }> {
  for (const verb of STEP_VERBS) {
    for (;;) {
      const { status, body } = await privacy.post(`/v1/erasures/${id}:${verb}`, 'workflows');
      if (status !== 200) return { status, code: body['code'] };
      const seconds = Number(body['againAfterSeconds']);
      if (seconds === 0) break;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
    if (verb === until) break;
  }
  return { status: 200, code: undefined };
}

async function certificatesOf(id: string): Promise<number> {
  let count = 0;
  for await (const { labels } of state.list('certificates/')) if (labels['erasure'] === id) count += 1;
  return count;
}

const STORAGE = 'storage.objects.';
const KMS = 'google.cloud.kms.v1.KeyManagementService.';

/** What fails, and how it is told. `passes` faults are tried again by the workflow, the others need somebody. */
const FAULTS: readonly {
  readonly what: string;
  readonly rules: readonly FaultRule[];
  readonly from: StepVerb;
  readonly codes: readonly string[];
}[] = [
  {
    what: 'Cloud Storage is throttled',
    rules: [{ method: `${STORAGE}*`, error: { status: 'RESOURCE_EXHAUSTED' } }],
    from: 'freeze',
    codes: ['cloud_throttled', 'cloud_unavailable', 'keys_unavailable'],
  },
  {
    what: 'Cloud Storage denies',
    rules: [{ method: `${STORAGE}*`, error: { status: 'PERMISSION_DENIED' } }],
    from: 'shred',
    codes: ['cloud_refused'],
  },
  {
    what: 'KMS is throttled while signing',
    rules: [{ method: `${KMS}AsymmetricSign`, error: { status: 'RESOURCE_EXHAUSTED' } }],
    from: 'certify',
    codes: ['cloud_throttled', 'cloud_unavailable'],
  },
  {
    what: 'KMS denies signing',
    rules: [{ method: `${KMS}AsymmetricSign`, error: { status: 'PERMISSION_DENIED' } }],
    from: 'certify',
    codes: ['cloud_refused'],
  },
  {
    what: 'Pub/Sub does not take facts',
    rules: [{ method: 'google.pubsub.v1.Publisher.Publish', error: { status: 'PERMISSION_DENIED' } }],
    from: 'tell',
    codes: ['cloud_unavailable'],
  },
];

for (const { what, rules, from, codes } of FAULTS) {
  test(`${what}: told by a code, and the erasure ends once that is over`, async () => {
    const { userId, value } = await person();
    const { body } = await privacy.post('/v1/erasures', 'compliance', { userId });
    const id = String(body['id']);
    const before = STEP_VERBS[STEP_VERBS.indexOf(from) - 1] ?? 'verify';
    assert.equal((await drive(id, before)).status, 200);
    cloud.faults.set(rules);
    const failed = await privacy.post(`/v1/erasures/${id}:${from}`, 'workflows');
    cloud.faults.set([]);
    assert.ok(failed.status >= 400 && codes.includes(String(failed.body['code'])), `${failed.status} ${failed.text}`);
    assert.ok(!failed.text.includes(userId) && !failed.text.includes(value.token));
    assert.equal((await drive(id)).status, 200);
    assert.equal(await certificatesOf(id), 1);
    assert.deepEqual(await reveal(value), { status: 'shredded' });
  });
}

test('replies of writes are lost at every step: what was done is found done', async () => {
  for (const method of [`${STORAGE}insert`, `${STORAGE}delete`, `${KMS}AsymmetricSign`]) {
    const { userId, value } = await person();
    const { body } = await privacy.post('/v1/erasures', 'compliance', { userId });
    const id = String(body['id']);
    for (const verb of STEP_VERBS) {
      cloud.faults.set([{ method, dropReply: true, times: 1 }]);
      // The clients try some of them again by themselves; what they give up on is repeated here.
      await drive(id, verb);
      cloud.faults.set([]);
    }
    assert.equal((await drive(id)).status, 200, method);
    assert.equal(await certificatesOf(id), 1, method);
    assert.deepEqual(await reveal(value), { status: 'shredded' });
  }
});

test('swapped blobs, a wrong purpose and a token of nobody open nothing, each told apart', async () => {
  const [ann, ben] = [await person(), await person()];
  assert.deepEqual(await reveal(ann.value), { status: 'plain', value: ann.userId });
  assert.deepEqual(await reveal({ ...ann.value, sealed: ben.value.sealed }), { status: 'corrupt' });
  assert.deepEqual(await reveal(ann.value, 'another-purpose'), { status: 'shredded' });
  assert.deepEqual(await reveal({ ...ann.value, token: 'a'.repeat(26) }), { status: 'shredded' });
});

test('a certificate that is shown again is of its own erasure only, and stands once in the ledger', async () => {
  const texts: string[] = [];
  for await (const { name } of state.list('certificates/')) texts.push(String((await state.read(name))?.body));
  const pem = (await privacy.get('/v1/keys/certificate')).text;
  assert.equal(verifyChain(texts, pem).kind, 'valid');
  const [first = '', second = ''] = texts;
  assert.deepEqual(verifyChain([first, first], pem), { kind: 'invalid', at: 1, reason: 'broken_chain' });
  assert.deepEqual(verifyChain([first, ...texts.slice(2)], pem), { kind: 'invalid', at: 1, reason: 'broken_chain' });
  const [one, two] = [first, second].map((text) => parseCertificate(JSON.parse(text)));
  assert.ok(one !== undefined && two !== undefined);
  const swapped = JSON.stringify({ body: two.body, signature: one.signature });
  assert.deepEqual(verifyCertificate(swapped, pem), { kind: 'invalid', reason: 'wrong_signature' });
});
