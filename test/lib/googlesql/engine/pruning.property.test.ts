// Whatever the condition, a partition with a row that fulfils it is read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { testWarehouse } from './test-warehouse.ts';

const { run, rows } = await testWarehouse();

await run('CREATE TABLE d.t (ts TIMESTAMP, a INT64) PARTITION BY DATE(ts)');
await run(
  `INSERT INTO d.t
   SELECT TIMESTAMP_ADD(TIMESTAMP '2026-07-30 00:00:00+00', INTERVAL hours HOUR), MOD(hours, 5)
   FROM UNNEST(GENERATE_ARRAY(0, 23 * 6, 6)) AS hours`,
);
await run('INSERT INTO d.t VALUES (NULL, 1)');

const instant = fc
  .tuple(fc.integer({ min: 28, max: 31 }), fc.integer({ min: 0, max: 23 }))
  .map(([day, hour]) => `TIMESTAMP '2026-07-${day} ${String(hour).padStart(2, '0')}:30:00+00'`);
const time = fc.oneof(
  instant,
  fc.constant('CAST(NULL AS TIMESTAMP)'),
  fc.constant('CURRENT_TIMESTAMP()'),
  instant.map((text) => `TIMESTAMP_ADD(${text}, INTERVAL 3 DAY)`),
);
const date = fc.oneof(
  time.map((text) => `DATE(${text})`),
  fc.constant("DATE '2026-08-01'"),
);
const sign = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const leaf = fc.oneof(
  fc.tuple(sign, time).map(([s, value]) => `ts ${s} ${value}`),
  fc.tuple(sign, time).map(([s, value]) => `${value} ${s} ts`),
  fc.tuple(sign, date).map(([s, value]) => `DATE(ts) ${s} ${value}`),
  fc.tuple(sign, date).map(([s, value]) => `CAST(ts AS DATE) ${s} ${value}`),
  fc.tuple(sign, time).map(([s, value]) => `TIMESTAMP_TRUNC(ts, HOUR) ${s} ${value}`),
  fc.tuple(sign, date).map(([s, value]) => `DATE_TRUNC(DATE(ts), MONTH) ${s} ${value}`),
  fc.tuple(time, time).map(([low, high]) => `ts BETWEEN ${low} AND ${high}`),
  fc.tuple(date, date).map(([one, two]) => `DATE(ts) IN (${one}, ${two})`),
  fc.tuple(date, date).map(([one, two]) => `DATE(ts) IN UNNEST([${one}, ${two}])`),
  fc.constantFrom('ts IS NULL', 'ts IS NOT NULL', 'a = 1', 'a > 2', 'TRUE', 'NULL', 'DATE(ts) IS NULL'),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.tuple(tie('condition'), tie('condition')).map(([one, two]) => `(${one} AND ${two})`),
    fc.tuple(tie('condition'), tie('condition')).map(([one, two]) => `(${one} OR ${two})`),
    tie('condition').map((inner) => `NOT (${inner})`),
    tie('condition').map((inner) => `(${inner}) IS TRUE`),
  ),
}));

/** Bytes of the column `a` in the rows of the partitions that are read. */
async function readBytes(where: string): Promise<number> {
  const { bytesProcessed } = await run(`SELECT a, ts FROM d.t WHERE ${where}`, { dryRun: true });
  return bytesProcessed;
}

const perPartition = new Map(
  (await rows("SELECT IFNULL(FORMAT_DATE('%F', DATE(ts)), ''), SUM(8 + IF(ts IS NULL, 0, 8)) FROM d.t GROUP BY 1")).map(
    ([day, size]) => [String(day), Number(size)],
  ),
);

test('a partition with a row that fulfils the condition is read', async () => {
  await fc.assert(
    fc.asyncProperty(condition, async (where) => {
      const matching = await rows(`SELECT DISTINCT IFNULL(FORMAT_DATE('%F', DATE(ts)), '') FROM d.t WHERE ${where}`);
      const least = matching.reduce((sum, [day]) => sum + (perPartition.get(String(day)) ?? 0), 0);
      const read = await readBytes(where);
      assert.ok(read >= least, `${where}: ${read} bytes read, ${least} in partitions that matter`);
    }),
    { numRuns: 300 },
  );
});
