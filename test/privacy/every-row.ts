// Owns reading every row that a platform has stored.
import assert from 'node:assert/strict';
import type { Ready, TestPlatform } from '#test/main-job/platform.ts';

/** Every row of every table and view, as JSON: what is compressed in a file is plain here. */
export async function everyRow(platform: TestPlatform, ready: Ready): Promise<string> {
  const base = `${ready.cloud}/bigquery/v2/projects/${ready.project}/datasets`;
  const { datasets } = await getJson<{ datasets: { datasetReference: { datasetId: string } }[] }>(
    `${base}?all=true&maxResults=1000`,
  );
  const texts: string[] = [];
  for (const { datasetReference } of datasets) {
    const { tables = [] } = await getJson<{ tables?: { tableReference: { tableId: string } }[] }>(
      `${base}/${datasetReference.datasetId}/tables?maxResults=1000`,
    );
    for (const { tableReference } of tables) {
      const rows = await platform.sql<{ row: string }>(
        `SELECT TO_JSON_STRING(t) AS \`row\` FROM \`${datasetReference.datasetId}.${tableReference.tableId}\` AS t`,
      );
      texts.push(...rows.map(({ row }) => row));
    }
  }
  return texts.join('\n');
}

async function getJson<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  return (await response.json()) as Answer;
}
