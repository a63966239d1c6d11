import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

const cloud = await startTestCloud();
const { Storage } = await import('@google-cloud/storage');
const bigquery = await bigQueryClient();
const [bucket] = await new Storage().createBucket('load-sources');
const [dataset] = await bigquery.createDataset('d');
const folder = mkdtempSync(join(tmpdir(), 'tributary-loads-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const SCHEMA = {
  fields: [
    { name: 'a', type: 'INTEGER' },
    { name: 'b', type: 'STRING' },
  ],
};

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function rowsOf(table: string): Promise<unknown[]> {
  return (await bigquery.query(`SELECT a, b FROM d.${table} ORDER BY a, b`))[0];
}

/** Runs a load of a local file to its end. */
async function load(
  table: string,
  path: string,
  options: object = {},
): Promise<{ statistics: { load: Record<string, string> } }> {
  const [job] = await dataset.table(table).createLoadJob(path, options);
  await job.promise();
  const [metadata] = await job.getMetadata();
  return metadata as { statistics: { load: Record<string, string> } };
}

test('a file of CSV makes its table', async () => {
  const { statistics } = await load('csv', file('1.csv', 'a,b\n1,"x, y"\n2,\n'), {
    schema: SCHEMA,
    skipLeadingRows: 1,
  });
  assert.equal(statistics.load['outputRows'], '2');
  assert.equal(statistics.load['inputFiles'], '1');
  assert.deepEqual(await rowsOf('csv'), [
    { a: 1, b: 'x, y' },
    { a: 2, b: null },
  ]);
});

test('a file of JSON is added to a table, by the columns of the table', async () => {
  await dataset.createTable('json', { schema: SCHEMA });
  await load('json', file('1.json', '{"a":1,"b":"x"}\n{"b":"y"}\n'));
  await load('json', file('2.json', '{"a":2}\n'));
  assert.deepEqual(await rowsOf('json'), [
    { a: null, b: 'y' },
    { a: 1, b: 'x' },
    { a: 2, b: null },
  ]);
});

test('a load replaces a table, or refuses one that is not empty, as it is told', async () => {
  await load('replaced', file('3.json', '{"a":1,"b":"x"}\n'), { schema: SCHEMA });
  await assert.rejects(
    load('replaced', file('4.json', '{"a":2}\n'), { writeDisposition: 'WRITE_EMPTY' }),
    /Already Exists: Table/,
  );
  await load('replaced', file('5.json', '{"a":3,"c":true}\n'), {
    writeDisposition: 'WRITE_TRUNCATE',
    schema: {
      fields: [
        { name: 'a', type: 'INTEGER', mode: 'REQUIRED' },
        { name: 'c', type: 'BOOLEAN' },
      ],
    },
  });
  assert.deepEqual((await bigquery.query('SELECT * FROM d.replaced'))[0], [{ a: 3, c: true }]);
  const [metadata] = await dataset.table('replaced').getMetadata();
  assert.equal(metadata.schema.fields[0].mode, 'REQUIRED');
});

test('a bad record stops all of a load, unless some are allowed', async () => {
  const text = '{"a":1,"b":"x"}\n{"a":"not a number"}\n{"zz":1}\n{"a":2}\n';
  await dataset.createTable('bad', { schema: SCHEMA });
  await assert.rejects(load('bad', file('6.json', text)), /Error while reading data/);
  assert.deepEqual(await rowsOf('bad'), []);
  const { statistics } = await load('bad', file('7.json', text), { maxBadRecords: 2 });
  assert.equal(statistics.load['badRecords'], '2');
  assert.equal(statistics.load['outputRows'], '2');
  assert.deepEqual(await rowsOf('bad'), [
    { a: 1, b: 'x' },
    { a: 2, b: null },
  ]);
});

test('a load fills one partition', async () => {
  await dataset.createTable('days', {
    schema: 'a:INTEGER,b:STRING,day:DATE',
    timePartitioning: { type: 'DAY', field: 'day' },
  });
  await load('days', file('8.json', '{"a":1,"day":"2026-08-01"}\n{"a":2,"day":"2026-08-02"}\n'));
  await load('days$20260801', file('9.json', '{"a":3,"day":"2026-08-01"}\n'), { writeDisposition: 'WRITE_TRUNCATE' });
  assert.deepEqual(await rowsOf('days'), [
    { a: 2, b: null },
    { a: 3, b: null },
  ]);
});

test('many rows arrive whole and in one step', async () => {
  const count = 30_000;
  const path = file('many.csv', Array.from({ length: count }, (_, index) => `${index},value ${index}`).join('\n'));
  await load('many', path, { schema: SCHEMA });
  const [rows] = await bigquery.query('SELECT COUNT(*) AS n, COUNT(DISTINCT a) AS d, MAX(b) AS b FROM d.many');
  assert.deepEqual(rows, [{ n: count, d: count, b: 'value 9999' }]);
  const [tables] = await dataset.getTables();
  assert.ok(tables.every(({ id }) => !String(id).startsWith('load_')));
  const [datasets] = await bigquery.getDatasets({ all: true });
  assert.deepEqual(
    datasets.map(({ id }) => id),
    ['d'],
  );
});

test('objects of Cloud Storage are loaded, by name or by wildcard', async () => {
  await bucket.file('in/1.json').save('{"a":1,"b":"x"}\n');
  await bucket.file('in/2.json').save('{"a":2,"b":"y"}\n');
  const [job] = await dataset.table('stored').createLoadJob(bucket.file('in/*.json'), { schema: SCHEMA });
  await job.promise();
  assert.deepEqual(await rowsOf('stored'), [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ]);
  const [metadata] = await job.getMetadata();
  assert.equal(metadata.statistics.load.inputFiles, '2');
  const [missing] = await dataset.table('stored').createLoadJob(bucket.file('in/none.json'));
  await assert.rejects(missing.promise(), /Not found: URI gs:\/\/load-sources\/in\/none\.json/);
});

test('content comes in pieces over a resumable upload', async () => {
  const url = `${cloud.url}/upload/bigquery/v2/projects/${TEST_PROJECT}/jobs?uploadType=resumable`;
  const configuration = {
    load: {
      destinationTable: { datasetId: 'd', tableId: 'pieces' },
      schema: SCHEMA,
      sourceFormat: 'NEWLINE_DELIMITED_JSON',
    },
  };
  const opened = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ configuration, jobReference: { jobId: 'pieces_1' } }),
  });
  const session = String(opened.headers.get('location'));
  assert.ok(session.startsWith(cloud.url));
  const content = '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n';
  const put = (from: number, to: number, total: number | '*'): Promise<Response> =>
    fetch(session, {
      method: 'PUT',
      headers: { 'content-range': `bytes ${from}-${to - 1}/${total}` },
      body: content.slice(from, to),
    });
  const first = await put(0, 20, '*');
  assert.equal(first.status, 308);
  assert.equal(first.headers.get('range'), 'bytes=0-19');
  const asked = await fetch(session, { method: 'PUT', headers: { 'content-range': 'bytes */*' } });
  assert.equal(asked.status, 308);
  assert.equal(asked.headers.get('range'), 'bytes=0-19');
  const last = await put(20, content.length, content.length);
  assert.equal(last.status, 200);
  const job = (await last.json()) as { status: { state: string }; jobReference: { jobId: string } };
  assert.equal(job.status.state, 'DONE');
  assert.equal(job.jobReference.jobId, 'pieces_1');
  assert.deepEqual(await rowsOf('pieces'), [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ]);
  const again = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ configuration, jobReference: { jobId: 'pieces_1' } }),
  });
  assert.equal(again.status, 409);
});
