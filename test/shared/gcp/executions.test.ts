import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const { WorkflowsClient } = await import('@google-cloud/workflows-v4');
const { createExecutions } = await import('#shared/gcp/executions.ts');
const region = 'europe-north1';
const executions = createExecutions({ projectId: TEST_PROJECT, region });

async function deploy(workflowId: string, sourceContents: string): Promise<void> {
  const parent = `projects/${TEST_PROJECT}/locations/${region}`;
  const [operation] = await new WorkflowsClient().createWorkflow({ parent, workflowId, workflow: { sourceContents } });
  await operation.promise();
}

/** Looks until an execution has ended. */
async function ended(name: string): Promise<void> {
  while ((await executions.state(name)) === 'active') await pause(10);
}

await deploy('echo', 'main:\n  params: [args]\n  steps:\n    - done:\n        return: ${args.key}\n');
await deploy('sleepy', 'main:\n  steps:\n    - wait:\n        call: sys.sleep\n        args: {seconds: 3600}\n');

test('an execution gets its argument and ends', async () => {
  const name = await executions.start('echo', { key: '2026-08-01T13' });
  assert.match(name, /\/workflows\/echo\/executions\/.+/);
  await ended(name);
  const found = (await (await fetch(`${cloud.url}/v1/${name}`)).json()) as { result: string; state: string };
  assert.deepEqual([found.state, found.result], ['SUCCEEDED', '"2026-08-01T13"']);
});

test('one that goes on is active, and one that nobody knows has ended', async () => {
  const name = await executions.start('sleepy', {});
  assert.equal(await executions.state(name), 'active');
  assert.equal(await executions.state(name.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000')), 'ended');
});

test('a workflow that is not deployed is told as missing', async () => {
  await assert.rejects(executions.start('nowhere', {}), { name: 'PlatformError', code: 'cloud_missing' });
});
