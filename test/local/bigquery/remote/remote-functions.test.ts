/** Remote functions as BigQuery calls them: the request, who sends it, for whom, and what each answer comes to. */
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const bigquery = await bigQueryClient();
const { GoogleAuth, OAuth2Client } = await import('google-auth-library');
const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });

interface Asked {
  readonly requestId: string;
  readonly caller: string;
  readonly sessionUser: string;
  readonly userDefinedContext?: object;
  readonly calls: readonly (readonly number[])[];
}

const asked: { readonly headers: IncomingHttpHeaders; readonly body: Asked }[] = [];
/** Answers to come before the usual one, `n + 1`. */
const queued: { readonly status: number; readonly body: string }[] = [];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
    asked.push({ headers: request.headers, body });
    const reply = queued.shift() ?? {
      status: 200,
      body: JSON.stringify({ replies: body.calls.map(([n]) => Number(n) + 1) }),
    };
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
after(() => server.close());
const ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const CONNECTION = `projects/${TEST_PROJECT}/locations/us/connections/calls`;

const made = await auth.request<{ readonly cloudResource: { readonly serviceAccountId: string } }>({
  url: `https://bigqueryconnection.googleapis.com/v1/projects/${TEST_PROJECT}/locations/us/connections?connectionId=calls`,
  method: 'POST',
  data: { cloudResource: {} },
});
const account = made.data.cloudResource.serviceAccountId;

async function datasetWith(name: string, access?: readonly object[]): Promise<void> {
  const [dataset] = await bigquery.createDataset(name);
  if (access !== undefined) await dataset.setMetadata({ access });
  await bigquery.query(`CREATE FUNCTION ${name}.next(n INT64) RETURNS INT64
    REMOTE WITH CONNECTION \`${TEST_PROJECT}.us.calls\`
    OPTIONS (endpoint = '${ENDPOINT}', max_batching_rows = 2, user_defined_context = [('purpose', 'tests')])`);
}
await datasetWith('d');

test('an endpoint is asked with the token of the connection’s account, for the job and whoever runs it', async () => {
  asked.length = 0;
  const [job] = await bigquery.createQueryJob('SELECT d.next(n) AS m FROM UNNEST([1, 2, 3]) AS n ORDER BY m');
  const [rows] = await job.getQueryResults();
  assert.deepEqual(rows, [{ m: 2 }, { m: 3 }, { m: 4 }]);
  assert.equal(asked.length, 2);
  const [{ headers, body } = assert.fail()] = asked;
  assert.deepEqual(Object.keys(body), ['requestId', 'caller', 'sessionUser', 'userDefinedContext', 'calls']);
  const [metadata] = await job.getMetadata();
  const { jobReference } = metadata as { jobReference: { jobId: string; location: string } };
  const id = `${TEST_PROJECT}:${jobReference.location}.${jobReference.jobId}`;
  assert.equal(body.caller, `//bigquery.googleapis.com/projects/${TEST_PROJECT}/jobs/${id}`);
  assert.equal(body.sessionUser, `owner@${TEST_PROJECT}.iam.gserviceaccount.com`);
  assert.deepEqual(body.userDefinedContext, { purpose: 'tests' });
  assert.notEqual(body.requestId, asked[1]?.body.requestId);
  const idToken = headers.authorization?.replace('Bearer ', '') ?? '';
  const ticket = await new OAuth2Client().verifyIdToken({ idToken, audience: ENDPOINT });
  assert.equal(ticket.getPayload()?.email, account);
});

test('what may pass is asked again, and anything else fails the statement with the endpoint’s own words', async () => {
  for (const status of [408, 429, 500, 503, 504]) queued.push({ status, body: '{}' });
  assert.deepEqual((await bigquery.query('SELECT d.next(10) AS m'))[0], [{ m: 11 }]);
  asked.length = 0;
  queued.push({ status: 400, body: '{"errorMessage":"not for you"}' });
  await assert.rejects(bigquery.query('SELECT d.next(11) AS m'), {
    message: `Received response code 400 from endpoint ${ENDPOINT} with response {"errorMessage":"not for you"}.`,
  });
  assert.equal(asked.length, 1);
});

interface Answered {
  readonly status: number;
  readonly json: {
    readonly error?: { readonly message: string; readonly errors: readonly { readonly reason: string }[] };
  };
}

/** Asks as a service account: with an access token of it. */
async function askAs(email: string, query: string, more: object = {}): Promise<Answered> {
  const { data } = await auth.request<{ readonly accessToken: string }>({
    url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
    method: 'POST',
    data: { scope: ['https://www.googleapis.com/auth/cloud-platform'] },
  });
  const response = await fetch(`${cloud.url}/bigquery/v2/projects/${TEST_PROJECT}/queries`, {
    method: 'POST',
    headers: { authorization: `Bearer ${data.accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, useLegacySql: false, ...more }),
  });
  return { status: response.status, json: (await response.json()) as Answered['json'] };
}

test('only whom the dataset is shared with may call its remote functions', async () => {
  const [ann, ben] = ['ann', 'ben'].map((name) => `${name}@${TEST_PROJECT}.iam.gserviceaccount.com`) as [
    string,
    string,
  ];
  await datasetWith('shared', [{ role: 'READER', userByEmail: ann }]);
  asked.length = 0;
  assert.equal((await askAs(ann, 'SELECT shared.next(1), SESSION_USER()')).status, 200);
  assert.equal(asked[0]?.body.sessionUser, ann);
  asked.length = 0;
  const message = `Access Denied: Routine ${TEST_PROJECT}:shared.next: User does not have permission to invoke routine ${TEST_PROJECT}.shared.next.`;
  const tries = [
    { query: 'SELECT shared.next(1)' },
    { query: 'SELECT shared.next(1)', more: { dryRun: true } },
    { query: 'SELECT shared.next(n) FROM UNNEST(CAST([] AS ARRAY<INT64>)) AS n' },
    { query: 'BEGIN SELECT shared.next(1); END' },
    { query: 'CREATE TABLE shared.t AS SELECT shared.next(1) AS n' },
  ];
  for (const { query, more } of tries) {
    const { status, json } = await askAs(ben, query, more);
    assert.equal(status, 403, query);
    assert.equal(json.error?.errors[0]?.reason, 'accessDenied');
    assert.ok(json.error.message.startsWith(message), json.error.message);
  }
  assert.deepEqual(asked, []);
  await auth.request({
    url: `${cloud.url}/bigquery/v2/projects/${TEST_PROJECT}/datasets/shared/routines/next:setIamPolicy`,
    method: 'POST',
    data: { policy: { bindings: [{ role: 'roles/bigquery.dataViewer', members: [`serviceAccount:${ben}`] }] } },
  });
  assert.equal((await askAs(ben, 'SELECT shared.next(1)')).status, 200);
});

test('a routine needs a connection that is there, when it is made over REST and when it is called', async () => {
  const routine = (connection: string): object => ({
    routineType: 'SCALAR_FUNCTION',
    arguments: [{ name: 'n', dataType: { typeKind: 'INT64' } }],
    returnType: { typeKind: 'INT64' },
    remoteFunctionOptions: { endpoint: ENDPOINT, connection },
  });
  const dataset = bigquery.dataset('d');
  await dataset.createRoutine('over_rest', routine(CONNECTION));
  assert.deepEqual((await bigquery.query('SELECT d.over_rest(1) AS m'))[0], [{ m: 2 }]);
  const gone = { message: `Not found: Connection ${TEST_PROJECT}.us.gone` };
  await assert.rejects(dataset.createRoutine('nowhere', routine(CONNECTION.replace('calls', 'gone'))), gone);
  await bigquery.query(`CREATE FUNCTION d.nowhere(n INT64) RETURNS INT64
    REMOTE WITH CONNECTION \`${TEST_PROJECT}.us.gone\` OPTIONS (endpoint = '${ENDPOINT}')`);
  await assert.rejects(bigquery.query('SELECT d.nowhere(1)'), gone);
});
