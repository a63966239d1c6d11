import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const { LOCATION, openTestWorkflows } = await import('./clients.ts');
const { workflows, executions, deploy, start, ended, run } = openTestWorkflows();

const HELLO = 'main:\n  params: [args]\n  steps:\n    - say:\n        return: ${"Hello " + args.name}';

test('an execution runs, and tells its result, times, revision and last step', async () => {
  const execution = await run('hello', HELLO, { name: 'Ada' });
  assert.equal(execution.state, 'SUCCEEDED');
  assert.equal(execution.result, '"Hello Ada"');
  assert.equal(execution.argument, '{"name":"Ada"}');
  assert.match(execution.name!, new RegExp(`^${LOCATION}/workflows/hello/executions/[0-9a-f-]{36}$`));
  assert.match(execution.workflowRevisionId!, /^000001-[0-9a-f]{3}$/);
  assert.deepEqual(
    execution.status?.currentSteps?.map(({ routine, step }) => [routine, step]),
    [['main', 'say']],
  );
  const { startTime, endTime, duration } = execution;
  assert.ok(startTime && endTime && duration);
  assert.ok(Number(endTime.seconds) >= Number(startTime.seconds));
});

test('an execution that fails tells payload, context and stack trace', async () => {
  const source =
    'main:\n  steps:\n    - go:\n        call: sub\nsub:\n  steps:\n    - stop:\n        raise: {code: 7, message: no}';
  const execution = await run('fails', source);
  assert.equal(execution.state, 'FAILED');
  assert.equal(execution.result, '');
  assert.equal(execution.error?.payload, '{"code":7,"message":"no"}');
  assert.equal(
    execution.error.context,
    'no\nin step "stop", routine "sub", line: 8\nin step "go", routine "main", line: 4',
  );
  const trace = execution.error.stackTrace?.elements?.map(({ step, routine, position }) => [
    step,
    routine,
    Number(position?.line),
  ]);
  assert.deepEqual(trace, [
    ['stop', 'sub', 8],
    ['go', 'main', 4],
  ]);
});

test('a running execution is ACTIVE at its current step, and is cancelled', async () => {
  const name = await deploy('sleeper', '- nap:\n    call: sys.sleep\n    args: {seconds: 3600}');
  const started = await start(name);
  assert.equal(started.state, 'ACTIVE');
  assert.equal(started.argument, 'null');
  const [active] = await executions.getExecution({ name: started.name! });
  assert.deepEqual(
    active.status?.currentSteps?.map(({ step }) => step),
    ['nap'],
  );
  const [cancelled] = await executions.cancelExecution({ name: started.name! });
  assert.equal(cancelled.state, 'CANCELLED');
  await assert.rejects(executions.cancelExecution({ name: started.name! }), { code: 9 });
});

test('the environment names project, workflow and execution, and has the user’s variables', async () => {
  const names = ['PROJECT_ID', 'LOCATION', 'WORKFLOW_ID', 'WORKFLOW_REVISION_ID', 'SERVICE_ACCOUNT_NAME'];
  const entries = names.map((name) => `${name}: "\${sys.get_env('GOOGLE_CLOUD_${name}')}"`).join(', ');
  const workflow = await deploy('env', `- r:\n    return: {${entries}, own: "\${sys.get_env('OWN')}"}`, {
    userEnvVars: { OWN: 'mine' },
    serviceAccount: `runner@${TEST_PROJECT}.iam.gserviceaccount.com`,
  });
  const { result, workflowRevisionId } = await ended((await start(workflow)).name!);
  assert.deepEqual(JSON.parse(result!), {
    PROJECT_ID: TEST_PROJECT,
    LOCATION: 'europe-west1',
    WORKFLOW_ID: 'env',
    WORKFLOW_REVISION_ID: workflowRevisionId,
    SERVICE_ACCOUNT_NAME: `runner@${TEST_PROJECT}.iam.gserviceaccount.com`,
    own: 'mine',
  });
});

test('connectors reach the other services of this cloud', async () => {
  const source = `
- key:
    call: http.post
    args:
      url: https://cloudkms.googleapis.com/v1/${LOCATION}/keyRings?keyRingId=made-by-workflow
      auth: {type: OAuth2}
      body: {}
    result: ring
- child:
    call: googleapis.workflowexecutions.v1.projects.locations.workflows.executions.run
    args:
      workflow_id: child
      argument: {name: "\${ring.body.name}"}
      connector_params: {polling_policy: {initial_delay: 0.01}}
    result: said
- answer:
    return: \${said}`;
  await deploy('child', HELLO);
  const execution = await run('parent', source);
  assert.equal(execution.error?.context, undefined);
  assert.equal(execution.result, JSON.stringify(`Hello ${LOCATION}/keyRings/made-by-workflow`));
});

test('a child that fails is an OperationError of its parent', async () => {
  await deploy('bad-child', '- r:\n    raise: oh');
  const source = `
- child:
    call: googleapis.workflowexecutions.v1.projects.locations.workflows.executions.run
    args: {workflow_id: bad-child, connector_params: {polling_policy: {initial_delay: 0.01}}}`;
  const execution = await run('bad-parent', source);
  const payload = JSON.parse(execution.error?.payload ?? '{}') as { tags: unknown; operation: { error: unknown } };
  assert.deepEqual(payload.tags, ['OperationError']);
  assert.deepEqual((payload.operation.error as { payload: string }).payload, '"oh"');
});

test('requests with OIDC carry a token of the workflow’s service account', async () => {
  const { createServer } = await import('node:http');
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization ?? '');
    response.setHeader('content-type', 'application/json');
    response.end('{"ok": true}');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const source = `- get:\n    call: http.get\n    args: {url: "http://127.0.0.1:${port}/x", auth: {type: OIDC, audience: aud}}\n    result: r\n- a:\n    return: \${r.body.ok}`;
  const serviceAccount = `caller@${TEST_PROJECT}.iam.gserviceaccount.com`;
  const workflow = await deploy('oidc', source, { serviceAccount });
  const execution = await ended((await start(workflow)).name!);
  server.close();
  assert.equal(execution.result, 'true');
  const claims = JSON.parse(Buffer.from(seen[0]!.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
  assert.equal(claims['email'], serviceAccount);
  assert.equal(claims['aud'], 'aud');
});

test('a callback endpoint wakes the execution that waits for it', async () => {
  const source = `
- make:
    call: events.create_callback_endpoint
    args: {http_callback_method: POST}
    result: endpoint
- wait:
    call: events.await_callback
    args: {callback: "\${endpoint}", timeout: 60}
    result: got
- answer:
    return: \${got.http_request.body.n}`;
  const name = await deploy('callback', source);
  const { name: execution } = await start(name);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(`${cloud.dataDir}/workflows.db`, { readOnly: true });
  let url: string | undefined;
  while (url === undefined) {
    url = database.prepare('SELECT url FROM callbacks').get()?.['url'] as string | undefined;
    await new Promise((resolve) => setImmediate(resolve));
  }
  database.close();
  const local = url.replace('https://workflowexecutions.googleapis.com', cloud.url);
  assert.equal((await fetch(local, { method: 'GET' })).status, 405);
  const headers = { 'content-type': 'application/json' };
  assert.equal((await fetch(local, { method: 'POST', headers, body: '{"n": 42}' })).status, 200);
  assert.equal((await ended(execution!)).result, '42');
  assert.equal((await fetch(local, { method: 'POST', headers, body: '{}' })).status, 404);
});

test('lists are newest first, in the view and with the filter and order asked for', async () => {
  const parent = await deploy('listed', HELLO);
  const names: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const started = await start(parent, name === 'c' ? null : { name });
    await ended(started.name!);
    names.push(started.name!);
  }
  const [all] = await executions.listExecutions({ parent });
  assert.deepEqual(
    all.map((execution) => execution.name),
    names.toReversed(),
  );
  assert.equal(all[0]?.result, '', 'the basic view has no results');
  const [full] = await executions.listExecutions({ parent, view: 'FULL' });
  assert.equal(full[0]?.result, '"Hello e"');
  const [failed] = await executions.listExecutions({ parent, filter: 'state="FAILED"' });
  assert.deepEqual(
    failed.map((execution) => execution.name),
    [names[2]],
  );
  const [byId] = await executions.listExecutions({
    parent,
    filter: `executionID="${names[1]!.split('/').at(-1)}" AND duration>=0s`,
  });
  assert.deepEqual(
    byId.map((execution) => execution.name),
    [names[1]],
  );
  const [oldest] = await executions.listExecutions({ parent, orderBy: 'startTime' });
  assert.equal(oldest[0]?.name, names[0]);
  const paged: string[] = [];
  for await (const execution of executions.listExecutionsAsync({ parent, pageSize: 2 })) paged.push(execution.name!);
  assert.deepEqual(paged, names.toReversed());
  await assert.rejects(executions.listExecutions({ parent, filter: 'colour=red' }), { code: 3 });
  await assert.rejects(executions.listExecutions({ parent, filter: "state='x' OR 1=1" }), { code: 3 });
});

test('labels of the workflow are inherited, those of the execution win, and both can be filtered by', async () => {
  const parent = await deploy('labelled', HELLO, { labels: { team: 'a', tier: 'gold' } });
  const [execution] = await executions.createExecution({
    parent,
    execution: { argument: '{"name": "x"}', labels: { team: 'b' } },
  });
  assert.deepEqual(execution.labels, { team: 'b', tier: 'gold' });
  const [found] = await executions.listExecutions({ parent, filter: 'labels.team="b"' });
  assert.equal(found.length, 1);
});

test('what cannot be started is refused', async () => {
  const parent = await deploy('refusing', HELLO);
  await assert.rejects(executions.createExecution({ parent: `${parent}x`, execution: {} }), { code: 5 });
  await assert.rejects(executions.createExecution({ parent, execution: { argument: '{"a":' } }), { code: 3 });
  await assert.rejects(
    executions.createExecution({ parent, execution: { argument: JSON.stringify('x'.repeat(32 * 1024)) } }),
    { code: 3 },
  );
  await assert.rejects(executions.getExecution({ name: `${parent}/executions/none` }), { code: 5 });
});

test('the scheduler’s REST call starts an execution', async () => {
  const parent = await deploy('by-rest', HELLO);
  const response = await fetch(`${cloud.url}/v1/${parent}/executions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ argument: '{"name":"REST"}' }),
  });
  assert.equal(response.status, 200);
  const { name, state } = (await response.json()) as { name: string; state: string };
  assert.equal(state, 'ACTIVE');
  assert.equal((await ended(name)).result, '"Hello REST"');
});

test('deleting a workflow ends its executions and forgets them', async () => {
  const name = await deploy('doomed', '- nap:\n    call: sys.sleep\n    args: {seconds: 3600}');
  const { name: execution } = await start(name);
  const [operation] = await workflows.deleteWorkflow({ name });
  await operation.promise();
  await assert.rejects(executions.getExecution({ name: execution! }), { code: 5 });
  await assert.rejects(workflows.getWorkflow({ name }), { code: 5 });
});
