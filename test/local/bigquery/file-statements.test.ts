// EXPORT DATA and LOAD DATA against Cloud Storage, through the real clients.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud } from '#test/local/cloud-harness.ts';

await startTestCloud();
const { Storage } = await import('@google-cloud/storage');
const bigquery = await bigQueryClient();
const [bucket] = await new Storage().createBucket('files');
await bigquery.createDataset('d');

interface Statistics {
  readonly query: {
    readonly statementType: string;
    readonly exportDataStatistics?: { readonly fileCount: string; readonly rowCount: string };
    readonly loadQueryStatistics?: { readonly inputFiles: string; readonly outputRows: string };
  };
}

/** Runs a statement to its end. */
async function run(sql: string): Promise<Statistics> {
  const [job] = await bigquery.createQueryJob(sql);
  await job.promise();
  const [metadata] = await job.getMetadata();
  return (metadata as { readonly statistics: Statistics }).statistics;
}

async function textOf(name: string): Promise<string> {
  return (await bucket.file(name).download())[0].toString();
}

function exportSql(name: string, options: string, query: string): string {
  return `EXPORT DATA OPTIONS (uri = 'gs://files/${name}', ${options}) AS ${query}`;
}

test('rows are exported as CSV, with a header and delimiter as asked', async () => {
  const query = `SELECT 1 AS n, 'a;"b"' AS s, CAST(NULL AS STRING) AS none, TRUE AS b, TIMESTAMP '2026-08-01 10:00:00.123456+00' AS t
    UNION ALL SELECT 2, '', 'x', FALSE, TIMESTAMP '2026-08-01 10:00:00+00' ORDER BY n`;
  const { query: done } = await run(
    exportSql('csv/*.csv', "format = 'CSV', header = TRUE, field_delimiter = ';'", query),
  );
  assert.equal(done.statementType, 'EXPORT_DATA');
  assert.deepEqual(done.exportDataStatistics, { fileCount: '1', rowCount: '2' });
  assert.equal(
    await textOf('csv/000000000000.csv'),
    'n;s;none;b;t\n1;"a;""b""";;true;2026-08-01 10:00:00.123456 UTC\n2;"";x;false;2026-08-01 10:00:00 UTC\n',
  );
});

test('rows are exported as JSON: whole numbers as texts, nested values as they are, NULLs left out', async () => {
  const query = `SELECT 9007199254740993 AS n, 1.5 AS f, [1, 2] AS list, STRUCT('x' AS s, NULL AS none) AS r, JSON '{"k":[1]}' AS j,
    DATE '2026-08-01' AS d, CAST(NULL AS INT64) AS none, b'ab' AS bytes`;
  await run(exportSql('json/part-*', "format = 'JSON'", query));
  assert.equal(
    await textOf('json/part-000000000000'),
    '{"n":"9007199254740993","f":1.5,"list":["1","2"],"r":{"s":"x"},"j":{"k":[1]},"d":"2026-08-01","bytes":"YWI="}\n',
  );
});

test('an export is zipped when it is asked to be, and has a file when there are no rows', async () => {
  await run(exportSql('zip/*.csv.gz', "format = 'CSV', header = TRUE, compression = 'GZIP'", 'SELECT 1 AS n LIMIT 0'));
  const [bytes] = await bucket.file('zip/000000000000.csv.gz').download({ decompress: false });
  assert.equal(gunzipSync(bytes).toString(), 'n\n');
});

test('an export overwrites only when it is told to', async () => {
  const options = "format = 'JSON'";
  await run(exportSql('over/*', options, 'SELECT 1 AS n'));
  await assert.rejects(run(exportSql('over/*', options, 'SELECT 2 AS n')), /is not empty/);
  await run(exportSql('over/*', `${options}, overwrite = TRUE`, 'SELECT 3 AS n'));
  assert.equal(await textOf('over/000000000000'), '{"n":"3"}\n');
});

test('what an export cannot do is refused', async () => {
  await assert.rejects(run(exportSql('x.csv', "format = 'CSV'", 'SELECT 1 AS n')), /must be a wild card URI/);
  await assert.rejects(
    run(exportSql('x/*', "format = 'CSV'", 'SELECT [1] AS n')),
    /Operation cannot be performed on a nested schema\. Field: n/,
  );
  await assert.rejects(
    run(exportSql('x/*', "format = 'PARQUET'", 'SELECT 1 AS n')),
    /PARQUET is not supported locally/,
  );
  await assert.rejects(run(exportSql('x/*', "formt = 'CSV'", 'SELECT 1 AS n')), /Unknown option: formt/);
  await assert.rejects(run("EXPORT DATA OPTIONS (format = 'CSV') AS SELECT 1 AS n"), /Option 'uri' is required/);
  await assert.rejects(
    run(exportSql('x/*', "format = 'JSON'", 'SELECT 1 AS n').replace('files', 'no-bucket')),
    /Not found/,
  );
});

test('files are loaded into a new table with its columns, partitions and clusters', async () => {
  await bucket.file('in/1.csv').save('id,day\n1,2026-08-01\n2,2026-08-02\n');
  const { query } = await run(`LOAD DATA INTO d.loaded (id INT64 NOT NULL, day DATE) PARTITION BY day CLUSTER BY id
    FROM FILES (format = 'CSV', uris = ['gs://files/in/*.csv'], skip_leading_rows = 1)`);
  assert.equal(query.statementType, 'LOAD_DATA');
  assert.equal(query.loadQueryStatistics?.inputFiles, '1');
  assert.equal(query.loadQueryStatistics.outputRows, '2');
  const [metadata] = await bigquery.dataset('d').table('loaded').getMetadata();
  assert.equal(metadata.timePartitioning.field, 'day');
  assert.deepEqual(metadata.clustering.fields, ['id']);
  assert.equal(metadata.schema.fields[0].mode, 'REQUIRED');
});

test('LOAD DATA INTO adds to a table by its own columns, OVERWRITE replaces its rows', async () => {
  await bigquery.query('CREATE TABLE d.grown (a INT64, b STRING)');
  await bucket.file('more/1.json').save('{"a":1,"b":"x"}\n');
  const from = "FROM FILES (format = 'JSON', uris = ['gs://files/more/1.json'])";
  await run(`LOAD DATA INTO d.grown ${from}`);
  await run(`LOAD DATA INTO d.grown ${from}`);
  const count = 'SELECT COUNT(*) AS n FROM d.grown';
  assert.deepEqual((await bigquery.query(count))[0], [{ n: 2 }]);
  await run(`LOAD DATA OVERWRITE d.grown ${from}`);
  assert.deepEqual((await bigquery.query(count))[0], [{ n: 1 }]);
});

test('what a load cannot do is refused, and leaves nothing', async () => {
  const from = "FROM FILES (format = 'JSON', uris = ['gs://files/more/1.json'])";
  await assert.rejects(run(`LOAD DATA INTO d.unknown ${from}`), /without columns is not supported locally/);
  await assert.rejects(run(`LOAD DATA INTO d.loaded ${from.replace('JSON', 'AVRO')}`), /sourceFormat AVRO/);
  await assert.rejects(
    run(`LOAD DATA INTO d.loaded ${from} WITH PARTITION COLUMNS`),
    /PARTITION COLUMNS is not supported/,
  );
  await assert.rejects(run(`LOAD DATA INTO d.loaded ${from.replace('more', 'none')}`), /Not found: URI/);
  await assert.rejects(
    run(`SELECT 1; LOAD DATA INTO d.loaded ${from}`),
    /LOAD DATA in a script is not supported locally/,
  );
});

test('a dry run of either does nothing', async () => {
  const [job] = await bigquery.createQueryJob({
    query: exportSql('dry/*', "format = 'JSON'", 'SELECT 1 AS n'),
    dryRun: true,
  });
  assert.equal(job.metadata.statistics.query.statementType, 'EXPORT_DATA');
  assert.equal((await bucket.getFiles({ prefix: 'dry/' }))[0].length, 0);
});
