/** The workflow `erase-user` on the local cloud, driving privacy through an erasure: undisturbed, and with both ended on the way. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { verifyChain } from '#shared/privacy/erasure/certificate-verify.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { coveredCatalog, unknownCatalog } from '#test/functions/privacy/catalogs.ts';
import { startTestCloud } from '#test/local/cloud-harness.ts';
import { PURPOSE, userRequest } from '#test/shared/privacy/world.ts';

const cloud = await startTestCloud();
const { apply, deployEraseUser, layForPrivacy, otherProcess, startPrivacy } =
  await import('#test/functions/privacy/privacy-on-cloud.ts');
const { openTestWorkflows } = await import('#test/local/workflows/clients.ts');
const BOUND_SECONDS = 1;

const { state, stores } = await layForPrivacy();
await apply(state, coveredCatalog());
const collecting = await otherProcess(stores, BOUND_SECONDS);
let privacy = await startPrivacy(BOUND_SECONDS);
const { executions } = openTestWorkflows();
const workflow = await deployEraseUser(privacy.url);
after(async () => {
  collecting.close();
  await privacy.stop();
});

interface Value {
  readonly token: string;
  readonly sealed: string;
}

async function sealedFor(user: string): Promise<Value> {
  const used = await collecting.use(userRequest(user), ({ keys }) => ({
    token: keys.token,
    sealed: sealFields(keys, { email: user }).toString('base64'),
  }));
  return used.kind === 'used' ? used.result : assert.fail(used.kind);
}

async function reveal(value: Value): Promise<unknown> {
  const reason = 'case 4711 of the support desk';
  return (await privacy.post('/v1/reveal', 'compliance', { purpose: PURPOSE, field: 'email', reason, ...value })).body;
}

async function ask(userId: string): Promise<string> {
  const requested = await privacy.post('/v1/erasures', 'compliance', { userId });
  assert.equal(requested.status, 202, requested.text);
  return String(requested.body['id']);
}

/** Looks at an erasure until it is in a state, or beyond it. */
async function until(id: string, state: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { body } = await privacy.get(`/v1/erasures/${id}`, 'compliance');
    if ((body['steps'] as { state: string }[]).some((step) => step.state === state)) return body;
  }
}

/** Nothing that is kept names somebody: objects and their names, and what the execution was given and answered. */
async function assertNamesNobody(names: readonly string[]): Promise<void> {
  const kept: string[] = [];
  for await (const { name } of state.list('')) kept.push(name, String((await state.read(name))?.body));
  const [all] = await executions.listExecutions({ parent: workflow, view: 'FULL' });
  kept.push(...all.map((execution) => JSON.stringify(execution)));
  for (const name of names) assert.ok(!kept.some((text) => text.includes(name)));
}

test('an erasure that is asked for is driven to its certificate; others keep their values, and the user is refused', async () => {
  const [ann, ben] = [await sealedFor('ann@example.com'), await sealedFor('ben@example.com')];
  assert.deepEqual(await reveal(ann), { status: 'plain', value: 'ann@example.com' });
  const id = await ask('ann@example.com');
  const shown = await until(id, 'certified');
  assert.deepEqual(await reveal(ann), { status: 'shredded' });
  assert.deepEqual(await reveal(ben), { status: 'plain', value: 'ben@example.com' });
  const refused = await collecting.use(userRequest('ann@example.com'), () => 'used');
  assert.deepEqual(refused, { kind: 'refused', code: 'subject_erased' });

  const pem = (await privacy.get('/v1/keys/certificate')).text;
  assert.deepEqual(verifyChain([JSON.stringify(shown['certificate'])], pem), { kind: 'valid', length: 1 });
  const listed = (await privacy.get('/v1/erasures', 'compliance')).body['erasures'] as { id: string; state: string }[];
  assert.deepEqual(
    listed.map((erasure) => [erasure.id, erasure.state]),
    [[id, 'certified']],
  );
  await assertNamesNobody(['ann@example.com', ann.token]);
});

test('privacy ended in the middle, and started again, ends the same erasure', async () => {
  const cecile = await sealedFor('cecile@example.com');
  const id = await ask('cecile@example.com');
  await until(id, 'shredded');
  const port = Number(new URL(privacy.url).port);
  await privacy.stop();
  privacy = await startPrivacy(BOUND_SECONDS, port);
  await until(id, 'certified');
  assert.deepEqual(await reveal(cecile), { status: 'shredded' });
});

test('the cloud ended in the middle, and started again, ends the same erasure', async () => {
  const dora = await sealedFor('dora@example.com');
  const id = await ask('dora@example.com');
  await until(id, 'shredded');
  await cloud.restart();
  const shown = await until(id, 'certified');
  assert.deepEqual(await reveal(dora), { status: 'shredded' });
  assert.equal((shown['certificate'] as { body: { sequence: number } }).body.sequence, 2);
});

test('an erasure whose execution was cancelled is driven on by a sweep', async () => {
  const emil = await sealedFor('emil@example.com');
  const id = await ask('emil@example.com');
  const [all] = await executions.listExecutions({ parent: workflow, view: 'FULL' });
  const own = all.find(({ argument }) => argument?.includes(id));
  await executions.cancelExecution({ name: own?.name ?? '' }).catch(() => undefined);
  await privacy.post('/v1/erasures:sweep', 'workflows');
  await until(id, 'certified');
  assert.deepEqual(await reveal(emil), { status: 'shredded' });
});

test('an endpoint of which nobody knows what it holds keeps everything as it is, and is named', async () => {
  const fred = await sealedFor('fred@example.com');
  const current = await state.read('catalog/current');
  await state.delete('catalog/current');
  await apply(state, unknownCatalog());
  const id = await ask('fred@example.com');
  const shown = await until(id, 'scoped');
  assert.deepEqual(shown['blockedBy'], [
    { endpoint: 'music.mails', reason: 'nobody knows where day, subject, email comes from', owner: 'team-a' },
  ]);
  assert.deepEqual(await reveal(fred), { status: 'plain', value: 'fred@example.com' });
  await state.delete('catalog/current');
  await state.create('catalog/current', current?.body ?? '');
});
