import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { refusedFor } from '#test/local/bigquery/refusals.ts';

await startTestCloud();
const bigquery = await bigQueryClient();
const [dataset] = await bigquery.createDataset('d', { location: 'EU' });
const DAY_MS = 24 * 3_600_000;
const A = [{ name: 'a', type: 'INTEGER' }];
let made = 0;

function freshId(): string {
  made += 1;
  return `table_${made}`;
}

test('a partitioned, clustered table comes back as Google writes it', async () => {
  const fields = [
    { name: 'hour', type: 'TIMESTAMP', mode: 'REQUIRED', description: 'Hour.' },
    { name: 'subject', type: 'STRING' },
    { name: 'tags', type: 'STRING', mode: 'REPEATED' },
    { name: 'place', type: 'RECORD', mode: 'NULLABLE', fields: [{ name: 'city', type: 'STRING' }] },
  ];
  const [table] = await dataset.createTable('plays', {
    schema: fields,
    timePartitioning: { type: 'HOUR', field: 'hour', expirationMs: String(400 * DAY_MS) },
    clustering: { fields: ['subject'] },
    requirePartitionFilter: true,
    labels: { tier: 'gold' },
    description: 'Plays.',
  });
  const [metadata] = await table.getMetadata();
  assert.equal(metadata.kind, 'bigquery#table');
  assert.equal(metadata.id, `${TEST_PROJECT}:d.plays`);
  assert.equal(metadata.type, 'TABLE');
  assert.equal(metadata.location, 'EU');
  assert.equal(metadata.numRows, '0');
  assert.equal(metadata.numBytes, '0');
  assert.match(metadata.creationTime, /^\d{13}$/);
  assert.match(metadata.lastModifiedTime, /^\d{13}$/);
  assert.deepEqual(metadata.timePartitioning, { type: 'HOUR', field: 'hour', expirationMs: String(400 * DAY_MS) });
  assert.deepEqual(metadata.clustering, { fields: ['subject'] });
  assert.equal(metadata.requirePartitionFilter, true);
  assert.deepEqual(metadata.labels, { tier: 'gold' });
  assert.equal(metadata.description, 'Plays.');
  assert.deepEqual(
    metadata.schema.fields.map(({ name, type, mode }: { name: string; type: string; mode?: string }) => [
      name,
      type,
      mode ?? 'NULLABLE',
    ]),
    [
      ['hour', 'TIMESTAMP', 'REQUIRED'],
      ['subject', 'STRING', 'NULLABLE'],
      ['tags', 'STRING', 'REPEATED'],
      ['place', 'RECORD', 'NULLABLE'],
    ],
  );
  assert.equal(metadata.schema.fields[0].description, 'Hour.');
});

test('tables are made once, in datasets that are there', async () => {
  const id = freshId();
  await dataset.createTable(id, { schema: A });
  await assert.rejects(dataset.createTable(id, { schema: A }), {
    code: 409,
    message: `Already Exists: Table ${TEST_PROJECT}:d.${id}`,
  });
  await assert.rejects(bigquery.dataset('nowhere').createTable('t', { schema: A }), {
    code: 404,
    message: `Not found: Dataset ${TEST_PROJECT}:nowhere`,
  });
  await assert.rejects(dataset.table('nothing').getMetadata(), {
    code: 404,
    message: `Not found: Table ${TEST_PROJECT}:d.nothing`,
  });
});

test('lists show every table and view with what tools print of them', async () => {
  const [own] = await bigquery.createDataset('listed');
  await own.createTable('c', { schema: A, timePartitioning: { type: 'DAY' }, labels: { x: 'y' } });
  await own.createTable('a', { schema: A });
  await own.createTable('b', { view: { query: 'SELECT 1 AS one', useLegacySql: false } });
  const [tables] = await own.getTables();
  assert.deepEqual(
    tables.map(({ id, metadata }) => [id, metadata.type]),
    [
      ['a', 'TABLE'],
      ['b', 'VIEW'],
      ['c', 'TABLE'],
    ],
  );
  assert.deepEqual(tables[2]?.metadata.labels, { x: 'y' });
  assert.deepEqual(tables[2]?.metadata.timePartitioning, { type: 'DAY' });
});

test('a patch adds nullable columns and relaxes required ones', async () => {
  const [table] = await dataset.createTable(freshId(), { schema: [{ name: 'a', type: 'INTEGER', mode: 'REQUIRED' }] });
  await table.insert([{ a: 1 }]);
  const fields = [
    { name: 'a', type: 'INTEGER', mode: 'NULLABLE' },
    { name: 'b', type: 'STRING' },
  ];
  const [metadata] = await table.setMetadata({ schema: { fields } });
  assert.equal(metadata.schema.fields.length, 2);
  await table.insert([{ b: 'x' }]);
  const [rows] = await table.getRows();
  assert.deepEqual(rows, [
    { a: 1, b: null },
    { a: null, b: 'x' },
  ]);
});

test('changes that would break readers or rows are refused', async () => {
  const [table] = await dataset.createTable(freshId(), {
    schema: [
      { name: 'a', type: 'INTEGER' },
      { name: 'b', type: 'STRING' },
    ],
  });
  const change = (fields: object[]): Promise<unknown> => table.setMetadata({ schema: { fields } });
  await assert.rejects(
    change([{ name: 'a', type: 'INTEGER' }]),
    refusedFor('invalid', /Provided Schema does not match Table .*Field b is missing in new schema/),
  );
  await assert.rejects(
    change([
      { name: 'a', type: 'STRING' },
      { name: 'b', type: 'STRING' },
    ]),
    refusedFor('invalid', /Field a has changed type from INTEGER to STRING/),
  );
  await assert.rejects(
    change([
      { name: 'a', type: 'INTEGER' },
      { name: 'b', type: 'STRING' },
      { name: 'c', type: 'STRING', mode: 'REQUIRED' },
    ]),
    refusedFor('invalid', /Cannot add required fields to an existing schema/),
  );
});

test('a patch of one thing leaves the rest alone', async () => {
  const [table] = await dataset.createTable(freshId(), {
    schema: A,
    timePartitioning: { type: 'DAY', expirationMs: String(DAY_MS) },
    labels: { a: '1' },
    expirationTime: String(Date.now() + DAY_MS),
  });
  await table.setMetadata({
    timePartitioning: { type: 'DAY', expirationMs: String(2 * DAY_MS) },
    // The client's types know no way to remove a field; PATCH does.
    ...({ expirationTime: null } as object),
  });
  const [metadata] = await table.getMetadata();
  assert.deepEqual(metadata.timePartitioning, { type: 'DAY', expirationMs: String(2 * DAY_MS) });
  assert.deepEqual(metadata.labels, { a: '1' });
  assert.equal(metadata.expirationTime, undefined);
});

test('a change that means another version is refused', async () => {
  const [table] = await dataset.createTable(freshId(), { schema: A });
  const [before] = await table.getMetadata();
  await table.setMetadata({ etag: before.etag, description: 'One.' });
  await assert.rejects(table.setMetadata({ etag: before.etag, description: 'Two.' }), { code: 412 });
  const [after] = await table.getMetadata();
  assert.equal(after.description, 'One.');
});

test('a view has the columns of its query, and is read through', async () => {
  const [table] = await dataset.createTable(freshId(), { schema: 'a:INTEGER,b:STRING' });
  await table.insert([{ a: 1, b: 'x' }]);
  const [view] = await dataset.createTable(freshId(), {
    view: { query: `SELECT b, a + 1 AS c FROM d.${table.id}`, useLegacySql: false },
  });
  const [metadata] = await view.getMetadata();
  assert.equal(metadata.type, 'VIEW');
  assert.deepEqual(metadata.view, { query: `SELECT b, a + 1 AS c FROM d.${table.id}`, useLegacySql: false });
  assert.deepEqual(
    metadata.schema.fields.map(({ name, type }: { name: string; type: string }) => [name, type]),
    [
      ['b', 'STRING'],
      ['c', 'INTEGER'],
    ],
  );
  const [rows] = await bigquery.query(`SELECT * FROM d.${view.id}`);
  assert.deepEqual(rows, [{ b: 'x', c: 2 }]);
});

test('a view whose query does not hold is refused', async () => {
  const broken = { query: 'SELECT nothing FROM d.nowhere', useLegacySql: false };
  await assert.rejects(dataset.createTable(freshId(), { view: broken }), /Not found: Table/);
});

test('legacy views, external tables and materialized views are refused as not served', async () => {
  const refused = (body: object): Promise<unknown> => dataset.createTable(freshId(), body);
  await assert.rejects(refused({ view: { query: 'SELECT 1', useLegacySql: true } }), { code: 501 });
  await assert.rejects(refused({ externalDataConfiguration: { sourceFormat: 'CSV' } }), { code: 501 });
  await assert.rejects(refused({ materializedView: { query: 'SELECT 1' } }), { code: 501 });
});

test('deleting takes the table, or one partition of it', async () => {
  const [table] = await dataset.createTable(freshId(), {
    schema: 'day:DATE',
    timePartitioning: { type: 'DAY', field: 'day' },
  });
  await table.insert([{ day: '2026-08-01' }, { day: '2026-08-02' }]);
  const [partition] = await dataset.table(`${table.id}$20260801`).getMetadata();
  assert.equal(partition.numRows, '1');
  await dataset.table(`${table.id}$20260801`).delete();
  assert.deepEqual(
    (await table.getRows())[0].map(({ day }: { day: { value: string } }) => day.value),
    ['2026-08-02'],
  );
  await table.delete();
  assert.deepEqual(await table.exists(), [false]);
});

test('policies of a table are kept until the table is made anew', async () => {
  const [table] = await dataset.createTable(freshId(), { schema: A });
  const [before] = await table.getIamPolicy();
  assert.equal(before.bindings, undefined);
  const bindings = [{ role: 'roles/bigquery.dataViewer', members: ['group:analysts@example.com'] }];
  await table.setIamPolicy({ bindings });
  const [policy] = await table.getIamPolicy();
  assert.deepEqual(policy.bindings, bindings);
  await assert.rejects(table.setIamPolicy({ bindings: [], etag: 'other' }), { code: 409 });
  const [tested] = await table.testIamPermissions(['bigquery.tables.getData']);
  assert.deepEqual(tested.permissions, ['bigquery.tables.getData']);
  await table.delete();
  await dataset.createTable(String(table.id), { schema: A });
  assert.equal((await table.getIamPolicy())[0].bindings, undefined);
});
