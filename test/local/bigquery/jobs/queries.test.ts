import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { refusedFor } from '#test/local/bigquery/refusals.ts';

const cloud = await startTestCloud();
const bigquery = await bigQueryClient();
await bigquery.createDataset('d');

/** jobs.query as it is on the wire. */
async function post(body: object): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
  const response = await fetch(`${cloud.url}/bigquery/v2/projects/${TEST_PROJECT}/queries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ useLegacySql: false, ...body }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

async function one(query: string, options: object = {}): Promise<unknown> {
  const [rows] = await bigquery.query({ query, ...options });
  assert.equal(rows.length, 1);
  return Object.values(rows[0] as object)[0];
}

function valueOf(value: unknown): unknown {
  return (value as { readonly value: unknown }).value;
}

test('a query answers its rows', async () => {
  const [rows] = await bigquery.query('SELECT 1 AS one, "two" AS two');
  assert.deepEqual(rows, [{ one: 1, two: 'two' }]);
});

test('values of every type are read as the client library reads them', async () => {
  assert.equal(await one('SELECT CAST(NULL AS STRING)'), null);
  assert.equal(await one('SELECT 1.5'), 1.5);
  assert.equal(await one('SELECT TRUE'), true);
  assert.deepEqual(await one("SELECT b'\\x00\\xff'"), Buffer.from([0, 255]));
  assert.equal(String(await one("SELECT NUMERIC '12345678901234567890.123456789'")), '12345678901234567890.123456789');
  assert.equal(valueOf(await one("SELECT DATE '2026-08-01'")), '2026-08-01');
  assert.equal(valueOf(await one("SELECT TIME '12:34:56.5'")), '12:34:56.500000');
  assert.equal(valueOf(await one("SELECT DATETIME '2026-08-01 12:34:56'")), '2026-08-01T12:34:56');
  assert.equal(
    valueOf(await one("SELECT TIMESTAMP '2026-08-01 12:34:56.789012+00'")),
    '2026-08-01T12:34:56.789012000Z',
  );
  assert.deepEqual(await one('SELECT [1, 2, 3]'), [1, 2, 3]);
  assert.deepEqual(await one("SELECT STRUCT(1 AS a, 'x' AS b)"), { a: 1, b: 'x' });
  assert.deepEqual(await one('SELECT [STRUCT(1 AS a), STRUCT(2 AS a)]'), [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(JSON.parse(String(await one(`SELECT JSON '{"a": [1, null]}'`))), { a: [1, null] });
});

test('parameters of every type reach the query, named', async () => {
  const params = {
    s: 'ü',
    i: 7,
    f: 0.5,
    b: true,
    ts: bigquery.timestamp('2026-08-01T12:00:00.000001Z'),
    d: bigquery.date('2026-08-01'),
    t: bigquery.time('01:02:03'),
    dt: bigquery.datetime('2026-08-01T01:02:03'),
    list: [1, 2],
    pair: { a: 1, b: ['x', 'y'] },
  };
  for (const [name, value] of Object.entries(params)) {
    const found = await one(`SELECT @${name} AS v`, { params: { [name]: value } });
    if (name === 'ts') assert.equal(valueOf(found), '2026-08-01T12:00:00.000001000Z');
    else if (['d', 't', 'dt'].includes(name)) assert.equal(valueOf(found), valueOf(value));
    else assert.deepEqual(found, value, name);
  }
});

test('a parameter of a declared type is read as that', async () => {
  assert.equal(
    String(await one('SELECT @n', { params: { n: '1.000000001' }, types: { n: 'NUMERIC' } })),
    '1.000000001',
  );
  // The client would send a Buffer as the object that JSON makes of it, which Google refuses.
  assert.deepEqual(await one('SELECT @y', { params: { y: 'AQI=' }, types: { y: 'BYTES' } }), Buffer.from([1, 2]));
  assert.equal(await one('SELECT @i + 1', { params: { i: '41' }, types: { i: 'INT64' } }), 42);
});

test('parameters may be positional, null with a type, and empty arrays with one', async () => {
  assert.equal(await one('SELECT ? + ?', { params: [1, 2] }), 3);
  assert.equal(await one('SELECT @x IS NULL', { params: { x: null }, types: { x: 'INT64' } }), true);
  assert.equal(await one('SELECT ARRAY_LENGTH(@x)', { params: { x: [] }, types: { x: ['INT64'] } }), 0);
});

test('a parameter that the query names and nobody gives is an error', async () => {
  await assert.rejects(
    bigquery.query('SELECT @missing'),
    refusedFor('invalidQuery', /Query parameter 'missing' not found/),
  );
});

test('rows come page by page', async () => {
  const [rows] = await bigquery.query({
    query: 'SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25)) AS n ORDER BY n',
    maxResults: 10,
  });
  assert.deepEqual(
    rows.map(({ n }: { n: number }) => n),
    Array.from({ length: 25 }, (_, index) => index + 1),
  );
  const [job] = await bigquery.createQueryJob('SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25)) AS n ORDER BY n');
  const [page, next, reply] = await job.getQueryResults({ maxResults: 10, autoPaginate: false });
  assert.equal(page.length, 10);
  assert.equal(reply?.totalRows, '25');
  assert.ok(next?.pageToken);
  const [rest] = await job.getQueryResults({ startIndex: '23', autoPaginate: false });
  assert.deepEqual(rest, [{ n: 24 }, { n: 25 }]);
});

test('a stream of rows sees all pages', async () => {
  const seen: number[] = [];
  for await (const { n } of bigquery.createQueryStream(
    'SELECT n FROM UNNEST(GENERATE_ARRAY(1, 2500)) AS n',
  ) as AsyncIterable<{ n: number }>) {
    seen.push(n);
  }
  assert.equal(seen.length, 2500);
});

test('a query without rows answers none, with its schema', async () => {
  const { json } = await post({ query: 'SELECT 1 AS a FROM UNNEST([1]) WHERE FALSE' });
  assert.equal(json['totalRows'], '0');
  assert.equal(json['rows'], undefined);
  assert.equal((json['schema'] as { fields: { name: string }[] }).fields[0]?.name, 'a');
});

test('errors of the query name the place', async () => {
  await assert.rejects(bigquery.query('SELEC 1'), refusedFor('invalidQuery', /^Syntax error: .* at \[1:1\]/));
  await assert.rejects(
    bigquery.query('SELECT nothing'),
    refusedFor('invalidQuery', /Unrecognized name: nothing at \[1:8\]/),
  );
  await assert.rejects(
    bigquery.query('SELECT * FROM d.nowhere'),
    refusedFor(
      'notFound',
      /Not found: Table test-project:d\.nowhere was not found in location US|Not found: Table test-project:d\.nowhere/,
    ),
  );
  const { status, json } = await post({ query: 'SELEC 1' });
  assert.equal(status, 400);
  const { error } = json as { error: { status: string; errors: { location: string; domain: string }[] } };
  assert.equal(error.status, 'INVALID_ARGUMENT');
  assert.equal(error.errors[0]?.location, 'q');
  assert.equal(error.errors[0]?.domain, 'global');
});

test('SQL is legacy unless the request says otherwise, and that is not served', async () => {
  const { status, json } = await post({ query: 'SELECT 1', useLegacySql: true });
  assert.equal(status, 501);
  assert.match((json['error'] as { message: string }).message, /Legacy SQL/);
});

test('a dry run answers schema and bytes, and runs nothing', async () => {
  await bigquery.query('CREATE TABLE d.dry (a INT64, b STRING)');
  await bigquery.query('INSERT d.dry (a, b) VALUES (1, "x")');
  const [job] = await bigquery.createQueryJob({ query: 'SELECT a FROM d.dry', dryRun: true });
  const statistics = job.metadata.statistics as {
    totalBytesProcessed: string;
    query: { schema: object; statementType: string; referencedTables: object[] };
  };
  assert.equal(job.metadata.status.state, 'DONE');
  assert.equal(job.metadata.jobReference.jobId, undefined);
  assert.match(statistics.totalBytesProcessed, /^\d+$/);
  assert.equal(statistics.query.statementType, 'SELECT');
  assert.deepEqual(statistics.query.referencedTables, [{ projectId: TEST_PROJECT, datasetId: 'd', tableId: 'dry' }]);
  const { json } = await post({ query: 'DELETE FROM d.dry WHERE TRUE', dryRun: true });
  assert.equal(json['jobComplete'], true);
  assert.equal(await one('SELECT COUNT(*) FROM d.dry'), 1);
  await assert.rejects(
    bigquery.createQueryJob({ query: 'SELEC', dryRun: true }),
    refusedFor('invalidQuery', /Syntax error/),
  );
});

test('DML says how many rows it touched', async () => {
  await bigquery.query('CREATE TABLE d.dml (a INT64)');
  const inserted = (await post({ query: 'INSERT d.dml (a) VALUES (1), (2), (3)' })).json;
  assert.equal(inserted['numDmlAffectedRows'], '3');
  assert.deepEqual(inserted['dmlStats'], { insertedRowCount: '3', deletedRowCount: '0', updatedRowCount: '0' });
  assert.equal((await post({ query: 'UPDATE d.dml SET a = a + 1 WHERE a > 1' })).json['numDmlAffectedRows'], '2');
  assert.equal((await post({ query: 'DELETE FROM d.dml WHERE a = 1' })).json['numDmlAffectedRows'], '1');
  const [job] = await bigquery.createQueryJob('DELETE FROM d.dml WHERE TRUE');
  await job.getQueryResults();
  const [metadata] = await job.getMetadata();
  assert.equal(metadata.statistics.query.statementType, 'DELETE');
  assert.equal(metadata.statistics.query.numDmlAffectedRows, '2');
});

test('DDL says what it did to what', async () => {
  const [job] = await bigquery.createQueryJob('CREATE OR REPLACE TABLE d.ddl AS SELECT 1 AS a');
  await job.getQueryResults();
  const [{ statistics }] = await job.getMetadata();
  assert.equal(statistics.query.statementType, 'CREATE_TABLE_AS_SELECT');
  assert.equal(statistics.query.ddlOperationPerformed, 'CREATE');
  assert.deepEqual(statistics.query.ddlTargetTable, { projectId: TEST_PROJECT, datasetId: 'd', tableId: 'ddl' });
  const [tables] = await bigquery.dataset('d').getTables();
  assert.ok(tables.some(({ id }) => id === 'ddl'));
});

test('names without a dataset mean the default one', async () => {
  await bigquery.query('CREATE OR REPLACE TABLE d.plain AS SELECT 5 AS a');
  assert.equal(await one('SELECT a FROM plain', { defaultDataset: { datasetId: 'd' } }), 5);
});

test('a query that would cost too much does not run', async () => {
  await bigquery.query('CREATE OR REPLACE TABLE d.dear AS SELECT 5 AS a');
  await assert.rejects(
    bigquery.query({ query: 'SELECT a FROM d.dear', maximumBytesBilled: '1000' }),
    refusedFor(
      'bytesBilledLimitExceeded',
      /Query exceeded limit for bytes billed: 1000\. 10485760 or higher required\./,
    ),
  );
  assert.equal(await one('SELECT a FROM d.dear', { maximumBytesBilled: '10485760' }), 5);
});

test('the same request id is the same query, as long as it asks the same', async () => {
  await bigquery.query('CREATE OR REPLACE TABLE d.once (a INT64)');
  const body = { query: 'INSERT d.once (a) VALUES (1)', requestId: 'request-1' };
  const [first, second] = [(await post(body)).json, (await post({ ...body, timeoutMs: 5000 })).json];
  assert.deepEqual(second['jobReference'], first['jobReference']);
  assert.equal(second['numDmlAffectedRows'], '1');
  await post({ ...body, query: 'INSERT d.once (a) VALUES (2)' });
  await post({ ...body, requestId: 'request-2' });
  assert.equal(await one('SELECT COUNT(*) FROM d.once'), 3);
});

test('a query that is not done in time is waited for by its job', async () => {
  const slow =
    'SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 3000)) AS a, UNNEST(GENERATE_ARRAY(1, 3000)) AS b WHERE MOD(a * b, 7) = 1';
  const { json } = await post({ query: slow, timeoutMs: 0 });
  assert.equal(json['jobComplete'], false);
  assert.equal(json['rows'], undefined);
  const { jobId, location } = json['jobReference'] as { jobId: string; location: string };
  const [rows] = await bigquery.job(jobId, { location }).getQueryResults({ timeoutMs: 60_000 });
  assert.equal(rows.length, 1);
});

test('a script answers its last SELECT, and its statements are jobs of its own', async () => {
  const [job] = await bigquery.createQueryJob(`
    DECLARE x INT64 DEFAULT 2;
    CREATE OR REPLACE TABLE d.scripted AS SELECT x AS a;
    SELECT a + 1 AS b FROM d.scripted;`);
  const [rows] = await job.getQueryResults();
  assert.deepEqual(rows, [{ b: 3 }]);
  const [metadata] = await job.getMetadata();
  assert.equal(metadata.statistics.query.statementType, 'SCRIPT');
  const [children] = await bigquery.getJobs({ parentJobId: String(job.id) });
  assert.equal(String(children.length), metadata.statistics.numChildJobs);
  const last = children.find(({ metadata: child }) => child.statistics.query.statementType === 'SELECT');
  assert.equal(last?.metadata.statistics.parentJobId, job.id);
  assert.match(last?.metadata.statistics.scriptStatistics.stackFrames[0].text, /SELECT a \+ 1/);
  const [again] = await (last ?? assert.fail()).getQueryResults();
  assert.deepEqual(again, [{ b: 3 }]);
});

test('the rows of a query are also a hidden table for as long as they live', async () => {
  const [job] = await bigquery.createQueryJob('SELECT 4 AS a');
  await job.getQueryResults();
  const [metadata] = await job.getMetadata();
  const { datasetId, tableId } = metadata.configuration.query.destinationTable;
  assert.match(datasetId, /^_/);
  const table = bigquery.dataset(datasetId).table(tableId);
  assert.deepEqual((await table.getRows())[0], [{ a: 4 }]);
  const [described] = await table.getMetadata();
  assert.equal(described.numRows, '1');
  assert.match(described.expirationTime, /^\d{13}$/);
});

test('the time zone of a connection counts', async () => {
  const query =
    "SELECT EXTRACT(HOUR FROM TIMESTAMP '2026-08-01 12:00:00' AT TIME ZONE 'UTC') AS utc, FORMAT_TIMESTAMP('%H', TIMESTAMP '2026-08-01 12:00:00+00') AS own";
  const { json } = await post({ query, connectionProperties: [{ key: 'time_zone', value: 'Europe/Stockholm' }] });
  assert.deepEqual((json['rows'] as object[])[0], { f: [{ v: '10' }, { v: '14' }] });
  assert.equal((await post({ query, connectionProperties: [{ key: 'session_id', value: 'x' }] })).status, 501);
  assert.equal((await post({ query, connectionProperties: [{ key: 'other', value: 'x' }] })).status, 400);
});
