/** Deleting rows by tokens over Google's client: what is deleted, what is left, and that the history of jobs holds no token. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  deletionJob,
  deletionSql,
  keysSql,
  remainingSql,
  tokenTable,
} from '#functions/privacy/erasures/row-statements.ts';
import { parseId } from '#shared/platform/ids.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

await startTestCloud();
const { BigQuery } = await import('@google-cloud/bigquery');
const { createErasedRows } = await import('#shared/gcp/erased-rows.ts');

const LOCATION = 'europe-north1';
const ERASURE = '019a0000-0000-7000-8000-000000000001';
const client = new BigQuery({ projectId: TEST_PROJECT, location: LOCATION });
const served = await client.getDatasets().then(
  () => true,
  () => false,
);
const skip = served ? false : 'the local cloud does not serve BigQuery yet';
const rows = createErasedRows({ projectId: TEST_PROJECT, region: LOCATION });
const [ann, visitor, ben] = ['a'.repeat(26), 'b'.repeat(26), 'c'.repeat(26)];
const tokens = tokenTable(ERASURE);

before(async () => {
  if (!served) return;
  for (const dataset of ['music', 'staging']) await client.createDataset(dataset, { location: LOCATION });
  const columns = 'subject STRING, friend STRING, email STRING';
  for (const table of ['music.mails', 'staging.music__mails__20260801_1', 'staging.music__others__20260801_1']) {
    await client.query(`CREATE TABLE ${table} (day DATE, ${columns}) PARTITION BY day`);
    await client.query(
      `INSERT INTO ${table} (day, subject, friend, email) VALUES ` +
        [
          `('2026-08-01', '${ann}', NULL, 'ann')`,
          `('2026-08-02', '${visitor}', NULL, 'ann')`,
          `('2026-08-02', '${ben}', '${ann}', 'ben')`,
          `('2026-08-02', '${ben}', NULL, 'ben')`,
          `('2026-08-02', NULL, NULL, NULL)`,
        ].join(', '),
    );
  }
});

test('the tables of an endpoint in staging are found by their names', { skip }, async () => {
  assert.deepEqual(await rows.tables('staging', 'music__mails__'), ['music__mails__20260801_1']);
  assert.deepEqual(await rows.tables('staging', 'nothing__'), []);
});

test(
  'rows that hold a token in one of the columns are deleted once, whoever runs the job again',
  { skip },
  async () => {
    await rows.loadTokens(tokens, ['somebody else', 'entirely']);
    await rows.loadTokens(tokens, [ann, visitor]);
    const job = deletionJob(ERASURE, 'music.mails', 1);
    const sql = deletionSql('music.mails', ['subject', 'friend'], tokens);
    assert.equal(await rows.count(remainingSql('music.mails', ['subject', 'friend'], tokens)), 3);
    assert.deepEqual(await rows.runStatement(job, sql), { kind: 'done', rows: 3 });
    assert.deepEqual(await rows.runStatement(job, sql), { kind: 'done', rows: 3 });
    assert.equal(await rows.count(remainingSql('music.mails', ['subject', 'friend'], tokens)), 0);
    assert.equal(await rows.count('SELECT COUNT(*) AS n FROM music.mails'), 2);
  },
);

test(
  'the partitions of events that hold a token are told by their keys, and whether a job runs',
  { skip },
  async () => {
    await client.query(
      'CREATE TABLE music.played (hour TIMESTAMP, subject STRING) PARTITION BY TIMESTAMP_TRUNC(hour, HOUR)',
    );
    await client.query(
      `INSERT INTO music.played (hour, subject) VALUES ('2026-08-01 10:05:00+00', '${ann}'),
       ('2026-08-01 10:07:00+00', '${visitor}'), ('2026-08-02 23:00:00+00', '${ann}'), ('2026-08-03 01:00:00+00', '${ben}')`,
    );
    const id = parseId('endpoint', 'music.played') ?? assert.fail();
    const keys = (grain: 'hour' | 'day'): Promise<readonly string[]> =>
      rows.texts(keysSql({ id, grain, partitionColumn: 'hour' }, ['subject'], tokens));
    assert.deepEqual([...(await keys('hour'))].sort(), ['2026-08-01T10', '2026-08-02T23']);
    assert.deepEqual([...(await keys('day'))].sort(), ['2026-08-01', '2026-08-02']);
    assert.equal(await rows.isRunning(deletionJob(ERASURE, 'music.mails', 1)), false);
    assert.equal(await rows.isRunning('stage_of_nothing'), false);
  },
);

test('no job of the history holds a token, and the table of tokens goes', { skip }, async () => {
  const [jobs] = await client.getJobs({ allUsers: true });
  const history = await Promise.all(jobs.map(async (job) => JSON.stringify((await job.getMetadata())[0])));
  const own = history.filter((text) => /erase_|erasing_/.test(text));
  assert.ok(own.length >= 4, `${own.length} jobs`);
  for (const text of own) assert.ok(![ann, visitor, ben].some((token) => text.includes(token)), text);
  await rows.dropTable(tokens);
  await rows.dropTable(tokens);
  await assert.rejects(rows.count(remainingSql('music.mails', ['subject'], tokens)));
});

test('a statement that fails says why in the word of BigQuery, and its name is taken', { skip }, async () => {
  const failed = await rows
    .runStatement('erase_fails_1', 'DELETE FROM `music.nowhere` WHERE TRUE')
    .catch((thrown: { code?: string }) => thrown.code);
  assert.ok(
    failed === 'cloud_missing' || (typeof failed === 'object' && failed.kind === 'failed'),
    JSON.stringify(failed),
  );
});
