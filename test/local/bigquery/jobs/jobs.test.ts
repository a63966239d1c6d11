import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { refusedFor } from '#test/local/bigquery/refusals.ts';

const cloud = await startTestCloud();
const bigquery = await bigQueryClient();
const [dataset] = await bigquery.createDataset('d');
const SLOW =
  'SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 200000)) AS a, UNNEST(GENERATE_ARRAY(1, 200000)) AS b WHERE MOD(a * b, 7) = 1';

async function rowsOf(query: string): Promise<unknown[]> {
  return (await bigquery.query(query))[0];
}

test('a query job runs to its end and is told apart from others by its id', async () => {
  const [job] = await bigquery.createQueryJob({ query: 'SELECT 1 AS a', jobId: 'query_1', labels: { team: 'x' } });
  await job.promise();
  const [metadata] = await job.getMetadata();
  assert.equal(metadata.kind, 'bigquery#job');
  assert.equal(metadata.id, `${TEST_PROJECT}:US.query_1`);
  assert.equal(metadata.status.state, 'DONE');
  assert.equal(metadata.configuration.jobType, 'QUERY');
  assert.equal(metadata.configuration.query.query, 'SELECT 1 AS a');
  assert.deepEqual(metadata.configuration.labels, { team: 'x' });
  assert.match(metadata.statistics.creationTime, /^\d{13}$/);
  assert.match(metadata.statistics.endTime, /^\d{13}$/);
  assert.equal(metadata.user_email, `owner@${TEST_PROJECT}.iam.gserviceaccount.com`);
});

test('a job id is taken once', async () => {
  await bigquery.createQueryJob({ query: 'SELECT 1', jobId: 'taken' });
  await assert.rejects(bigquery.createQueryJob({ query: 'SELECT 2', jobId: 'taken' }), {
    code: 409,
    message: `Already Exists: Job ${TEST_PROJECT}:US.taken`,
  });
  await assert.rejects(bigquery.createQueryJob({ query: 'SELECT 2', jobId: 'not an id' }), /Invalid job ID/);
});

test('a job that is not there is not found', async () => {
  await assert.rejects(bigquery.job('nothing').getMetadata(), {
    code: 404,
    message: `Not found: Job ${TEST_PROJECT}:nothing`,
  });
  assert.deepEqual(await bigquery.job('nothing').exists(), [false]);
});

test('a job ends with its error, and its results answer the same', async () => {
  const [job] = await bigquery.createQueryJob('SELECT 1 / 0');
  await assert.rejects(job.promise(), /division by zero/i);
  const [metadata] = await job.getMetadata();
  assert.equal(metadata.status.state, 'DONE');
  assert.equal(metadata.status.errorResult.reason, 'invalidQuery');
  assert.deepEqual(metadata.status.errors, [metadata.status.errorResult]);
  await assert.rejects(job.getQueryResults(), refusedFor('invalidQuery', /division by zero/i));
});

test('rows go to a destination as its dispositions say', async () => {
  const destination = dataset.table('dest');
  const write = async (query: string, options: object = {}): Promise<void> => {
    const [job] = await bigquery.createQueryJob({ query, destination, ...options });
    await job.promise();
  };
  await assert.rejects(write('SELECT 1 AS a', { createDisposition: 'CREATE_NEVER' }), /Not found: Table/);
  await write('SELECT 1 AS a');
  await assert.rejects(write('SELECT 2 AS a'), /Already Exists: Table/);
  await write('SELECT 2 AS a', { writeDisposition: 'WRITE_APPEND' });
  assert.deepEqual(await rowsOf('SELECT a FROM d.dest ORDER BY a'), [{ a: 1 }, { a: 2 }]);
  await write('SELECT 3 AS a', { writeDisposition: 'WRITE_TRUNCATE' });
  assert.deepEqual(await rowsOf('SELECT a FROM d.dest'), [{ a: 3 }]);
});

test('the results of a job with a destination are the rows of its table', async () => {
  const [job] = await bigquery.createQueryJob({ query: 'SELECT 7 AS a', destination: dataset.table('read') });
  assert.deepEqual((await job.getQueryResults())[0], [{ a: 7 }]);
  await cloud.restart();
  assert.deepEqual((await job.getQueryResults())[0], [{ a: 7 }]);
});

test('a query replaces one partition and leaves the others', async () => {
  await dataset.createTable('days', { schema: 'day:DATE,n:INTEGER', timePartitioning: { type: 'DAY', field: 'day' } });
  const write = async (day: string, n: number): Promise<void> => {
    const [job] = await bigquery.createQueryJob({
      query: `SELECT DATE '${day}' AS day, ${n} AS n`,
      destination: dataset.table(`days$${day.replaceAll('-', '')}`),
      writeDisposition: 'WRITE_TRUNCATE',
    });
    await job.promise();
  };
  await write('2026-08-01', 1);
  await write('2026-08-02', 2);
  await write('2026-08-01', 3);
  assert.deepEqual(await rowsOf('SELECT n FROM d.days ORDER BY day'), [{ n: 3 }, { n: 2 }]);
});

test('a copy job copies a table, or one partition over another', async () => {
  const layout = { schema: 'day:DATE,n:INTEGER', timePartitioning: { type: 'DAY', field: 'day' } };
  const [staging] = await dataset.createTable('staging', layout);
  const [published] = await dataset.createTable('published', layout);
  await staging.insert([
    { day: '2026-08-01', n: 1 },
    { day: '2026-08-01', n: 2 },
  ]);
  await published.insert([
    { day: '2026-08-01', n: 9 },
    { day: '2026-08-02', n: 8 },
  ]);
  const [job] = await dataset.table('staging$20260801').createCopyJob(dataset.table('published$20260801'), {
    writeDisposition: 'WRITE_TRUNCATE',
    jobId: 'publish_x__y_2026-08-01_1_1',
  });
  await job.promise();
  const [metadata] = await job.getMetadata();
  assert.equal(metadata.statistics.copy.copiedRows, '2');
  assert.deepEqual(await rowsOf('SELECT n FROM d.published ORDER BY n'), [{ n: 1 }, { n: 2 }, { n: 8 }]);
  const [whole] = await staging.createCopyJob(dataset.table('whole'));
  await whole.promise();
  assert.deepEqual(await rowsOf('SELECT COUNT(*) AS n FROM d.whole'), [{ n: 2 }]);
  const [again] = await staging.createCopyJob(dataset.table('whole'));
  await assert.rejects(again.promise(), /Already Exists: Table/);
});

test('a copy from several tables appends all of them', async () => {
  for (const id of ['c1', 'c2']) await bigquery.query(`CREATE TABLE d.${id} AS SELECT '${id}' AS a`);
  const [job] = await dataset.table('c3').createCopyFromJob([dataset.table('c1'), dataset.table('c2')], {});
  await job.promise();
  assert.deepEqual(await rowsOf('SELECT a FROM d.c3 ORDER BY a'), [{ a: 'c1' }, { a: 'c2' }]);
});

test('lists are newest first, by state, time and page', async () => {
  const before = Date.now();
  for (const jobId of ['list_1', 'list_2', 'list_3']) {
    const [job] = await bigquery.createQueryJob({ query: 'SELECT 1', jobId });
    await job.promise();
  }
  const ids = (jobs: readonly { id?: string }[]): (string | undefined)[] => jobs.map(({ id }) => id);
  const [jobs] = await bigquery.getJobs({ minCreationTime: String(before), stateFilter: ['done'] });
  assert.deepEqual(ids(jobs), ['list_3', 'list_2', 'list_1']);
  const [page, , reply] = await bigquery.getJobs({
    minCreationTime: String(before),
    maxResults: 2,
    autoPaginate: false,
  });
  assert.deepEqual(ids(page), ['list_3', 'list_2']);
  const [rest] = await bigquery.getJobs({
    minCreationTime: String(before),
    pageToken: String(reply?.nextPageToken),
    autoPaginate: false,
  });
  assert.deepEqual(ids(rest), ['list_1']);
  assert.equal(jobs[0]?.metadata.configuration, undefined);
  const [full] = await bigquery.getJobs({ minCreationTime: String(before), projection: 'full' });
  assert.equal(full[0]?.metadata.configuration.query.query, 'SELECT 1');
});

test('a running job is cancelled', async () => {
  const [job] = await bigquery.createQueryJob(SLOW);
  const [reply] = await job.cancel();
  assert.equal((reply as { kind?: string }).kind, 'bigquery#jobCancelResponse');
  await assert.rejects(job.promise(), /Job execution was cancelled: User requested cancellation/);
  const [metadata] = await job.getMetadata();
  assert.equal(metadata.status.errorResult.reason, 'stopped');
});

test('a job that takes longer than it may ends with an error', async () => {
  const [job] = await bigquery.createQueryJob({ query: SLOW, jobTimeoutMs: 200 });
  await assert.rejects(job.promise(), /timed out|timeout/i);
});

test('a job is deleted from the history, with its results', async () => {
  const [job] = await bigquery.createQueryJob({ query: 'SELECT 1', jobId: 'deleted', location: 'US' });
  await job.promise();
  await job.delete();
  assert.deepEqual(await job.exists(), [false]);
});

test('a job runs where its data is, and is found there', async () => {
  await bigquery.createDataset('north', { location: 'europe-north1' });
  const schema = [{ name: 'a', type: 'INTEGER' }];
  await bigquery.dataset('north').createTable('t', { schema });
  const [job] = await bigquery.createQueryJob('SELECT a FROM north.t');
  assert.equal(job.location, 'europe-north1');
  await job.promise();
  await assert.rejects(bigquery.job(String(job.id)).getMetadata(), { code: 404 });
  const [found] = await bigquery.job(String(job.id), { location: 'EUROPE-NORTH1' }).getMetadata();
  assert.equal(found.jobReference.location, 'europe-north1');
  await assert.rejects(
    bigquery.createQueryJob({ query: 'SELECT 1', location: 'EU', defaultDataset: { datasetId: 'north' } }),
    /Not found: Dataset test-project:north was not found in location EU/,
  );
});

test('jobs and their errors are there after a restart; the rows of a query without a destination are not', async () => {
  const [good] = await bigquery.createQueryJob({ query: 'SELECT 1', jobId: 'kept_good' });
  const [bad] = await bigquery.createQueryJob({ query: 'SELEC', jobId: 'kept_bad' });
  await good.promise();
  await assert.rejects(bad.promise());
  await cloud.restart();
  assert.equal((await good.getMetadata())[0].status.state, 'DONE');
  assert.equal((await bad.getMetadata())[0].status.errorResult.reason, 'invalidQuery');
  await assert.rejects(good.getQueryResults(), refusedFor('notFound', /^Not found: Table test-project:_/));
  await assert.rejects(bigquery.createQueryJob({ query: 'SELECT 1', jobId: 'kept_good' }), { code: 409 });
});
