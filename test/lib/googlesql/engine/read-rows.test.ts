import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReadRowsOptions, RowSource, RowsPage } from '#lib/googlesql/engine/requests.ts';
import { cellsOf, table, testWarehouse, valueOf } from './test-warehouse.ts';

const { warehouse, run, refusal } = await testWarehouse();

async function page(source: RowSource, options: Partial<ReadRowsOptions> = {}): Promise<RowsPage> {
  return valueOf(await warehouse.readRows(source, { offset: 0, maxRows: 100_000, timestamps: 'int64', ...options }));
}

async function resultOf(sql: string): Promise<RowSource> {
  const { result } = await run(sql);
  return { kind: 'result', resultId: result?.resultId ?? assert.fail() };
}

/** Few rows stay in JavaScript, many in DuckDB: both are read alike. */
for (const count of [25, 60_000]) {
  test(`a result of ${count} rows is read page by page, in its order`, async () => {
    const source = await resultOf(`SELECT n FROM UNNEST(GENERATE_ARRAY(1, ${count})) AS n ORDER BY n DESC`);
    const seen: unknown[] = [];
    while (seen.length < count) {
      const { rowCount, totalRows, ...rest } = await page(source, { offset: seen.length, maxRows: 7_001 });
      assert.equal(totalRows, count);
      const cells = cellsOf({ rowCount, totalRows, ...rest }).flat();
      assert.equal(cells.length, rowCount);
      seen.push(...cells);
    }
    assert.deepEqual(
      seen,
      Array.from({ length: count }, (_, i) => String(count - i)),
    );
  });
}

test('a page ends behind the row that passes its bytes', async () => {
  const source = await resultOf("SELECT REPEAT('x', 1000) AS s FROM UNNEST(GENERATE_ARRAY(1, 50)) AS n");
  assert.equal((await page(source, { maxBytes: 2500 })).rowCount, 3);
});

test('a table is read in the order in which it was written, by partition, with some of its columns', async () => {
  await run(
    'CREATE TABLE d.days (day DATE, n INT64, r STRUCT<a STRING, b ARRAY<STRUCT<c INT64, d INT64>>>) PARTITION BY day',
  );
  await run(
    "INSERT d.days VALUES ('2026-08-02', 3, ('x', [(1, 2)])), ('2026-08-01', 1, NULL), ('2026-08-02', 2, ('y', []))",
  );
  const all = { kind: 'table', table: table('days') } as const;
  assert.deepEqual(cellsOf(await page(all, { selectedFields: ['n'] })), [['3'], ['1'], ['2']]);
  const one = { kind: 'table', table: table('days$20260802') } as const;
  const part = await page(one, { selectedFields: ['r.b.d', 'N'], offset: 0 });
  assert.equal(part.totalRows, 2);
  assert.deepEqual(cellsOf(part), [
    ['3', [[['2']]]],
    ['2', [[]]],
  ]);
  assert.deepEqual(
    part.schema.fields.map(({ name }) => name),
    ['n', 'r'],
  );
  const unknown = await warehouse.readRows(all, {
    offset: 0,
    maxRows: 1,
    timestamps: 'int64',
    selectedFields: ['r.z'],
  });
  assert.ok(unknown.kind === 'failed' && unknown.error.reason === 'invalid');
});

test('a view has no rows of its own', async () => {
  await run('CREATE VIEW d.view AS SELECT 1 AS a');
  const outcome = await warehouse.readRows(
    { kind: 'table', table: table('view') },
    { offset: 0, maxRows: 1, timestamps: 'int64' },
  );
  assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'invalid');
});

test('views of INFORMATION_SCHEMA that are not served say so', async () => {
  const { reason, message } = await refusal('SELECT * FROM d.INFORMATION_SCHEMA.TABLE_OPTIONS');
  assert.equal(reason, 'notImplemented');
  assert.equal(message, 'INFORMATION_SCHEMA.TABLE_OPTIONS is not supported locally');
});
