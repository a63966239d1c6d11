import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wideBombs } from '../bombs.ts';
import { testWarehouse } from './test-warehouse.ts';

const { warehouse, rows } = await testWarehouse();

/** Minutes of work for DuckDB alone, and for functions in JavaScript. */
const LONG = [
  'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 9999)) a, UNNEST(GENERATE_ARRAY(1, 9999)) b, UNNEST(GENERATE_ARRAY(1, 9999)) c WHERE MOD(a * b + c, 7) = 1',
  "SELECT SUM(LENGTH(FORMAT('%d', a * b))) FROM UNNEST(GENERATE_ARRAY(1, 100000)) a, UNNEST(GENERATE_ARRAY(1, 1000)) b",
  'DECLARE n INT64 DEFAULT 0; LOOP SET n = n + 1; END LOOP',
];

for (const sql of LONG) {
  test(`within a second a cancelled statement answers that it was stopped: ${sql.slice(0, 40)}`, async () => {
    const running = warehouse.run({ queryId: 'long', sql });
    // What is asked after it is answered while it runs.
    assert.deepEqual(await rows('SELECT 1'), [['1']]);
    const startMs = performance.now();
    assert.equal(await warehouse.cancel('long'), true);
    const outcome = await running;
    assert.ok(performance.now() - startMs < 1000);
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'stopped');
    assert.equal(await warehouse.cancel('long'), false);
  });
}

test('a statement that cannot be interrupted, as DuckDB still plans it, is answered within a second all the same', async () => {
  for (const what of ['aggregates', 'group keys', 'order keys']) {
    const running = warehouse.run({ queryId: 'planned', sql: wideBombs[what] ?? '', timeoutMs: 300 });
    const startMs = performance.now();
    const outcome = await running;
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'timeout', what);
    assert.ok(performance.now() - startMs < 2000, what);
    assert.deepEqual(await rows('SELECT 1'), [['1']]);
  }
});

test('a statement that waits for its turn can be cancelled too', async () => {
  const [long = ''] = LONG;
  const names = ['1', '2', '3', '4', '5', '6'];
  const running = names.map((queryId) => warehouse.run({ queryId, sql: long }));
  for (const queryId of names.toReversed()) assert.equal(await warehouse.cancel(queryId), true);
  for (const outcome of await Promise.all(running)) {
    assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'stopped');
  }
});

test('a statement ends when its time is up', async () => {
  const outcome = await warehouse.run({ queryId: 'timed', sql: LONG[0] ?? '', timeoutMs: 50 });
  assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'timeout');
});
