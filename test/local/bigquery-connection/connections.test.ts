import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const { GoogleAuth } = await import('google-auth-library');
const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
const PARENT = `projects/${TEST_PROJECT}/locations/europe-north1`;
const API = 'https://bigqueryconnection.googleapis.com/v1';

interface Connection {
  readonly name: string;
  readonly friendlyName?: string;
  readonly cloudResource: { readonly serviceAccountId: string };
}

async function call<T = Connection>(method: string, path: string, data?: object): Promise<T> {
  const reply = await auth.request<T>({ url: `${API}/${path}`, method, ...(data === undefined ? {} : { data }) });
  return reply.data;
}

function create(id: string, body: object = { cloudResource: {} }): Promise<Connection> {
  return call('POST', `${PARENT}/connections?connectionId=${id}`, body);
}

const refused = (status: number) => (error: unknown) => {
  assert.equal((error as { readonly status?: number }).status, status);
  return true;
};

test('a connection is made with a service account of its own, and found, listed, changed and deleted', async () => {
  const made = await create('one', { friendlyName: 'One', cloudResource: {} });
  assert.equal(made.name, `${PARENT}/connections/one`);
  assert.match(
    made.cloudResource.serviceAccountId,
    /^bqcx-\d+-[a-z0-9]{4}@gcp-sa-bigquery-condel\.iam\.gserviceaccount\.com$/,
  );
  assert.deepEqual(await call('GET', made.name), made);
  const two = await create('two');
  assert.notEqual(two.cloudResource.serviceAccountId, made.cloudResource.serviceAccountId);
  const first = await call<{ readonly connections: readonly Connection[]; readonly nextPageToken: string }>(
    'GET',
    `${PARENT}/connections?pageSize=1`,
  );
  assert.deepEqual(first.connections, [made]);
  const second = await call<{ readonly connections: readonly Connection[]; readonly nextPageToken?: string }>(
    'GET',
    `${PARENT}/connections?pageSize=1&pageToken=${first.nextPageToken}`,
  );
  assert.deepEqual(second, { connections: [two] });
  const changed = await call('PATCH', `${made.name}?updateMask=friendlyName`, { friendlyName: 'Uno' });
  assert.equal(changed.friendlyName, 'Uno');
  await call('DELETE', made.name);
  await assert.rejects(call('GET', made.name), refused(404));
  await call('DELETE', two.name);
});

test('what Google refuses is refused', async () => {
  await create('twice');
  await assert.rejects(create('twice'), refused(409));
  await assert.rejects(create('no good'), refused(400));
  await assert.rejects(create('nothing', {}), refused(400));
  await assert.rejects(create('sql', { cloudSql: {} }), refused(501));
  await assert.rejects(call('PATCH', `${PARENT}/connections/twice`, { friendlyName: 'x' }), refused(400));
  await assert.rejects(call('GET', `${PARENT}/connections/none`), refused(404));
});

test('policies are kept, over a restart too', async () => {
  const { name } = await create('guarded');
  const bindings = [{ role: 'roles/bigquery.connectionUser', members: ['user:ann@example.com'] }];
  await call('POST', `${name}:setIamPolicy`, { policy: { bindings } });
  await cloud.restart();
  const policy = await call<{ readonly bindings: unknown; readonly etag: string }>('POST', `${name}:getIamPolicy`, {});
  assert.deepEqual(policy.bindings, bindings);
  await assert.rejects(call('POST', `${name}:setIamPolicy`, { policy: { etag: 'b2xk', bindings: [] } }), refused(409));
});
