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
