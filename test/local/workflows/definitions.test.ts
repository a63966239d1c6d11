import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const { LOCATION, openTestWorkflows } = await import('./clients.ts');
const { workflows, deploy } = openTestWorkflows();

const SOURCE = '- a:\n    return: 1';

test('a workflow is created with what was given and the defaults for the rest', async () => {
  const given = { description: 'one', labels: { team: 'a' }, userEnvVars: { K: 'v' }, callLogLevel: 'LOG_ERRORS_ONLY' };
  const [operation] = await workflows.createWorkflow({
    parent: LOCATION,
    workflowId: 'created',
    workflow: { sourceContents: SOURCE, ...given, callLogLevel: 'LOG_ERRORS_ONLY' },
  });
  const [workflow] = await operation.promise();
  assert.equal(workflow.name, `${LOCATION}/workflows/created`);
  assert.match(workflow.revisionId!, /^000001-[0-9a-f]{3}$/);
  assert.equal(workflow.sourceContents, SOURCE);
  assert.equal(
    workflow.serviceAccount,
    `projects/${TEST_PROJECT}/serviceAccounts/100000000000-compute@developer.gserviceaccount.com`,
  );
  assert.equal(workflow.description, 'one');
  assert.deepEqual(workflow.labels, { team: 'a' });
  assert.deepEqual(workflow.userEnvVars, { K: 'v' });
  const [got] = await workflows.getWorkflow({ name: workflow.name });
  assert.equal(got.state, 'ACTIVE');
  assert.equal(got.callLogLevel, 'LOG_ERRORS_ONLY');
  assert.equal(got.revisionId, workflow.revisionId);
});

test('a source with problems is not deployed: the operation ends with all of them', async () => {
  const source = 'main:\n  steps:\n    - one:\n        call: nope\n    - two:\n        return: ${varC + varB}';
  const [operation] = await workflows.createWorkflow({
    parent: LOCATION,
    workflowId: 'broken',
    workflow: { sourceContents: source },
  });
  await assert.rejects(operation.promise(), (error: Error & { code?: number }) => {
    assert.equal(error.code, 3);
    assert.deepEqual(error.message.split('\n'), [
      "main.workflow.yaml:4:15: failed to build: error in step one: symbol 'nope' not found",
      "main.workflow.yaml:6:19: failed to build: error in step two: symbol 'varC' is neither a variable nor a sub-workflow name",
      "main.workflow.yaml:6:26: failed to build: error in step two: symbol 'varB' is neither a variable nor a sub-workflow name",
    ]);
    return true;
  });
  await assert.rejects(workflows.getWorkflow({ name: `${LOCATION}/workflows/broken` }), { code: 5 });
});

test('a name can be taken once', async () => {
  await deploy('taken', SOURCE);
  const [operation] = await workflows.createWorkflow({
    parent: LOCATION,
    workflowId: 'taken',
    workflow: { sourceContents: SOURCE },
  });
  await assert.rejects(operation.promise(), { code: 6 });
});

test('identifiers, labels and variables are checked', async () => {
  for (const workflowId of ['', '1a', 'a-', 'å', 'a'.repeat(65)]) {
    await assert.rejects(
      workflows.createWorkflow({ parent: LOCATION, workflowId, workflow: { sourceContents: SOURCE } }),
      { code: 3 },
      workflowId,
    );
  }
  const refused = async (more: object): Promise<void> => {
    await assert.rejects(deploy('checked', SOURCE, more), { code: 3 });
  };
  await refused({ labels: { Team: 'a' } });
  await refused({ userEnvVars: { GOOGLE_X: '1' } });
  await refused({ userEnvVars: Object.fromEntries(Array.from({ length: 21 }, (_none, index) => [`V${index}`, '1'])) });
  await refused({ description: 'x'.repeat(1001) });
  await refused({ serviceAccount: 'a b' });
});

test('an update changes the masked fields, and makes a revision only when what runs has changed', async () => {
  const name = await deploy('updated', SOURCE, { description: 'before', labels: { a: 'b' } });
  const update = async (workflow: object, paths: string[]): Promise<string> => {
    const [operation] = await workflows.updateWorkflow({ workflow: { name, ...workflow }, updateMask: { paths } });
    const [updated] = await operation.promise();
    return updated.revisionId!.slice(0, 6);
  };
  assert.equal(await update({ description: 'after' }, ['description']), '000001');
  assert.equal(await update({ sourceContents: '- a:\n    return: 2' }, ['source_contents']), '000002');
  assert.equal(await update({ userEnvVars: { A: '1' } }, ['user_env_vars']), '000003');
  assert.equal(await update({ sourceContents: '- a:\n    return: 2' }, ['source_contents']), '000003');
  const [workflow] = await workflows.getWorkflow({ name });
  assert.equal(workflow.description, 'after');
  assert.deepEqual(workflow.labels, { a: 'b' });
  const [operation] = await workflows.updateWorkflow({ workflow: { name }, updateMask: { paths: ['colour'] } });
  await assert.rejects(operation.promise(), { code: 3 });
  await assert.rejects(workflows.updateWorkflow({ workflow: { name: `${name}x` } }), { code: 5 });
});

test('revisions are listed newest first, and each can be looked up', async () => {
  const name = await deploy('revised', SOURCE);
  for (const n of [2, 3]) {
    const workflow = { name, sourceContents: `- a:\n    return: ${n}` };
    const [operation] = await workflows.updateWorkflow({ workflow, updateMask: { paths: ['source_contents'] } });
    await operation.promise();
  }
  const byHand = { autoPaginate: false };
  const [page, , { nextPageToken }] = await workflows.listWorkflowRevisions({ name, pageSize: 2 }, byHand);
  assert.deepEqual(
    page.map(({ revisionId }) => revisionId!.slice(0, 6)),
    ['000003', '000002'],
  );
  const [rest] = await workflows.listWorkflowRevisions({ name, pageToken: nextPageToken! }, byHand);
  assert.deepEqual(
    rest.map(({ revisionId }) => revisionId!.slice(0, 6)),
    ['000001'],
  );
  const [second] = await workflows.getWorkflow({ name, revisionId: page[1]!.revisionId! });
  assert.equal(second.sourceContents, '- a:\n    return: 2');
  await assert.rejects(workflows.getWorkflow({ name, revisionId: '000009-abc' }), { code: 5 });
});

test('workflows of a location are listed in pages', async () => {
  const parent = `projects/${TEST_PROJECT}/locations/us-central1`;
  for (const workflowId of ['b', 'a', 'c']) {
    const [operation] = await workflows.createWorkflow({ parent, workflowId, workflow: { sourceContents: SOURCE } });
    await operation.promise();
  }
  const found: string[] = [];
  for await (const { name } of workflows.listWorkflowsAsync({ parent, pageSize: 2 }))
    found.push(name!.split('/').at(-1)!);
  assert.deepEqual(found, ['a', 'b', 'c']);
  await assert.rejects(workflows.listWorkflows({ parent, filter: 'state=ACTIVE' }), { code: 12 });
});

test('over REST, as gcloud does it: 404 first, then the operation, then the workflow', async () => {
  const base = `${cloud.url}/v1/${LOCATION}`;
  const missing = await fetch(`${base}/workflows/rest`);
  assert.equal(missing.status, 404);
  const created = await fetch(`${base}/workflows?workflowId=rest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sourceContents: SOURCE }),
  });
  const operation = (await created.json()) as {
    name: string;
    done: boolean;
    response: { '@type': string; state: string };
  };
  assert.equal(operation.done, true);
  assert.equal(operation.response['@type'], 'type.googleapis.com/google.cloud.workflows.v1.Workflow');
  const polled = await fetch(`${cloud.url}/v1/${operation.name}`);
  assert.deepEqual(await polled.json(), operation);
  const got = (await (await fetch(`${base}/workflows/rest`)).json()) as { state: string };
  assert.equal(got.state, 'ACTIVE');
});
