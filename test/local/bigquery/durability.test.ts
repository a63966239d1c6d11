// Kills the process of the cloud with work in it, and looks at what its clients find afterwards.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { freePort } from '#test/free-port.ts';
import { type CloudProcess, startCloudProcess } from '#test/local/cloud-process.ts';

const PROJECT = 'test-project';
const dataDir = mkdtempSync(join(tmpdir(), 'tributary-durability-'));

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
let cloud: CloudProcess;

async function start(): Promise<void> {
  cloud = await startCloudProcess(dataDir, port, ['--project', PROJECT]);
}

after(async () => {
  await cloud.kill();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Reply {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

async function send(method: string, path: string, body?: object): Promise<Reply> {
  const response = await fetch(`${url}/bigquery/v2/projects/${PROJECT}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

async function query(sql: string): Promise<Reply> {
  return send('POST', '/queries', { query: sql, useLegacySql: false, location: 'US', timeoutMs: 60_000 });
}

async function number(sql: string): Promise<number> {
  const { json } = await query(sql);
  return Number((json['rows'] as { f: { v: string }[] }[])[0]?.f[0]?.v);
}

interface JobReply {
  readonly status: { readonly state: string; readonly errorResult?: { readonly reason: string } };
}

/** The job as it is once it is done. */
async function ended(jobId: string): Promise<JobReply> {
  for (;;) {
    const { status, json } = await send('GET', `/jobs/${jobId}?location=US`);
    assert.equal(status, 200);
    const job = json as unknown as JobReply;
    if (job.status.state === 'DONE') return job;
    await send('GET', `/queries/${jobId}?location=US&timeoutMs=1000`);
  }
}

const table = (tableId: string): object => ({ projectId: PROJECT, datasetId: 'd', tableId });

await start();
await send('POST', '/datasets', { datasetReference: { datasetId: 'd' } });

test('whatever was acknowledged is there after a kill', async () => {
  await query('CREATE TABLE d.kept (n INT64)');
  const done = { acknowledged: 0, attempts: 0 };
  const enough = Promise.withResolvers<null>();
  const writing = (async () => {
    for (;;) {
      done.attempts += 1;
      const rows = [{ json: { n: done.attempts } }];
      const { status } = await send('POST', '/datasets/d/tables/kept/insertAll', { rows });
      if (status === 200) done.acknowledged += 1;
      if (done.acknowledged === 50) enough.resolve(null);
    }
  })().catch(() => undefined);
  await enough.promise;
  await cloud.kill();
  await writing;
  await start();
  const found = await number('SELECT COUNT(*) FROM d.kept');
  const { acknowledged, attempts } = done;
  assert.ok(
    found >= acknowledged && found <= attempts,
    `${acknowledged} acknowledged, ${attempts} tried, ${found} found`,
  );
});

test('a copy that was interrupted is done after the restart, whenever the process was killed', async () => {
  await query('CREATE TABLE d.source AS SELECT n FROM UNNEST(GENERATE_ARRAY(1, 200000)) AS n');
  for (let round = 1; round <= 4; round += 1) {
    const configuration = {
      copy: {
        sourceTable: table('source'),
        destinationTable: table(`copied_${round}`),
        writeDisposition: 'WRITE_TRUNCATE',
      },
    };
    const jobReference = { jobId: `copy_${round}`, location: 'US' };
    const inserted = await send('POST', '/jobs', { jobReference, configuration });
    assert.equal(inserted.status, 200);
    for (let turn = 0; turn < (round - 1) * 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await cloud.kill();
    await start();
    const again = await send('POST', '/jobs', { jobReference, configuration });
    assert.equal(again.status, 409);
    const job = await ended(`copy_${round}`);
    assert.equal(job.status.errorResult, undefined);
    assert.equal(await number(`SELECT COUNT(*) FROM d.copied_${round}`), 200_000);
  }
});

test('a statement that may have had its effect ends with an error that asks for another try, or is done', async () => {
  await query('CREATE TABLE d.added (n INT64)');
  const configuration = {
    query: { query: 'INSERT d.added (n) SELECT n FROM UNNEST(GENERATE_ARRAY(1, 300000)) AS n', useLegacySql: false },
  };
  const inserted = await send('POST', '/jobs', { jobReference: { jobId: 'add_1', location: 'US' }, configuration });
  assert.equal(inserted.status, 200);
  await cloud.kill();
  await start();
  const job = await ended('add_1');
  const rows = await number('SELECT COUNT(*) FROM d.added');
  if (job.status.errorResult === undefined) assert.equal(rows, 300_000);
  else {
    assert.equal(job.status.errorResult.reason, 'backendError');
    assert.ok(rows === 0 || rows === 300_000);
  }
});

test('a read that was interrupted answers after the restart', async () => {
  const configuration = {
    query: { query: 'SELECT COUNT(*) AS n FROM d.source AS a JOIN d.source AS b USING (n)', useLegacySql: false },
  };
  await send('POST', '/jobs', { jobReference: { jobId: 'read_1', location: 'US' }, configuration });
  await cloud.kill();
  await start();
  const { json } = await send('GET', '/queries/read_1?location=US&timeoutMs=60000');
  // Done before the kill: its rows were in memory only. Else it ran again.
  if (json['error'] === undefined) assert.deepEqual(json['rows'], [{ f: [{ v: '200000' }] }]);
  else assert.equal((json['error'] as { code: number }).code, 404);
});

test('definitions and the history of jobs are there after a kill', async () => {
  const { json: before } = await send('GET', '/jobs/copy_1?location=US');
  await cloud.kill();
  await start();
  const { json: job } = await send('GET', '/jobs/copy_1?location=US');
  assert.deepEqual(job, before);
  const { json: tables } = await send('GET', '/datasets/d/tables');
  assert.ok((tables['tables'] as object[]).length >= 6);
});
