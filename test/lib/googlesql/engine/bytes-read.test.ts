import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunRequest } from '#lib/googlesql/engine/requests.ts';
import { DATASET, table, testWarehouse, valueOf } from './test-warehouse.ts';

const { run, rows, append, warehouse } = await testWarehouse();

// Ten rows a day for four days and two without a day: a 8 bytes, s 2 + 3, st.x 8 and st.y 2 + 1, two items of 8 and 2 + 2.
await run(`
  CREATE TABLE d.t (
    day DATE, a INT64, s STRING, st STRUCT<x INT64, y STRING>, items ARRAY<STRUCT<k INT64, v STRING>>, n NUMERIC, j JSON
  ) PARTITION BY day`);
await run(`
  INSERT INTO d.t
  SELECT DATE_ADD(DATE '2026-08-01', INTERVAL day DAY), i, 'abc', STRUCT(i, 'y'), [STRUCT(1, 'vv'), STRUCT(2, 'vv')], NULL, JSON '{"a":1}'
  FROM UNNEST([0, 1, 2, 3]) AS day, UNNEST(GENERATE_ARRAY(1, 10)) AS i`);
await run("INSERT INTO d.t (day, a, s) VALUES (NULL, 1, 'åå'), (NULL, 2, NULL)");
await run('CREATE VIEW d.v AS SELECT day AS date, a AS number, s FROM d.t');
await run('CREATE FUNCTION d.after(given DATE, first DATE) AS (given > first)');

async function bytes(sql: string, more: Partial<RunRequest> = {}): Promise<number> {
  const { bytesProcessed } = await run(sql, { dryRun: true, ...more });
  return bytesProcessed;
}

/** Bytes of a table by its partitions: columns, what they cost in a day, and what in the rows without one. */
const SIZES = {
  'SELECT a FROM d.t': 42 * 8,
  'SELECT s FROM d.t': 40 * 5 + 6,
  'SELECT n FROM d.t': 0,
  'SELECT j FROM d.t': 40 * 7,
  'SELECT st FROM d.t': 40 * 11,
  'SELECT st.y FROM d.t': 40 * 3,
  'SELECT items FROM d.t': 40 * 24,
  'SELECT i.v FROM d.t, UNNEST(items) AS i': 40 * 8,
  'SELECT COUNT(*) FROM d.t': 0,
  'SELECT COUNT(*) FROM d.t, UNNEST(items)': 40 * 16,
  "SELECT COUNT(*) FROM d.t WHERE s = 'abc'": 40 * 5 + 6,
  'SELECT a FROM (SELECT a, s, ROW_NUMBER() OVER (ORDER BY st.x) AS r FROM d.t)': 42 * 8,
  'SELECT a FROM (SELECT a, s, ROW_NUMBER() OVER (ORDER BY st.x) AS r FROM d.t) WHERE r = 1': 42 * 8 + 40 * 8,
  'WITH x AS (SELECT * FROM d.t), unused AS (SELECT j FROM x) SELECT a FROM x': 42 * 8,
  'SELECT b.a FROM d.t AS b JOIN d.t AS c ON b.a = c.a': 42 * 8,
  'SELECT a FROM d.t UNION ALL SELECT st.x FROM d.t': 42 * 8 + 40 * 8,
  'SELECT (SELECT MAX(a) FROM d.t) AS m': 42 * 8,
  'SELECT 1 AS one WHERE EXISTS (SELECT s FROM d.t)': 0,
  'SELECT number FROM d.v': 42 * 8,
  'SELECT p.b.x FROM (SELECT STRUCT(st AS b, j AS c) AS p FROM d.t)': 40 * 8,
};

for (const [sql, expected] of Object.entries(SIZES)) {
  test(`the columns that are read are billed, down to fields: ${sql}`, async () => {
    assert.equal(await bytes(sql), expected);
  });
}

/** How many of the four days are read, and whether the rows without a day are. */
const PRUNED: Readonly<Record<string, readonly [days: number, nulls: 0 | 1]>> = {
  "day = '2026-08-02'": [1, 0],
  "'2026-08-02' = day": [1, 0],
  "day >= '2026-08-02' AND day < '2026-08-04'": [2, 0],
  "day BETWEEN '2026-08-02' AND '2026-08-03'": [2, 0],
  "day NOT BETWEEN '2026-08-02' AND '2026-08-03'": [2, 0],
  "day IN ('2026-08-01', '2026-08-04', '2027-01-01')": [2, 0],
  "day IN UNNEST([DATE '2026-08-01'])": [1, 0],
  "day = '2026-08-01' OR day > '2026-08-03'": [2, 0],
  "NOT (day = '2026-08-01' OR day > '2026-08-03')": [2, 0],
  "day != '2026-08-01'": [3, 0],
  'day IS NULL': [0, 1],
  'day IS NOT NULL': [4, 0],
  "day = DATE_SUB(DATE '2026-08-05', INTERVAL 2 DAY)": [1, 0],
  'day > DATE_SUB(CURRENT_DATE(), INTERVAL 1 DAY)': [4, 0],
  'day > CURRENT_DATE()': [3, 0],
  "DATE_TRUNC(day, MONTH) = '2026-08-01'": [4, 0],
  "DATE_TRUNC(day, MONTH) = '2026-09-01'": [0, 0],
  "TIMESTAMP(day) < TIMESTAMP '2026-08-02 12:00:00+00'": [2, 0],
  'day >= DATE(@from) AND day < DATE(@to)': [2, 0],
  'day = @missing': [0, 0],
  "d.after(day, '2026-08-03')": [1, 0],
  // What BigQuery does not understand either.
  "FORMAT_DATE('%d', day) = '02'": [4, 1],
  'day = (SELECT MAX(day) FROM d.t)': [4, 0],
  "day = '2026-08-02' OR a = 1": [4, 1],
};

const parameters = [
  { name: 'from', parameterType: { type: 'TIMESTAMP' }, parameterValue: { value: '2026-08-02 00:00:00+00' } },
  { name: 'to', parameterType: { type: 'TIMESTAMP' }, parameterValue: { value: '2026-08-04 00:00:00+00' } },
  { name: 'missing', parameterType: { type: 'DATE' }, parameterValue: { value: null } },
];

for (const [condition, [days, nulls]] of Object.entries(PRUNED)) {
  test(`partitions that a condition leaves out are not billed: ${condition}`, async () => {
    const perDay = days * 10 * 8 + nulls * 2 * 8;
    // The days themselves are read too, and, where the condition has it, a.
    const dayBytes = days * 10 * 8;
    assert.equal(await bytes(`SELECT a FROM d.t WHERE ${condition}`, { parameters }), perDay + dayBytes);
    const rest = condition.includes('d.after')
      ? condition
      : condition
          .replaceAll(/\bday\b/g, 'date')
          .replaceAll(/\ba\b/g, 'number')
          .replace('MAX(date)', 'MAX(day)');
    if (condition.includes('d.after')) return;
    assert.equal(
      await bytes(`WITH x AS (SELECT * FROM d.v) SELECT number FROM x WHERE ${rest}`, { parameters }),
      perDay + dayBytes,
    );
  });
}

test('no partition that has a row of the answer is left out', async () => {
  for (const condition of Object.keys(PRUNED)) {
    if (condition.includes('@')) continue;
    const [[all] = []] = await rows(
      `SELECT COUNT(DISTINCT IFNULL(day, DATE '1970-01-01')) FROM d.t WHERE ${condition}`,
    );
    const [days, nulls] = PRUNED[condition] ?? [0, 0];
    assert.ok(Number(all) <= days + nulls, condition);
  }
});

test('conditions reach tables through joins, set operations and WITH tables, where rows cannot come back as NULL', async () => {
  const one = 10 * 8 + 10 * 8;
  const all = 42 * 8 + 40 * 8;
  const join = (kind: string, where: string): string =>
    `SELECT b.a FROM (SELECT 1 AS a) AS o ${kind} JOIN d.t AS b ON o.a = b.a AND ${where}`;
  assert.equal(await bytes(join('', "b.day = '2026-08-02'")), one);
  assert.equal(await bytes(join('LEFT', "b.day = '2026-08-02'")), one);
  assert.equal(await bytes(join('RIGHT', "b.day = '2026-08-02'")), all);
  assert.equal(await bytes(join('FULL', "b.day = '2026-08-02'")), all);
  assert.equal(await bytes("SELECT a FROM (SELECT * FROM d.t LIMIT 5) WHERE day = '2026-08-02'"), all);
  assert.equal(
    await bytes("SELECT n FROM (SELECT day, COUNT(*) AS n FROM d.t GROUP BY day) WHERE day = '2026-08-02' AND n > 1"),
    10 * 8,
  );
  const union = "(SELECT day, a FROM d.t UNION ALL SELECT DATE '2026-08-02', 1)";
  assert.equal(await bytes(`SELECT a FROM ${union} WHERE day = '2026-08-02'`), one);
  const twice =
    "WITH x AS (SELECT * FROM d.t) SELECT a FROM x WHERE day = '2026-08-02' UNION ALL SELECT a FROM x WHERE day = '2026-08-03'";
  assert.equal(await bytes(twice), 2 * one);
});

test('decorators, pseudo columns and suffixes of wildcards pick partitions and tables', async () => {
  assert.equal(await bytes('SELECT a FROM `d.t$20260801`'), 80);
  await run('CREATE TABLE d.e_1 (a INT64) PARTITION BY _PARTITIONDATE');
  await run('CREATE TABLE d.e_2 AS SELECT 1 AS a UNION ALL SELECT 2');
  await run(
    "INSERT INTO d.e_1 (_PARTITIONTIME, a) VALUES (TIMESTAMP '2026-08-01', 1), (TIMESTAMP '2026-08-02', 2), (TIMESTAMP '2026-08-02', 3)",
  );
  assert.equal(await bytes("SELECT a FROM d.e_1 WHERE _PARTITIONDATE = '2026-08-02'"), 16);
  assert.equal(await bytes("SELECT a FROM d.e_1 WHERE DATE(_PARTITIONTIME) < '2026-08-02'"), 8);
  assert.equal(
    await bytes("SELECT a FROM d.e_1 WHERE TIMESTAMP_TRUNC(_PARTITIONTIME, DAY) = TIMESTAMP('2026-08-01')"),
    8,
  );
  assert.equal(await bytes('SELECT a FROM `d.e_*`'), 40);
  assert.equal(await bytes("SELECT a FROM `d.e_*` WHERE _TABLE_SUFFIX = '2'"), 16);
  assert.equal(await bytes("SELECT a FROM `d.e_*` WHERE _TABLE_SUFFIX BETWEEN '0' AND '1'"), 24);
});

test('ranges of integers are partitions too', async () => {
  await run('CREATE TABLE d.r (id INT64, a INT64) PARTITION BY RANGE_BUCKET(id, GENERATE_ARRAY(0, 100, 10))');
  await run('INSERT INTO d.r SELECT i, i FROM UNNEST([1, 2, 11, 95, 500]) AS i');
  assert.equal(await bytes('SELECT a FROM d.r WHERE id < 10'), 32 + 16);
  assert.equal(await bytes('SELECT a FROM d.r WHERE id = 12 OR id IS NULL'), 16 + 16);
});

test('a change reads what it writes anew: every column of the partitions that it picks', async () => {
  const perRow = 8 + 8 + 5 + 11 + 24 + 7;
  assert.equal(await bytes("DELETE FROM d.t WHERE day = '2026-08-02' AND a = 3"), 10 * perRow);
  assert.equal(await bytes("UPDATE d.t SET s = 'x' WHERE day = '2026-08-02'"), 10 * perRow);
  assert.equal(await bytes('INSERT INTO d.t (a) SELECT a FROM d.t'), 42 * 8);
  assert.equal(await bytes('CREATE TABLE d.copy AS SELECT a FROM d.t'), 42 * 8);
  assert.equal(await bytes('TRUNCATE TABLE d.t'), 0);
  assert.equal(await bytes('DROP TABLE d.t'), 0);
});

test('sizes follow rows that are added and changed, and columns', async () => {
  await run('CREATE TABLE d.g (a INT64, s STRING)');
  const statistics = async (): Promise<readonly number[]> => {
    const { rows: count, bytes: size } = valueOf(await warehouse.tables.statistics(table('g')));
    return [count, size];
  };
  assert.deepEqual(await statistics(), [0, 0]);
  await append('g', [{ a: 1, s: 'x' }, { a: 2 }]);
  assert.deepEqual(await statistics(), [2, 19]);
  await append('g', [{ a: 3 }]);
  assert.deepEqual(await statistics(), [3, 27]);
  await run('DELETE FROM d.g WHERE a = 1');
  assert.deepEqual(await statistics(), [2, 16]);
  await append('g', [{ a: 4 }]);
  assert.deepEqual(await statistics(), [3, 24]);
  await run('ALTER TABLE d.g ADD COLUMN b BOOL');
  await append('g', [{ a: 5, b: true }]);
  assert.deepEqual(await statistics(), [4, 33]);
  assert.equal(await bytes('SELECT b FROM d.g'), 1);
  assert.deepEqual(valueOf(await warehouse.tables.statistics({ ...DATASET, tableId: 't$20260801' })).rows, 10);
});
