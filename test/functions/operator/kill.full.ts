import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { catalogInForce, requestApply } from '#cli/catalog/operator-client.ts';
import { wantedResources } from '#shared/catalog/operator/wanted.ts';
import { bundleObject } from '#shared/catalog/stored-catalog.ts';
import { readWorkflowSources } from '#functions/operator/workflow-sources.ts';
import { bucketName, revealConnection } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { AUDIENCE, type FunctionProcess, REGION, startFunctionProcess } from '#test/functions/function-process.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { repositoryCatalog } from './repository.ts';

const cloud = await startTestCloud();
const { createObjectStore } = await import('#shared/gcp/objects.ts');
const { layBase } = await import('#shared/gcp/base/lay.ts');
const { identityTokenOf } = await import('#shared/gcp/base/service-accounts.ts');

const PLACE = { projectId: TEST_PROJECT, region: REGION };
const { bundle, catalog } = repositoryCatalog();
let bearer = '';

before(async () => {
  await layBase(baseResources(PLACE), PLACE);
  bearer = await identityTokenOf(serviceAccountEmail('admin', TEST_PROJECT), AUDIENCE);
  await createObjectStore(bucketName('state', TEST_PROJECT)).create(bundleObject(bundle.digest), bundle.text);
});

const operators: FunctionProcess[] = [];
after(() => Promise.all(operators.map((operator) => operator.kill())));

async function startOperator(): Promise<FunctionProcess> {
  const operator = await startFunctionProcess('operator', { environment: cloud.environment });
  operators.push(operator);
  return operator;
}

/** Applies until so many changes are made, then kills the operator; answers how many it told of. */
async function applyAndKill(operator: FunctionProcess, changes: number): Promise<number> {
  let done = 0;
  const applying = requestApply({ url: operator.url, bearer }, { digest: bundle.digest, deletions: [] }, (progress) => {
    if (progress.kind !== 'done') return;
    done += 1;
    if (done === changes) operator.child.kill('SIGKILL');
  });
  await assert.rejects(applying, { code: 'child_ended' });
  await operator.kill();
  return done;
}

test('an operator that is killed in the middle, again and again, is followed by one that goes on and ends it', async () => {
  const total = wantedResources(catalog, {
    ...PLACE,
    workflows: readWorkflowSources(fileURLToPath(new URL('../../../workflows', import.meta.url))),
    workflowEnvironment: {},
    reveal: { endpoint: AUDIENCE, connection: revealConnection(PLACE) },
  }).length;
  let made = 0;
  for (const changes of [3, 12]) {
    const operator = await startOperator();
    assert.equal((await catalogInForce({ url: operator.url, bearer })).digest, null);
    made += await applyAndKill(operator, changes);
  }
  const last = await startOperator();
  const operator = { url: last.url, bearer };
  const request = { digest: bundle.digest, deletions: [] };
  const report = await requestApply(operator, request, () => undefined);
  assert.deepEqual([report.outcome, report.failures], ['applied', []]);
  // What the killed ones made is not made again, and some of it they could not tell any more.
  assert.ok(report.done <= total - made, `${report.done} made after ${made} of ${total}`);
  assert.equal((await requestApply(operator, request, () => undefined)).outcome, 'unchanged');
  assert.equal((await catalogInForce(operator)).digest, bundle.digest);
  await last.end();
});

test('an operator that is told to end stops between two changes and gives its lease back', async () => {
  const first = await startOperator();
  const other = repositoryCatalog({ 'events/web/PageRequested.yaml': ['A page or file', 'Some page or file'] });
  const store = createObjectStore(bucketName('state', TEST_PROJECT));
  await store.create(bundleObject(other.bundle.digest), other.bundle.text);
  const applying = requestApply(
    { url: first.url, bearer },
    { digest: other.bundle.digest, deletions: [] },
    ({ kind }) => void (kind === 'planned' && first.child.kill('SIGTERM')),
  );
  await applying.catch(() => undefined);
  await first.end();
  assert.equal(await store.read('catalog/apply-lease'), undefined);
});
