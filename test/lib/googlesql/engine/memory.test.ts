// Statements and rows that would take more memory than there is end by themselves: the process stays, and so does what was acknowledged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainOfNamed } from '../bombs.ts';
import { encoded, table, testWarehouse, valueOf } from './test-warehouse.ts';

const { warehouse, run, rows, refusal, append } = await testWarehouse();
await run('CREATE TABLE d.kept (a INT64)');
await append('kept', [{ a: 1 }, { a: 2 }]);

async function assertAlive(): Promise<void> {
  assert.deepEqual(await rows('SELECT SUM(a) FROM d.kept'), [['3']]);
}

const X = "REPEAT('x', 1000000)";

const RUNAWAYS = {
  'rows of a text that is made once': `SELECT ${X} FROM UNNEST(GENERATE_ARRAY(1, 20000))`,
  'STRING_AGG of gigabytes': `SELECT LENGTH(STRING_AGG(${X})) FROM UNNEST(GENERATE_ARRAY(1, 5000))`,
  'TO_JSON_STRING of gigabytes': `SELECT TO_JSON_STRING(ARRAY_AGG(${X})) FROM UNNEST(GENERATE_ARRAY(1, 5000))`,
  'FORMAT of gigabytes': `SELECT FORMAT('%T', ARRAY_AGG(${X})) FROM UNNEST(GENERATE_ARRAY(1, 5000))`,
  'an array joined by a long separator': `SELECT LENGTH(ARRAY_TO_STRING(SPLIT(${X}, ''), ${X}))`,
  'texts that are joined again and again': `SELECT LENGTH(${'CONCAT(s, s) || s || '.repeat(30)} s) FROM (SELECT ${X} AS s FROM UNNEST([1, 2]))`,
  'texts that double in a recursive query':
    "WITH RECURSIVE r AS (SELECT 1 AS n, 'x' AS s UNION ALL SELECT n + 1, CONCAT(s, s) FROM r WHERE n < 60) SELECT MAX(LENGTH(s)) FROM r",
  'bytes that double in a recursive query':
    "WITH RECURSIVE r AS (SELECT 1 AS n, b'x' AS s UNION ALL SELECT n + 1, s || s FROM r WHERE n < 60) SELECT MAX(LENGTH(s)) FROM r",
  'a replacement by regular expression': `SELECT LENGTH(REGEXP_REPLACE(${X}, 'x', REPEAT('y', 100000)))`,
  'arguments of a JavaScript function':
    "SELECT SUM(LENGTH(FORMAT('%s', s))) FROM (SELECT REPEAT('x', 1000000) AS s FROM UNNEST(GENERATE_ARRAY(1, 2000)))",
  'a variable that doubles': "DECLARE s STRING DEFAULT 'x'; LOOP SET s = CONCAT(s, s); END LOOP",
  'arrays of arrays':
    'SELECT ARRAY_CONCAT_AGG(x) FROM (SELECT GENERATE_ARRAY(i, i + 1000000) AS x FROM UNNEST(GENERATE_ARRAY(1, 100)) AS i)',
};

/** What this process may take for a statement more than before: DuckDB's limit, the worker's heap, and some chunks. */
const MAX_GROWTH_BYTES = 2e9;

for (const [name, sql] of Object.entries(RUNAWAYS)) {
  test(`it ends for want of memory: ${name}`, async () => {
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 10);
    assert.equal((await refusal(sql)).reason, 'resourcesExceeded');
    clearInterval(watch);
    assert.ok(most - before < MAX_GROWTH_BYTES, `it took ${Math.round((most - before) / 1e6)} MB`);
    await assertAlive();
  });
}

const LARGE = {
  "REPEAT('x', 1048577)": 'Output of REPEAT exceeds max allowed output size of 1MB',
  "REPEAT(b'xy', 9223372036854775807)": 'Output of REPEAT exceeds max allowed output size of 1MB',
  "REPEAT('xy', 9223372036854775807)": 'Output of REPEAT exceeds max allowed output size of 1MB',
  "LPAD('x', 1000000000000)": 'Output of LPAD/RPAD exceeds max allowed output size of 1MB',
  "RPAD(b'x', 1000000000000)": 'Output of LPAD/RPAD exceeds max allowed output size of 1MB',
  "FORMAT('%1000000000d', 1)": 'Output of FORMAT exceeds max allowed output size of 1MB',
  "FORMAT('%.*f', 2000000000, 1.0)": 'Output of FORMAT exceeds max allowed output size of 1MB',
  "REPLACE(REPEAT('x', 1000000), 'x', REPEAT('y', 100000))": 'Output of REPLACE exceeds max allowed output size of 1MB',
  "REPLACE(CAST(REPEAT('x', 1000000) AS BYTES), b'x', b'yyy')":
    'Output of REPLACE exceeds max allowed output size of 1MB',
  "TRANSLATE(REPEAT('x', 1000000), 'x', 'ü')": 'Output of TRANSLATE exceeds max allowed output size of 1MB',
  'GENERATE_ARRAY(1, 1000000000000)': 'Cannot generate arrays with more than 1048575 elements.',
  "GENERATE_DATE_ARRAY('0001-01-01', '9999-12-31')": 'Cannot generate arrays with more than 1048575 elements.',
  "GENERATE_TIMESTAMP_ARRAY('2000-01-01', '2020-01-01', INTERVAL 1 SECOND)":
    'Cannot generate arrays with more than 1048575 elements.',
  "JSON_SET(JSON '[]', '$[1000000000]', 1)": 'Exceeded maximum array size of 1000000',
};

for (const [call, message] of Object.entries(LARGE)) {
  test(`much is not made of little: ${call}`, async () => {
    assert.equal((await refusal(`SELECT ${call}`)).message.startsWith(message), true);
  });
}

test('what is just small enough is made', async () => {
  const sql = "SELECT LENGTH(REPEAT('xy', 524288)), REPEAT('', 9223372036854775807), LENGTH(LPAD('x', 1048576))";
  assert.deepEqual(await rows(sql), [['1048576', '', '1048576']]);
});

test('large texts are joined and replaced as small ones are', async () => {
  const sql = `SELECT LENGTH(a || '-' || UPPER(b)), LENGTH(CONCAT(a, 1)), a || NULL, LENGTH(REPLACE(a, 'xx', 'y')), LENGTH(REPLACE(b, '', 'z'))
    FROM (SELECT REPEAT('x', 100000) AS a, REPEAT('y', 5) AS b)`;
  assert.deepEqual(await rows(sql), [['100006', '100001', null, '50000', '5']]);
  assert.deepEqual(await rows("SELECT LENGTH(SAFE.REPEAT('xy', 100000)), SAFE.REPEAT('x', -1), SAFE.REPEAT(NULL, 2)"), [
    ['200000', null, null],
  ]);
  assert.deepEqual(await rows("SELECT REPLACE('banana', 'an', 'AN'), b'a' || b'b', REPLACE(NULL, 'a', 'b')"), [
    ['bANANa', 'YWI=', null],
  ]);
});

test('a query that doubles itself is refused before it is planned', async () => {
  const sql =
    "DECLARE s STRING DEFAULT 'SELECT 1 AS a'; LOOP SET s = CONCAT(s, ' UNION ALL ', s); EXECUTE IMMEDIATE s; END LOOP";
  assert.match((await refusal(sql)).message, /too many subqueries or query is too complex/);
  await assertAlive();
});

test('an error behind the first rows of a result fails the query, however many rows came before', async () => {
  for (const sql of [
    'SELECT DIV(1, 150000 - x) FROM UNNEST(GENERATE_ARRAY(1, 200000)) AS x',
    'SELECT DIV(1, 5000 - x) FROM UNNEST(GENERATE_ARRAY(1, 10000)) AS x',
    'SELECT 1 UNION ALL SELECT DIV(1, 3000 - x) FROM UNNEST(GENERATE_ARRAY(1, 3000)) AS x',
  ]) {
    assert.match((await refusal(sql)).message, /^division by zero: 1 \/ 0/);
  }
});

test('a chain of named queries is run up to a length, and refused at a place beyond it', async () => {
  assert.deepEqual(await rows(chainOfNamed(1000)), [['1']]);
  const { reason, message } = await refusal(chainOfNamed(10_000));
  assert.equal(reason, 'invalidQuery');
  assert.match(message, /query is too complex\. at \[1:\d+\]$/);
});

test('a result of few values that are large is kept outside of JavaScript and read page by page', async () => {
  const { result } = await run(
    "SELECT i, REPEAT('x', 100000) AS s FROM UNNEST(GENERATE_ARRAY(1, 200)) AS i ORDER BY i",
  );
  assert.equal(result?.totalRows, 200);
  const source = { kind: 'result', resultId: result?.resultId ?? '' } as const;
  const page = valueOf(await warehouse.readRows(source, { offset: 50, maxRows: 150, timestamps: 'int64' }));
  assert.ok(page.rowCount > 50 && page.rowCount < 150 && page.rowsJson.length < 11e6);
  assert.match(Buffer.from(page.rowsJson.subarray(0, 40)).toString(), /^\[\{"f":\[\{"v":"51"\}/);
});

const ROW = { numbers: Array.from({ length: 50_000 }, (_, i) => i) };

test('rows that are too many to be held at once are appended in one step all the same', async () => {
  await run('CREATE TABLE d.many (numbers ARRAY<INT64>)');
  const more = Array.from({ length: 60 }, () => ROW);
  assert.equal(await append('many', more), 60);
  assert.deepEqual(await rows('SELECT COUNT(*), SUM(ARRAY_LENGTH(numbers)) FROM d.many'), [['60', '3000000']]);
  const options = { ignoreUnknownValues: false, skipInvalidRows: false };
  const outcome = valueOf(await warehouse.appendRows(table('many'), [...more, { numbers: 'x' }].map(encoded), options));
  assert.equal(outcome.appended, 0);
  assert.equal(outcome.rowErrors.at(-1)?.errors[0]?.reason, 'invalid');
  assert.deepEqual(await rows('SELECT COUNT(*) FROM d.many'), [['60']]);
  const skipping = { ...options, skipInvalidRows: true };
  const skipped = await warehouse.appendRows(table('many'), [{ numbers: 'x' }, ...more].map(encoded), skipping);
  assert.equal(valueOf(skipped).appended, 60);
  await assertAlive();
});
