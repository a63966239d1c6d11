import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATASET, START_MS, table, testWarehouse, valueOf } from './test-warehouse.ts';

const DAY_MS = 24 * 3600 * 1000;
const { warehouse, clock, run, rows, refusal } = await testWarehouse();

test('a table goes at its time, and its name is free', async () => {
  clock.nowMs = START_MS;
  await run('CREATE TABLE d.short (a INT64) OPTIONS (expiration_timestamp = TIMESTAMP "2026-08-02 00:00:00+00")');
  clock.nowMs = START_MS + DAY_MS;
  assert.equal((await refusal('SELECT * FROM d.short')).reason, 'notFound');
  assert.equal((await warehouse.tables.get(table('short'))).kind, 'failed');
  assert.deepEqual(valueOf(await warehouse.tables.list(DATASET)), []);
  await run('CREATE TABLE d.short (b INT64)');
});

test('a partition goes when its lifetime since its start is over, rows without one stay', async () => {
  clock.nowMs = START_MS;
  await run('CREATE TABLE d.days (day DATE) PARTITION BY day OPTIONS (partition_expiration_days = 10)');
  await run('INSERT d.days VALUES (DATE "2026-07-21"), (DATE "2026-07-22"), (DATE "2026-07-23"), (NULL)');
  clock.nowMs = START_MS + 61_000;
  assert.deepEqual(await rows('SELECT day FROM d.days ORDER BY day'), [[null], ['2026-07-23']]);
  clock.nowMs = START_MS + 12 * 3600 * 1000;
  assert.deepEqual(await rows('SELECT day FROM d.days'), [[null]]);
});

test('a result goes after its lifetime', async () => {
  clock.nowMs = START_MS;
  const { result } = await run('SELECT 1 AS a');
  assert.ok(result !== undefined);
  const source = { kind: 'result', resultId: result.resultId } as const;
  const options = { offset: 0, maxRows: 1, timestamps: 'int64' } as const;
  assert.equal(valueOf(await warehouse.readRows(source, options)).rowCount, 1);
  clock.nowMs = result.expiresMs;
  const outcome = await warehouse.readRows(source, options);
  assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'notFound');
});
