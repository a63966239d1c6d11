import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encoded, START_MS, table, testWarehouse, valueOf } from './test-warehouse.ts';

const { warehouse, run, rows, append, clock } = await testWarehouse();

test('rows of any values come back as they went in, in their order', async () => {
  await run('CREATE TABLE d.any (s STRING, i INT64, f FLOAT64, b BOOL, l ARRAY<STRING>, r STRUCT<x STRING, y INT64>)');
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const text = fc.string({ unit: 'grapheme' });
  const row = fc.record({
    s: fc.option(text),
    i: fc.option(int64.map(String)),
    // JSON has no negative zero.
    f: fc.option(fc.double({ noDefaultInfinity: true, noNaN: true }).filter((f) => !Object.is(f, -0))),
    b: fc.option(fc.boolean()),
    l: fc.array(text, { maxLength: 3 }),
    r: fc.option(fc.record({ x: fc.option(text), y: fc.option(int64.map(String)) })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (list) => {
      await run('TRUNCATE TABLE d.any');
      assert.equal(await append('any', list), list.length);
      const found = await rows('SELECT * FROM d.any');
      assert.deepEqual(
        found.map(([s, i, f, b, l, r]) => [s, i, f === null ? null : Number(f), b, l, r]),
        list.map(({ s, i, f, b, l, r }) => [s, i, f, b === null ? null : String(b), l, r === null ? null : [r.x, r.y]]),
      );
    }),
    { numRuns: 30 },
  );
});

test('integers and decimals that a double does not hold stay exact as bare numbers', async () => {
  await run('CREATE TABLE d.wide (i INT64, n NUMERIC, b BIGNUMERIC)');
  const json = Buffer.from(
    '{"i": 9223372036854775807, "n": 12345678901234567890.123456789, "b": 0.00000000000000000001}',
  );
  const options = { ignoreUnknownValues: false, skipInvalidRows: false };
  valueOf(await warehouse.appendRows(table('wide'), [json], options));
  assert.deepEqual(await rows('SELECT * FROM d.wide'), [
    ['9223372036854775807', '12345678901234567890.123456789', '0.00000000000000000001'],
  ]);
});

test('they stay exact wherever a number may stand, and digits in a text are a text', async () => {
  await run('CREATE TABLE d.places (l ARRAY<INT64>, r STRUCT<x INT64>, s STRING, n NUMERIC)');
  const json = Buffer.from(
    '{"l":[1785585600250001,8999999999999999,9007199254740993,-9007199254740993 ,\n9223372036854775807],"r":{"x" :\t-9223372036854775808},"s":"1234567890123456789","n":1234567890123456e3}',
  );
  const options = { ignoreUnknownValues: false, skipInvalidRows: false };
  valueOf(await warehouse.appendRows(table('places'), [json], options));
  assert.deepEqual(await rows('SELECT TO_JSON_STRING(l), CAST(r.x AS STRING), s, CAST(n AS STRING) FROM d.places'), [
    [
      '[1785585600250001,8999999999999999,"9007199254740993","-9007199254740993","9223372036854775807"]',
      '-9223372036854775808',
      '1234567890123456789',
      '1234567890123456000',
    ],
  ]);
});

test('a bare number for a TIMESTAMP is seconds or microseconds, as the caller says', async () => {
  await run('CREATE TABLE d.times (t TIMESTAMP)');
  await append('times', [{ t: 1785585600.25 }, { t: '1785585600' }], { numericTimestamps: 'seconds' });
  await append('times', [{ t: 1785585600250000 }], { numericTimestamps: 'micros' });
  await append('times', [{ t: '2026-08-01 12:00:00 UTC' }]);
  assert.deepEqual(await rows('SELECT t FROM d.times'), [
    ['1785585600250000'],
    ['1785585600000000'],
    ['1785585600250000'],
    ['1785585600000000'],
  ]);
});

test('what is wrong with a row is told by place, never by value', async () => {
  await run('CREATE TABLE d.strict (a INT64 NOT NULL, r STRUCT<x DATE>, l ARRAY<INT64>, s STRING(3))');
  const bad = [
    {},
    { a: null },
    { a: 'secret' },
    { a: [1] },
    { a: { secret: 1 } },
    { a: 1, nothing: 'secret' },
    { a: 1, r: { x: 'secret' } },
    { a: 1, r: 'secret' },
    { a: 1, r: { z: 'secret' } },
    { a: 1, l: 5 },
    { a: 1, l: [null] },
    { a: 1, s: 'secret' },
  ];
  const given = [...bad.map(encoded), Buffer.from('[1]'), Buffer.from('{"a":'), encoded({ a: 1 })];
  const { appended, rowErrors } = valueOf(
    await warehouse.appendRows(table('strict'), given, { ignoreUnknownValues: false, skipInvalidRows: true }),
  );
  assert.equal(appended, 1);
  assert.deepEqual(
    rowErrors.map(({ index, errors: [first] }) => [index, first?.location]),
    [
      [0, 'a'],
      [1, 'a'],
      [2, 'a'],
      [3, 'a'],
      [4, 'a'],
      [5, 'nothing'],
      [6, 'r.x'],
      [7, 'r'],
      [8, 'r.z'],
      [9, 'l'],
      [10, 'l'],
      [11, 's'],
      [12, ''],
      [13, ''],
    ],
  );
  assert.doesNotMatch(JSON.stringify(rowErrors), /secret/);
});

test('columns that a row does not name have their default, and names are found in any case', async () => {
  await run('CREATE TABLE d.defaults (a INT64 DEFAULT 7, t TIMESTAMP DEFAULT CURRENT_TIMESTAMP(), b STRING)');
  await append('defaults', [{ B: 'x' }, { A: null }]);
  assert.deepEqual(await rows('SELECT * FROM d.defaults'), [
    ['7', String(START_MS * 1000), 'x'],
    [null, String(START_MS * 1000), null],
  ]);
});

test('rows go to the partition of now, or to that of the decorator', async () => {
  await run('CREATE TABLE d.arrivals (a INT64) PARTITION BY _PARTITIONDATE');
  await append('arrivals', [{ a: 1 }]);
  await append('arrivals$20260701', [{ a: 2 }]);
  clock.nowMs += 24 * 3600 * 1000;
  await append('arrivals', [{ a: 3 }]);
  assert.deepEqual(await rows('SELECT a, _PARTITIONDATE FROM d.arrivals ORDER BY a'), [
    ['1', '2026-08-01'],
    ['2', '2026-07-01'],
    ['3', '2026-08-02'],
  ]);
});

test('a row of another partition than the decorator names is refused', async () => {
  await run('CREATE TABLE d.days (day DATE) PARTITION BY day');
  assert.equal(
    await append('days$20260801', [{ day: '2026-08-01' }, { day: '2026-08-02' }], { skipInvalidRows: true }),
    1,
  );
  const outcome = await warehouse.appendRows(table('days$202608'), [encoded({})], {
    ignoreUnknownValues: false,
    skipInvalidRows: false,
  });
  assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'invalid');
});
