import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { WorkflowsClient } from '@google-cloud/workflows-v4';
import { compareResources } from '#shared/catalog/operator/compare.ts';
import type { WorkflowResource } from '#shared/catalog/operator/resource.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

await startTestCloud();
const { WorkflowsClient: Client } = await import('@google-cloud/workflows-v4');
const workflows = await import('#shared/gcp/workflow-definitions.ts');

const PARENT = `projects/${TEST_PROJECT}/locations/europe-north1`;

const TICK: WorkflowResource = {
  kind: 'workflow',
  name: 'tick',
  description: 'Starts what is due.',
  source: '# Starts what is due.\nmain:\n  steps:\n    - done:\n        return: ${sys.get_env("TRIBUTARY_AUDIENCE")}\n',
  serviceAccount: `tributary-workflows@${TEST_PROJECT}.iam.gserviceaccount.com`,
  environment: { TRIBUTARY_AUDIENCE: 'https://tributary.test' },
  labels: { 'managed-by': 'tributary' },
};

let client: WorkflowsClient;
before(() => {
  client = new Client();
});

test('a workflow is read as it was deployed, and deployed once', async () => {
  assert.equal(await workflows.readWorkflow(client, PARENT, 'tick'), undefined);
  assert.equal(await workflows.createWorkflow(client, PARENT, TICK), 'created');
  assert.equal(await workflows.createWorkflow(client, PARENT, TICK), 'exists');
  const have = await workflows.readWorkflow(client, PARENT, 'tick');
  assert.deepEqual(have, TICK);
  assert.ok(have !== undefined);
  assert.deepEqual(compareResources(TICK, have).differences, []);
  const listed = await workflows.listWorkflows(client, PARENT);
  assert.deepEqual(listed, [{ name: 'tick', labels: TICK.labels }]);
});

test('a workflow takes another source and environment in place', async () => {
  const target = { ...TICK, name: 'changed', source: `${TICK.source}# And more.\n`, environment: { OTHER: 'x' } };
  await workflows.createWorkflow(client, PARENT, { ...TICK, name: 'changed' });
  await workflows.updateWorkflow(client, PARENT, target);
  assert.deepEqual(await workflows.readWorkflow(client, PARENT, 'changed'), target);
  await workflows.removeWorkflow(client, PARENT, target);
  await workflows.removeWorkflow(client, PARENT, target);
  assert.equal(await workflows.readWorkflow(client, PARENT, 'changed'), undefined);
});

test('a source with a mistake is refused with the place of the mistake', async () => {
  const broken = { ...TICK, name: 'broken', source: 'main:\n  steps:\n    - a:\n        nonsense: 1\n' };
  await assert.rejects(workflows.createWorkflow(client, PARENT, broken), {
    code: 'cloud_refused',
    message: /^workflow broken: .*main\.workflow\.yaml:\d+:\d+/,
  });
});
