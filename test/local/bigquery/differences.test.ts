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

test('a project id of four characters is served, one that is none is refused', async () => {
  const datasets = (project: string): Promise<Response> =>
    fetch(`${cloud.url}/bigquery/v2/projects/${project}/datasets`);
  assert.equal((await datasets('test')).status, 200);
  for (const project of ['abc', 'Test-Project', '4-projects', 'test-']) {
    assert.equal((await datasets(project)).status, 400, project);
  }
});
