import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpOutcome, HttpRequest } from '#local/workflows/language/effects.ts';
import { createWorld, errorOf, jsonResponse, problemsOf, resultOf, textResponse, type World } from './world.ts';

const ENVIRONMENT = { GOOGLE_CLOUD_PROJECT_ID: 'here', GOOGLE_CLOUD_LOCATION: 'europe-west1' };

const call = (name: string, args: string): string => `
- request:
    call: googleapis.${name}
    args: ${args}
    result: r
- answer:
    return: \${r}`;

/** Answers one after the other; the last one stays. */
function answers(...outcomes: HttpOutcome[]): World {
  return createWorld(() => (outcomes.length > 1 ? outcomes.shift() : outcomes[0]) ?? jsonResponse({}));
}

function line(request: HttpRequest): string {
  const body = request.body === undefined ? '' : ` ${Buffer.from(request.body).toString('utf8')}`;
  return `${request.method} ${request.url}${body}`;
}

/** The one request that a connector makes. */
async function requestOf(name: string, args: string): Promise<string> {
  const world = createWorld();
  await resultOf(call(name, args), { world, environment: ENVIRONMENT });
  assert.equal(world.requests.length, 1);
  assert.equal(world.requests[0]?.auth?.type, 'OAuth2');
  return line(world.requests[0]);
}

test('arguments go into path, query and body', async () => {
  const bq = 'https://bigquery.googleapis.com/bigquery/v2/projects/p';
  const cases: [string, string, string][] = [
    ['bigquery.v2.jobs.get', '{projectId: p, jobId: j, location: EU}', `GET ${bq}/jobs/j?location=EU`],
    ['bigquery.v2.jobs.query', '{projectId: p, body: {query: q}}', `POST ${bq}/queries {"query":"q"}`],
    [
      'bigquery.v2.jobs.getQueryResults',
      '{projectId: p, jobId: j, maxResults: 5, pageToken: null}',
      `GET ${bq}/queries/j?maxResults=5`,
    ],
    [
      'bigquery.v2.datasets.delete',
      '{projectId: p, datasetId: d, deleteContents: true}',
      `DELETE ${bq}/datasets/d?deleteContents=true`,
    ],
    ['bigquery.v2.tables.insert', '{projectId: p, datasetId: d, body: {}}', `POST ${bq}/datasets/d/tables {}`],
    [
      'pubsub.v1.projects.topics.publish',
      '{topic: projects/p/topics/t, body: {messages: [{data: aGk=}]}}',
      'POST https://pubsub.googleapis.com/v1/projects/p/topics/t:publish {"messages":[{"data":"aGk="}]}',
    ],
    [
      'storage.v1.objects.insert',
      '{bucket: b, uploadType: media, name: a.txt, body: hello}',
      'POST https://storage.googleapis.com/upload/storage/v1/b/b/o?name=a.txt&uploadType=media hello',
    ],
    [
      'storage.v1.objects.get',
      '{bucket: b, object: x%2Fy, alt: media}',
      'GET https://storage.googleapis.com/storage/v1/b/b/o/x%2Fy?alt=media',
    ],
    [
      'cloudscheduler.v1.projects.locations.jobs.create',
      '{parent: projects/p/locations/l, body: {schedule: "* * * * *"}}',
      'POST https://cloudscheduler.googleapis.com/v1/projects/p/locations/l/jobs {"schedule":"* * * * *"}',
    ],
    [
      'cloudkms.v1.projects.locations.keyRings.cryptoKeys.encrypt',
      '{name: projects/p/locations/l/keyRings/r/cryptoKeys/k, body: {plaintext: aGk=}}',
      'POST https://cloudkms.googleapis.com/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k:encrypt {"plaintext":"aGk="}',
    ],
    [
      'dataflow.v1b3.projects.locations.flexTemplates.launch',
      '{projectId: p, location: l, body: {launchParameter: {jobName: j}}}',
      'POST https://dataflow.googleapis.com/v1b3/projects/p/locations/l/flexTemplates:launch {"launchParameter":{"jobName":"j"}}',
    ],
    [
      'workflowexecutions.v1.projects.locations.workflows.executions.create',
      '{parent: projects/p/locations/l/workflows/w, body: {argument: "1"}}',
      'POST https://workflowexecutions.googleapis.com/v1/projects/p/locations/l/workflows/w/executions {"argument":"1"}',
    ],
  ];
  for (const [name, args, expected] of cases) assert.equal(await requestOf(name, args), expected);
});

test('a media download is answered as it is, a media upload of bytes is sent as it is', async () => {
  const world = answers(textResponse('hello world'));
  assert.equal(
    await resultOf(call('storage.v1.objects.get', '{bucket: b, object: o, alt: media}'), { world }),
    'hello world',
  );
});

const INSERT = '{projectId: p, body: {configuration: {}}}';
const job = (state: string, more: object = {}): HttpOutcome =>
  jsonResponse({ jobReference: { projectId: 'p', jobId: 'j', location: 'EU' }, status: { state, ...more } });

test('jobs.insert waits for the job, polling less and less often', async () => {
  const world = answers(job('PENDING'), job('RUNNING'), job('RUNNING'), job('DONE'));
  const result = await resultOf(call('bigquery.v2.jobs.insert', INSERT), { world });
  assert.deepEqual((result as { status: unknown }).status, { state: 'DONE' });
  assert.deepEqual(world.waits, [1, 1.25, 1.5625]);
  assert.equal(
    line(world.requests[1] as HttpRequest),
    'GET https://bigquery.googleapis.com/bigquery/v2/projects/p/jobs/j?location=EU',
  );
});

test('polling_policy and skip_polling change how a connector waits', async () => {
  const world = answers(job('PENDING'), job('RUNNING'), job('RUNNING'), job('RUNNING'), job('DONE'));
  const policy =
    '{projectId: p, body: {}, connector_params: {polling_policy: {initial_delay: 10, multiplier: 2, max_delay: 30}}}';
  await resultOf(call('bigquery.v2.jobs.insert', policy), { world });
  assert.deepEqual(world.waits, [10, 20, 30, 30]);
  const skipping = answers(job('PENDING'));
  const skip = '{projectId: p, body: {}, connector_params: {skip_polling: true}}';
  const result = await resultOf(call('bigquery.v2.jobs.insert', skip), { world: skipping });
  assert.deepEqual((result as { status: unknown }).status, { state: 'PENDING' });
  assert.equal(skipping.requests.length, 1);
});

test('a job that failed is an OperationError with the job and its error', async () => {
  const error = { reason: 'invalidQuery', message: 'Syntax error' };
  const world = answers(job('RUNNING'), job('DONE', { errorResult: error }));
  const { payload } = await errorOf(call('bigquery.v2.jobs.insert', INSERT), { world });
  assert.deepEqual(payload, {
    error,
    message: 'Syntax error',
    operation: {
      jobReference: { projectId: 'p', jobId: 'j', location: 'EU' },
      status: { state: 'DONE', errorResult: error },
    },
    tags: ['OperationError'],
  });
});

test('a job that takes too long is a TimeoutError, no later than the timeout', async () => {
  const world = answers(job('RUNNING'));
  const start = world.now();
  const args = '{projectId: p, body: {}, connector_params: {timeout: 10}}';
  const { payload } = await errorOf(call('bigquery.v2.jobs.insert', args), { world });
  assert.deepEqual((payload as { tags: unknown }).tags, ['TimeoutError']);
  assert.equal(world.now() - start, 10_000);
});

const RUN = 'workflowexecutions.v1.projects.locations.workflows.executions.run';
const execution = (state: string, more: object = {}): HttpOutcome =>
  jsonResponse({ name: 'projects/p/locations/l/workflows/w/executions/e', state, ...more });

test('executions.run starts a workflow here, waits and answers its result', async () => {
  const world = answers(execution('QUEUED'), execution('ACTIVE'), execution('SUCCEEDED', { result: '{"n":1}' }));
  const result = await resultOf(call(RUN, '{workflow_id: w, argument: {a: [1]}}'), { world, environment: ENVIRONMENT });
  assert.deepEqual(result, { n: 1 });
  assert.deepEqual(world.requests.slice(0, 2).map(line), [
    'POST https://workflowexecutions.googleapis.com/v1/projects/here/locations/europe-west1/workflows/w/executions {"argument":"{\\"a\\":[1]}"}',
    'GET https://workflowexecutions.googleapis.com/v1/projects/p/locations/l/workflows/w/executions/e',
  ]);
});

test('an execution that failed is an OperationError with the execution', async () => {
  const error = { payload: '"oh"', context: 'RuntimeError: "oh"' };
  const world = answers(execution('ACTIVE'), execution('FAILED', { error }));
  const { payload, context } = await errorOf(call(RUN, '{workflow_id: w}'), { world, environment: ENVIRONMENT });
  assert.equal(context.split('\n')[0], 'Execution failed or cancelled.');
  assert.deepEqual((payload as { error: unknown }).error, error);
  assert.deepEqual((payload as { tags: unknown }).tags, ['OperationError']);
});

test('a GET is repeated after 502, a POST only after what cannot have done anything', async () => {
  const reading = answers(jsonResponse({}, 502), jsonResponse({ ok: 1 }));
  assert.deepEqual(await resultOf(call('bigquery.v2.jobs.get', '{projectId: p, jobId: j}'), { world: reading }), {
    ok: 1,
  });
  const writing = answers(jsonResponse({}, 502), jsonResponse({ ok: 1 }));
  await errorOf(call('bigquery.v2.jobs.query', '{projectId: p, body: {}}'), { world: writing });
  assert.equal(writing.requests.length, 1);
  const refused = answers({ kind: 'unreachable', message: 'x' }, jsonResponse({ ok: 1 }));
  assert.deepEqual(await resultOf(call('bigquery.v2.jobs.query', '{projectId: p, body: {}}'), { world: refused }), {
    ok: 1,
  });
});

test('an operation that is long-running is waited for, and answers its response', async () => {
  const running = jsonResponse({ name: 'projects/p/locations/l/operations/o', done: false });
  const done = jsonResponse({ name: 'projects/p/locations/l/operations/o', done: true, response: { state: 'ACTIVE' } });
  const world = answers(running, done);
  const args = '{parent: projects/p/locations/l, workflowId: w, body: {sourceContents: "- a:\\n    return: 1"}}';
  assert.deepEqual(await resultOf(call('workflows.v1.projects.locations.workflows.create', args), { world }), {
    state: 'ACTIVE',
  });
  assert.equal(world.requests[1]?.url, 'https://workflows.googleapis.com/v1/projects/p/locations/l/operations/o');
});

test('a connector that does not wait can be called in an expression, one that waits cannot', async () => {
  const world = answers(jsonResponse({ state: 'DONE' }));
  const source = '- a:\n    return: ${googleapis.bigquery.v2.jobs.get("p", "j").state + "!"}';
  assert.equal(await resultOf(source, { world }), 'DONE!');
  assert.deepEqual(problemsOf('- a:\n    return: ${googleapis.bigquery.v2.jobs.insert("p", {})}'), [
    "2: googleapis.bigquery.v2.jobs.insert blocks and cannot be called in an expression: use a step with 'call: googleapis.bigquery.v2.jobs.insert'",
  ]);
});

test('unknown connectors and arguments are refused when deployed', () => {
  assert.deepEqual(problemsOf(call('translate.v2.translations.translate', '{}')), [
    "3: connector 'googleapis.translate.v2.translations.translate' is not served by the local cloud",
  ]);
  assert.deepEqual(problemsOf(call('bigquery.v2.jobs.get', '{projectId: p, job: j}')), [
    "3: googleapis.bigquery.v2.jobs.get misses its argument 'jobId'",
    "4: googleapis.bigquery.v2.jobs.get has no argument 'job'; it takes projectId, jobId, location?, connector_params?",
  ]);
});
