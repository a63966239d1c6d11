import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Outcome } from '#lib/googlesql/engine/outcome.ts';
import type { CopyResult, WriteDisposition } from '#lib/googlesql/engine/requests.ts';
import { table, testWarehouse, valueOf } from './test-warehouse.ts';

const { warehouse, run, rows } = await testWarehouse();

async function copy(
  from: string | readonly string[],
  to: string,
  writeDisposition: WriteDisposition = 'WRITE_TRUNCATE',
): Promise<Outcome<CopyResult>> {
  return warehouse.copy({
    sources: [from].flat().map(table),
    destination: table(to),
    writeDisposition,
    createDisposition: 'CREATE_IF_NEEDED',
  });
}

test('replacing partitions in any order leaves in each what was last copied into it', async () => {
  const days = ['20260801', '20260802', '20260803'];
  const step = fc.record({ day: fc.constantFrom(...days), values: fc.array(fc.nat(1000), { maxLength: 4 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      await run('CREATE OR REPLACE TABLE d.kept (day DATE, n INT64) PARTITION BY day');
      const model = new Map<string, readonly number[]>();
      for (const { day, values } of steps) {
        await run('CREATE OR REPLACE TABLE d.staged (day DATE, n INT64) PARTITION BY day');
        if (values.length > 0) {
          const list = values.map((n) => `(PARSE_DATE('%Y%m%d', '${day}'), ${n})`).join(', ');
          await run(`INSERT d.staged (day, n) VALUES ${list}`);
        }
        valueOf(await copy(`staged$${day}`, `kept$${day}`));
        model.set(day, values);
      }
      const found = await rows(`SELECT FORMAT_DATE('%Y%m%d', day), n FROM d.kept ORDER BY 1, 2`);
      const expected = days.flatMap((day) =>
        (model.get(day) ?? []).toSorted((a, b) => a - b).map((n) => [day, String(n)]),
      );
      assert.deepEqual(found, expected);
    }),
    { numRuns: 15 },
  );
});

test('a table is made like its source, and columns are matched by name', async () => {
  await run('CREATE TABLE d.like_me (day DATE NOT NULL, a INT64, b STRING) PARTITION BY day CLUSTER BY b');
  await run('INSERT d.like_me VALUES ("2026-08-01", 1, "x")');
  const { copiedRows, destination } = valueOf(await copy('like_me', 'made'));
  assert.equal(copiedRows, 1);
  assert.deepEqual(destination.timePartitioning, { type: 'DAY', field: 'day' });
  assert.deepEqual(destination.clustering, { fields: ['b'] });
  await run('CREATE TABLE d.turned (b STRING, a INT64, day DATE)');
  valueOf(await copy('like_me', 'turned', 'WRITE_APPEND'));
  assert.deepEqual(await rows('SELECT * FROM d.turned'), [['x', '1', '2026-08-01']]);
});

test('dispositions decide what becomes of the rows that are there', async () => {
  await run('CREATE TABLE d.one AS SELECT 1 AS a');
  await run('CREATE TABLE d.two AS SELECT 2 AS a');
  const refused = await copy('one', 'two', 'WRITE_EMPTY');
  assert.ok(refused.kind === 'failed' && refused.error.reason === 'duplicate');
  assert.equal(refused.error.message, 'Already Exists: Table test-project:d.two');
  valueOf(await copy(['one', 'one'], 'two', 'WRITE_APPEND'));
  assert.deepEqual(await rows('SELECT a FROM d.two ORDER BY a'), [['1'], ['1'], ['2']]);
  valueOf(await copy('one', 'two'));
  assert.deepEqual(await rows('SELECT a FROM d.two'), [['1']]);
});

test('a table or partition copied onto itself stays what it is', async () => {
  await run('CREATE TABLE d.own (day DATE) PARTITION BY day AS SELECT DATE "2026-08-01" AS day');
  valueOf(await copy('own$20260801', 'own$20260801'));
  valueOf(await copy('own', 'own'));
  assert.deepEqual(await rows('SELECT day FROM d.own'), [['2026-08-01']]);
});

test('a refused copy changes nothing', async () => {
  await run('CREATE TABLE d.full (day DATE) PARTITION BY day AS SELECT DATE "2026-08-01" AS day');
  await run('CREATE TABLE d.other (day DATE) PARTITION BY day AS SELECT DATE "2026-08-02" AS day');
  await run('CREATE TABLE d.texts (day STRING)');
  const wrongDay = await copy('other', 'full$20260801');
  assert.ok(wrongDay.kind === 'failed');
  assert.match(wrongDay.error.message, /^Some rows belong to different partitions/);
  const wrongType = await copy('texts', 'full', 'WRITE_APPEND');
  assert.ok(wrongType.kind === 'failed');
  assert.match(wrongType.error.message, /Field day has changed type from DATE to STRING/);
  const missing = await copy('nowhere', 'full');
  assert.ok(missing.kind === 'failed' && missing.error.reason === 'notFound');
  assert.deepEqual(await rows('SELECT day FROM d.full'), [['2026-08-01']]);
});
