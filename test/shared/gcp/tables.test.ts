/** Tables of a dataset as the operator sees them, through Google's client on the local cloud. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

await startTestCloud();
const { BigQuery } = await import('@google-cloud/bigquery');
const { createTable, listTables } = await import('#shared/gcp/tables.ts');

const MORE_THAN_A_PAGE = 1003;
const AT_ONCE = 16;

test('every table of a dataset is seen, also where they are more than BigQuery answers at once', async () => {
  const client = new BigQuery({ projectId: TEST_PROJECT });
  await client.createDataset('raw', { location: 'europe-north1' });
  const names = Array.from({ length: MORE_THAN_A_PAGE }, (_, index) => `raw.t${index}`);
  const rest = [...names];
  const work = async (): Promise<void> => {
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      const columns = [{ name: 'a', type: 'INTEGER', mode: 'NULLABLE' }] as const;
      await createTable(client, { kind: 'table', name, description: 'One of many.', columns, labels: {} });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const listed = await listTables(client, 'raw');
  assert.deepEqual(listed.map(({ name }) => name).toSorted(), names.toSorted());
  assert.deepEqual(await listTables(client, 'nowhere'), []);
});
