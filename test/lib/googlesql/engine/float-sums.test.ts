import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testWarehouse } from './test-warehouse.ts';

const { rows, refusal } = await testWarehouse();

const INF = "CAST('inf' AS FLOAT64)";
const NAN = "CAST('nan' AS FLOAT64)";

/** Sums and averages of floats, as https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate_functions#avg has them. */
const CASES: Readonly<Record<string, readonly [sum: string | null, average: string | null]>> = {
  '1.5, 2': ['3.5', '1.75'],
  [`${INF}, 1`]: ['Infinity', 'Infinity'],
  [`${INF}, -${INF}`]: ['NaN', 'NaN'],
  [`${NAN}, 1`]: ['NaN', 'NaN'],
  '1e308, 1e308, -1e308': ['1.0E308', '3.333333333333333E307'],
  [`1e308, 1e308, -${INF}`]: ['-Infinity', '-Infinity'],
  NULL: [null, null],
  '': [null, null],
};

for (const [list, expected] of Object.entries(CASES)) {
  test(`sum and average of floats: [${list}]`, async () => {
    assert.deepEqual(await rows(`SELECT SUM(x), AVG(x) FROM UNNEST(ARRAY<FLOAT64>[${list}]) AS x`), [expected]);
  });
}

test('a sum that ends beyond the greatest float is an error', async () => {
  for (const name of ['SUM', 'AVG']) {
    const { message } = await refusal(`SELECT ${name}(x) FROM UNNEST([1e308, 1e308]) AS x`);
    assert.equal(message, 'double overflow');
  }
});

test('a sum whose numbers overflow on their way is the same error as without the sum', async () => {
  for (const sql of [
    'SELECT SUM(x * 10) FROM UNNEST([1.0, 1e308]) AS x',
    'SELECT AVG(x * 10 - 1e308) FROM UNNEST([1.0, 1e308]) AS x',
    'SELECT SUM(x * 10) OVER () FROM UNNEST([1.0, 1e308]) AS x',
  ]) {
    assert.equal((await refusal(sql)).message, 'double overflow: 1e+308 * 10', sql);
  }
  const { message } = await refusal('SELECT SUM(1 / x) FROM UNNEST([1.0, 0.0]) AS x');
  assert.equal(message, 'division by zero: 1 / 0');
});

test('what is taken of a sum under SAFE is not NULL because the sum was taken again', async () => {
  const sum = 'SUM(x) FROM UNNEST([1e308, 1e308, -1e308]) AS x';
  assert.deepEqual(await rows(`SELECT SAFE_CAST(SUM(x) AS STRING), SAFE.ABS(${sum.replace(' FROM', ') FROM')}`), [
    ['1e+308', '1.0E308'],
  ]);
});

/** Sums of NUMERICs may leave the range of NUMERIC on their way, and only there. */
const WIDE = "NUMERIC '99999999999999999999999999999'";

test('sums of NUMERICs that pass the greatest one on their way are right', async () => {
  const list = `UNNEST([${WIDE}, ${WIDE}, ${WIDE}, -${WIDE}, -${WIDE}, NUMERIC '0.000000001']) AS x`;
  assert.deepEqual(await rows(`SELECT SUM(x), AVG(x) FROM ${list}`), [
    ['99999999999999999999999999999.000000001', '16666666666666666666666666666.5'],
  ]);
  assert.deepEqual(await rows('SELECT SUM(x), AVG(x) FROM UNNEST(CAST([] AS ARRAY<NUMERIC>)) AS x'), [[null, null]]);
  assert.match((await refusal(`SELECT SUM(x) FROM UNNEST([${WIDE}, ${WIDE}]) AS x`)).message, /^numeric overflow: SUM/);
});
