/** What docs/local-cloud.md says of BigQuery and no other test shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { bigQueryClient } from './client.ts';

const cloud = await startTestCloud();
const bigquery = await bigQueryClient();
await bigquery.createDataset('lent', { location: 'EU' });
await bigquery.query('CREATE TABLE lent.books AS SELECT 1 AS n');

test('a table is read as it is, whatever time a query asks for', async () => {
  await bigquery.query('INSERT INTO lent.books VALUES (2)');
  const before = 'TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR)';
  const [rows] = await bigquery.query(`SELECT n FROM lent.books FOR SYSTEM_TIME AS OF ${before} ORDER BY n`);
  assert.deepEqual(rows, [{ n: 1 }, { n: 2 }]);
});

test('no table has row access policies, and none can be made', async () => {
  const url = `${cloud.url}/bigquery/v2/projects/${TEST_PROJECT}/datasets/lent/tables/books/rowAccessPolicies`;
  const listed = await fetch(url);
  assert.deepEqual([listed.status, await listed.json()], [200, {}]);
  assert.equal((await fetch(url, { method: 'POST', body: '{}' })).status, 501);
  await assert.rejects(
    bigquery.query("CREATE ROW ACCESS POLICY mine ON lent.books GRANT TO ('allUsers') FILTER USING (TRUE)"),
    /not supported locally/,
  );
});

/** Rows into a table of the dataset; the errors of those that were refused. */
async function insertAll(table: string, ...rows: readonly object[]): Promise<unknown> {
  const url = `${cloud.url}/bigquery/v2/projects/${TEST_PROJECT}/datasets/lent/tables/${table}/insertAll`;
  const body = JSON.stringify({ rows: rows.map((json) => ({ json })) });
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return ((await response.json()) as { insertErrors?: unknown }).insertErrors;
}

test('a value that insertAll refuses is not told', async () => {
  const errors = await insertAll('books', { n: 'somebody@example.com' });
  assert.match(JSON.stringify(errors), /"location":"n".*"message":"Cannot convert value to integer \(bad value\)\."/);
  assert.ok(!JSON.stringify(errors).includes('somebody'));
});

test('insertAll takes rows for partitions of any time', async () => {
  await bigquery.query('CREATE TABLE lent.days (n INT64) PARTITION BY _PARTITIONDATE');
  await bigquery.query('CREATE TABLE lent.dated (day DATE) PARTITION BY day');
  assert.equal(await insertAll('days$19990101', { n: 1 }), undefined);
  assert.equal(await insertAll('dated', { day: '1970-01-02' }, { day: '2999-12-31' }), undefined);
  const [rows] = await bigquery.query('SELECT CAST(_PARTITIONDATE AS STRING) AS day FROM lent.days');
  assert.deepEqual(rows, [{ day: '1999-01-01' }]);
});

test('when rows of a table changed is forgotten by a restart, and nothing else of it', async () => {
  const told = async (): Promise<{ created: number; modified: number }> => {
    const [table] = await bigquery.dataset('lent').table('books').get();
    const { creationTime, lastModifiedTime } = table.metadata as Readonly<Record<string, string>>;
    return { created: Number(creationTime), modified: Number(lastModifiedTime) };
  };
  const { created } = await told();
  await insertAll('books', { n: 3 });
  assert.ok((await told()).modified > created);
  await cloud.restart();
  assert.equal((await told()).modified, created);
  const [rows] = await bigquery.query('SELECT COUNT(*) AS n FROM lent.books');
  assert.deepEqual(rows, [{ n: 3 }]);
});

test('a project id of four characters is served, one that is none is refused', async () => {
  const datasets = (project: string): Promise<Response> =>
    fetch(`${cloud.url}/bigquery/v2/projects/${project}/datasets`);
  assert.equal((await datasets('test')).status, 200);
  for (const project of ['abc', 'Test-Project', '4-projects', 'test-']) {
    assert.equal((await datasets(project)).status, 400, project);
  }
});
