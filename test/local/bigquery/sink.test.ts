import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '#test/eventually.ts';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

await startTestCloud();
const { PubSub } = await import('@google-cloud/pubsub');
const bigquery = await bigQueryClient();
const pubsub = new PubSub();
const [dataset] = await bigquery.createDataset('raw');

test('a BigQuery subscription writes published messages into its table', async () => {
  const [table] = await dataset.createTable('plays', {
    schema: 'event_id:STRING,received_at:TIMESTAMP,ms_played:INTEGER',
    timePartitioning: { type: 'DAY', field: 'received_at' },
  });
  const [topic] = await pubsub.createTopic('plays');
  await topic.createSubscription('plays-to-bigquery', {
    bigqueryConfig: { table: `${TEST_PROJECT}.raw.plays`, useTableSchema: true, dropUnknownFields: true },
  });
  const receivedAt = Date.UTC(2026, 7, 1, 12) * 1000 + 5;
  for (let n = 0; n < 10; n += 1) {
    await topic.publishMessage({ json: { event_id: `e${n}`, received_at: receivedAt, ms_played: n, unknown: 'x' } });
  }
  let rows: { n: number; latest: { value: string }; sum: number }[] = [];
  const landed = async (): Promise<boolean> => {
    [rows] = await bigquery.query(
      `SELECT COUNT(DISTINCT event_id) AS n, MAX(received_at) AS latest, SUM(ms_played) AS sum FROM raw.${table.id}`,
    );
    return rows[0]?.n === 10;
  };
  await until(landed, 'ten events to land', { withinMs: 20_000 });
  assert.equal(rows[0]?.sum, 45);
  assert.equal(rows[0]?.latest.value, '2026-08-01T12:00:00.000005000Z');
});
