import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bigQueryClient } from '#test/local/bigquery/client.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { refusedFor } from '#test/local/bigquery/refusals.ts';

const cloud = await startTestCloud({ frozen: true });
const bigquery = await bigQueryClient();
const [dataset] = await bigquery.createDataset('d');
let made = 0;

function freshId(): string {
  made += 1;
  return `table_${made}`;
}

interface Reply {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

async function insertAll(table: string, body: object): Promise<Reply> {
  const response = await fetch(
    `${cloud.url}/bigquery/v2/projects/${TEST_PROJECT}/datasets/d/tables/${table}/insertAll`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
  );
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

async function count(table: string): Promise<number> {
  const [rows] = await bigquery.query(`SELECT COUNT(*) AS n FROM d.${table}`);
  return (rows[0] as { n: number }).n;
}

test('values of every type go in and come out as they were', async () => {
  const id = freshId();
  await dataset.createTable(id, {
    schema: [
      { name: 's', type: 'STRING' },
      { name: 'y', type: 'BYTES' },
      { name: 'i', type: 'INTEGER' },
      { name: 'f', type: 'FLOAT' },
      { name: 'n', type: 'NUMERIC' },
      { name: 'b', type: 'BOOLEAN' },
      { name: 'ts', type: 'TIMESTAMP' },
      { name: 'd', type: 'DATE' },
      { name: 't', type: 'TIME' },
      { name: 'dt', type: 'DATETIME' },
      { name: 'j', type: 'JSON' },
      { name: 'list', type: 'INTEGER', mode: 'REPEATED' },
      {
        name: 'r',
        type: 'RECORD',
        fields: [
          { name: 'x', type: 'STRING' },
          { name: 'ys', type: 'DATE', mode: 'REPEATED' },
        ],
      },
      { name: 'rs', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'k', type: 'INTEGER' }] },
    ],
  });
  const row = {
    s: 'ü "quoted" \n line',
    y: Buffer.from([0, 255, 1]),
    i: '9007199254740991',
    f: 1.5,
    n: '12345678901234567890.123456789',
    b: true,
    ts: '2026-08-01T12:34:56.789012Z',
    d: '2026-08-01',
    t: '12:34:56.5',
    dt: '2026-08-01T12:34:56',
    j: JSON.stringify({ a: [1, null] }),
    list: [1, 2],
    r: { x: 'in', ys: ['2026-08-02'] },
    rs: [{ k: 1 }, { k: 2 }],
  };
  await dataset.table(id).insert([row, {}]);
  const [rows] = await dataset.table(id).getRows();
  const [full, empty] = rows as Record<string, unknown>[];
  assert.ok(full !== undefined && empty !== undefined);
  const valueOf = (value: unknown): unknown => (value as { value: unknown }).value;
  assert.equal(full['s'], row.s);
  assert.deepEqual(full['y'], row.y);
  assert.equal(full['i'], 9007199254740991);
  assert.equal(full['f'], 1.5);
  assert.equal(String(full['n']), row.n);
  assert.equal(full['b'], true);
  assert.equal(valueOf(full['ts']), '2026-08-01T12:34:56.789012000Z');
  assert.equal(valueOf(full['d']), '2026-08-01');
  assert.equal(valueOf(full['t']), '12:34:56.500000');
  assert.equal(valueOf(full['dt']), '2026-08-01T12:34:56');
  assert.deepEqual(JSON.parse(String(full['j'])), { a: [1, null] });
  assert.deepEqual(full['list'], [1, 2]);
  assert.equal((full['r'] as { x: string }).x, 'in');
  assert.deepEqual((full['r'] as { ys: unknown[] }).ys.map(valueOf), ['2026-08-02']);
  assert.deepEqual(full['rs'], [{ k: 1 }, { k: 2 }]);
  assert.equal(empty['s'], null);
  assert.deepEqual(empty['list'], []);
});

test('one bad row stops all, and every row is told why', async () => {
  const id = freshId();
  await dataset.createTable(id, { schema: 'a:INTEGER' });
  const { status, json } = await insertAll(id, { rows: [{ json: { a: 1 } }, { json: { z: 1 } }] });
  assert.equal(status, 200);
  assert.equal(json['kind'], 'bigquery#tableDataInsertAllResponse');
  const errors = json['insertErrors'] as {
    index: number;
    errors: { reason: string; location: string; message: string }[];
  }[];
  assert.deepEqual(
    errors
      .toSorted((left, right) => left.index - right.index)
      .map(({ index, errors: [first] }) => [index, first?.reason]),
    [
      [0, 'stopped'],
      [1, 'invalid'],
    ],
  );
  assert.match(errors.find(({ index }) => index === 1)?.errors[0]?.message ?? '', /no such field/i);
  assert.equal(await count(id), 0);
});

test('bad rows are left out when the request says so, unknown fields when it says that', async () => {
  const id = freshId();
  await dataset.createTable(id, { schema: 'a:INTEGER' });
  const rows = [{ json: { a: 1 } }, { json: { z: 1 } }, { json: { a: 'not a number' } }];
  const skipped = await insertAll(id, { rows, skipInvalidRows: true });
  assert.deepEqual(
    (skipped.json['insertErrors'] as { index: number }[]).map(({ index }) => index),
    [1, 2],
  );
  assert.equal(await count(id), 1);
  const ignored = await insertAll(id, { rows: rows.slice(0, 2), ignoreUnknownValues: true });
  assert.equal(ignored.json['insertErrors'], undefined);
  assert.equal(await count(id), 3);
});

test('a row that is sent again with its insertId goes in once, for a minute', async () => {
  const id = freshId();
  await dataset.createTable(id, { schema: 'a:INTEGER' });
  const rows = [
    { insertId: 'x', json: { a: 1 } },
    { insertId: 'y', json: { a: 2 } },
    { insertId: 'x', json: { a: 1 } },
  ];
  await insertAll(id, { rows });
  await insertAll(id, { rows });
  assert.equal(await count(id), 2);
  await cloud.clock.advance(60_001);
  await insertAll(id, { rows: rows.slice(0, 1) });
  assert.equal(await count(id), 3);
});

test('a row that was refused may be sent again', async () => {
  const id = freshId();
  await dataset.createTable(id, { schema: 'a:INTEGER' });
  const rows = [{ insertId: 'x', json: { a: 1 } }];
  await insertAll(id, { rows: [...rows, { insertId: 'z', json: { z: 1 } }] });
  await insertAll(id, { rows });
  assert.equal(await count(id), 1);
});

test('requests that Google refuses are refused', async () => {
  const id = freshId();
  await dataset.createTable(id, { schema: 'a:INTEGER' });
  const text = ({ json }: Reply): string => (json['error'] as { message: string }).message;
  assert.equal(text(await insertAll(id, { rows: [] })), 'No rows present in the request.');
  const many = Array.from({ length: 10_001 }, () => ({ json: {} }));
  assert.equal(
    text(await insertAll(id, { rows: many })),
    'too many rows present in the request, limit: 10000 row count: 10001.',
  );
  assert.equal((await insertAll(id, { rows: [{ json: {} }], templateSuffix: '_x' })).status, 501);
  assert.equal((await insertAll('nowhere', { rows: [{ json: {} }] })).status, 404);
  await assert.rejects(
    dataset.table('nowhere').insert([{ a: 1 }]),
    refusedFor('notFound', /Not found: Table test-project:d\.nowhere/),
  );
});

test('rows are read page by page, from any row, with some of their columns', async () => {
  const id = freshId();
  const [table] = await dataset.createTable(id, {
    schema: [
      { name: 'a', type: 'INTEGER' },
      {
        name: 'r',
        type: 'RECORD',
        fields: [
          { name: 'x', type: 'STRING' },
          { name: 'y', type: 'STRING' },
        ],
      },
    ],
  });
  await table.insert(Array.from({ length: 25 }, (_, index) => ({ a: index, r: { x: `x${index}`, y: 'y' } })));
  const [page, next, reply] = await table.getRows({ maxResults: 10, autoPaginate: false });
  assert.equal(page.length, 10);
  assert.equal((reply as { totalRows?: string }).totalRows, '25');
  assert.ok(next !== null);
  const [second] = await table.getRows(next);
  assert.equal(second.length, 10);
  const [all] = await table.getRows();
  assert.deepEqual(
    all.map(({ a }: { a: number }) => a),
    Array.from({ length: 25 }, (_, index) => index),
  );
  const [rest] = await table.getRows({ startIndex: '23', autoPaginate: false });
  assert.deepEqual(
    rest.map(({ a }: { a: number }) => a),
    [23, 24],
  );
  const [selected] = await table.getRows({ selectedFields: 'r.x', maxResults: 1, autoPaginate: false });
  assert.deepEqual(selected, [{ r: { x: 'x0' } }]);
  const path = `${cloud.url}/projects/${TEST_PROJECT}/datasets/d/tables/${id}/data`;
  assert.equal((await fetch(`${path}?pageToken=nonsense`)).status, 400);
});

test('timestamps are seconds with a fraction unless whole microseconds are asked for', async () => {
  const id = freshId();
  const [table] = await dataset.createTable(id, { schema: 'ts:TIMESTAMP' });
  await table.insert([{ ts: '2026-08-01T00:00:00.250Z' }]);
  const path = `${cloud.url}/projects/${TEST_PROJECT}/datasets/d/tables/${id}/data`;
  const read = async (query: string): Promise<unknown> =>
    ((await (await fetch(`${path}${query}`)).json()) as { rows: { f: { v: string }[] }[] }).rows[0]?.f[0]?.v;
  assert.equal(Number(await read('')), Date.UTC(2026, 7, 1) / 1000 + 0.25);
  assert.equal(await read('?formatOptions.useInt64Timestamp=true'), String(Date.UTC(2026, 7, 1) * 1000 + 250_000));
});

test('a partition is written to and read by its decorator', async () => {
  const id = freshId();
  await dataset.createTable(id, { schema: 'day:DATE', timePartitioning: { type: 'DAY', field: 'day' } });
  await dataset.table(id).insert([{ day: '2026-08-01' }, { day: '2026-08-02' }]);
  const [rows] = await dataset.table(`${id}$20260802`).getRows();
  assert.equal(rows.length, 1);
});
