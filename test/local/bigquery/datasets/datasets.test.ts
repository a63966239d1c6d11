import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const bigquery = await bigQueryClient();
let made = 0;

function freshId(): string {
  made += 1;
  return `dataset_${made}`;
}

/** A request without a client library, in either form of the path. */
async function send(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${cloud.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

test('a dataset is made with what was asked and what Google adds', async () => {
  const id = freshId();
  const [dataset] = await bigquery.createDataset(id, {
    location: 'eu',
    labels: { team: 'listening' },
    description: 'Raw events.',
    defaultTableExpirationMs: '3600000',
    maxTimeTravelHours: '48',
  });
  const [metadata] = await dataset.getMetadata();
  assert.equal(metadata.id, `${TEST_PROJECT}:${id}`);
  assert.deepEqual(metadata.datasetReference, { projectId: TEST_PROJECT, datasetId: id });
  assert.equal(metadata.location, 'EU');
  assert.deepEqual(metadata.labels, { team: 'listening' });
  assert.equal(metadata.defaultTableExpirationMs, '3600000');
  assert.equal(metadata.maxTimeTravelHours, '48');
  assert.match(metadata.creationTime, /^\d{13}$/);
  assert.ok(metadata.access.some((entry: { specialGroup?: string }) => entry.specialGroup === 'projectOwners'));
});

test('a second dataset of the same id is refused', async () => {
  const id = freshId();
  await bigquery.createDataset(id);
  await assert.rejects(bigquery.createDataset(id), {
    code: 409,
    message: `Already Exists: Dataset ${TEST_PROJECT}:${id}`,
  });
});

test('a dataset that is not there is not found', async () => {
  await assert.rejects(bigquery.dataset('nowhere').getMetadata(), {
    code: 404,
    message: `Not found: Dataset ${TEST_PROJECT}:nowhere`,
  });
  assert.deepEqual(await bigquery.dataset('nowhere').exists(), [false]);
});

test('ids, locations and expirations that Google refuses are refused', async () => {
  await assert.rejects(bigquery.createDataset('not-a-dataset'), /Invalid dataset ID "not-a-dataset"/);
  await assert.rejects(
    bigquery.createDataset(freshId(), { defaultTableExpirationMs: '5' }),
    /minimum value is 3600000/,
  );
  await assert.rejects(bigquery.createDataset(freshId(), { maxTimeTravelHours: '50' }), /multiple of 24/);
  const access = [{ role: 'READER', userByEmail: 'a@example.com', groupByEmail: 'b@example.com' }];
  await assert.rejects(bigquery.createDataset(freshId(), { access }), /exactly one member/);
});

test('lists are in order of id, page by page, filtered by label, without hidden ones unless asked', async () => {
  const ids = ['list_c', 'list_a', 'list_b'];
  for (const id of ids) await bigquery.createDataset(id, { labels: { listed: 'yes' } });
  await bigquery.createDataset('_hidden', { labels: { listed: 'yes' } });
  const filter = 'labels.listed:yes';
  const names = (datasets: readonly { id?: string }[]): (string | undefined)[] => datasets.map(({ id }) => id);
  const [all] = await bigquery.getDatasets({ filter });
  assert.deepEqual(names(all), ['list_a', 'list_b', 'list_c']);
  const [page, next] = await bigquery.getDatasets({ filter, maxResults: 2, autoPaginate: false });
  assert.deepEqual(names(page), ['list_a', 'list_b']);
  assert.ok(next !== null);
  assert.deepEqual(names((await bigquery.getDatasets(next))[0]), ['list_c']);
  const [hidden] = await bigquery.getDatasets({ filter, all: true });
  assert.deepEqual(names(hidden), ['_hidden', 'list_a', 'list_b', 'list_c']);
});

test('a patch changes what it names, removes what it sets to null, and keeps the rest', async () => {
  const [dataset] = await bigquery.createDataset(freshId(), { labels: { a: '1', b: '2' }, description: 'Before.' });
  await dataset.setMetadata({ labels: { a: null, c: '3' }, friendlyName: 'Name' });
  const [metadata] = await dataset.getMetadata();
  assert.deepEqual(metadata.labels, { b: '2', c: '3' });
  assert.equal(metadata.description, 'Before.');
  assert.equal(metadata.friendlyName, 'Name');
});

test('the location of a dataset stays', async () => {
  const [dataset] = await bigquery.createDataset(freshId(), { location: 'EU' });
  await assert.rejects(dataset.setMetadata({ location: 'US' }), { code: 400 });
});

test('an update replaces all that a client may set', async () => {
  const id = freshId();
  await bigquery.createDataset(id, { labels: { a: '1' }, description: 'Before.' });
  const path = `/bigquery/v2/projects/${TEST_PROJECT}/datasets/${id}`;
  const { status, json } = await send('PUT', path, { friendlyName: 'Name' });
  assert.equal(status, 200);
  assert.equal(json['friendlyName'], 'Name');
  assert.equal(json['description'], undefined);
  assert.equal(json['labels'], undefined);
});

test('a change that means another version is refused', async () => {
  const id = freshId();
  await bigquery.createDataset(id);
  const path = `/projects/${TEST_PROJECT}/datasets/${id}`;
  const { json: before } = await send('GET', path);
  const etag = String(before['etag']);
  assert.equal((await send('PATCH', path, { description: 'One.' }, { 'if-match': etag })).status, 200);
  const refused = await send('PATCH', path, { description: 'Two.' }, { 'if-match': etag });
  assert.equal(refused.status, 412);
  assert.deepEqual((refused.json['error'] as { errors: { reason: string }[] }).errors[0]?.reason, 'conditionNotMet');
  assert.equal((await send('DELETE', path, undefined, { 'if-match': etag })).status, 412);
  assert.equal((await send('GET', path)).json['description'], 'One.');
});

test('changes at the same time all take effect', async () => {
  const [dataset] = await bigquery.createDataset(freshId());
  const keys = Array.from({ length: 8 }, (_, index) => `k${index}`);
  await Promise.all(keys.map((key) => dataset.setMetadata({ labels: { [key]: 'x' } })));
  const [metadata] = await dataset.getMetadata();
  assert.deepEqual(Object.keys(metadata.labels).sort(), keys);
});

test('a dataset that holds something is deleted only with its contents', async () => {
  const id = freshId();
  const [dataset] = await bigquery.createDataset(id);
  await dataset.createTable('t', { schema: 'a:INTEGER' });
  await assert.rejects(dataset.delete(), (error: { code: number; errors: { reason: string }[] }) => {
    assert.equal(error.code, 400);
    assert.equal(error.errors[0]?.reason, 'resourceInUse');
    return true;
  });
  await dataset.delete({ force: true });
  assert.deepEqual(await dataset.exists(), [false]);
});

test('a list where one value belongs is refused with its place', async () => {
  const { status, json } = await send('POST', `/bigquery/v2/projects/${TEST_PROJECT}/datasets`, {
    datasetReference: { datasetId: freshId() },
    location: ['EU'],
  });
  assert.equal(status, 400);
  assert.equal(
    (json['error'] as { message: string }).message,
    `Invalid JSON payload received. Unknown name "location" at 'dataset': Proto field is not repeating, cannot start list.`,
  );
});

test('a method that is not served says so', async () => {
  const { status, json } = await send('POST', `/bigquery/v2/projects/${TEST_PROJECT}/datasets/x:undelete`, {});
  assert.equal(status, 501);
  assert.equal((json['error'] as { status: string }).status, 'UNIMPLEMENTED');
});

test('an injected denial reads as BigQuery writes it', async () => {
  cloud.faults.set([
    {
      method: 'bigquery.datasets.get',
      error: { status: 'PERMISSION_DENIED', message: 'Access Denied: Dataset p:d' },
      times: 1,
    },
  ]);
  await assert.rejects(
    bigquery.dataset('any').getMetadata(),
    (error: { code: number; errors: { reason: string }[] }) => {
      assert.equal(error.code, 403);
      assert.equal(error.errors[0]?.reason, 'accessDenied');
      return true;
    },
  );
});

test('datasets are there after a restart', async () => {
  const id = freshId();
  await bigquery.createDataset(id, { labels: { a: 'b' } });
  await cloud.restart();
  const [metadata] = await bigquery.dataset(id).getMetadata();
  assert.deepEqual(metadata.labels, { a: 'b' });
});
