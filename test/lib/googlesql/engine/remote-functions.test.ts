/** Remote functions: what their endpoints are asked, and what statements make of the answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed, ok } from '#lib/googlesql/engine/outcome.ts';
import type { CallRemote, RemoteCall } from '#lib/googlesql/engine/remote/remote-call.ts';
import { openTestWarehouse, type TestWarehouse } from './test-warehouse.ts';

type Rows = readonly (readonly unknown[])[];

interface World extends TestWarehouse {
  readonly calls: RemoteCall[];
}

/** A warehouse whose endpoints answer each row of arguments with `reply`. */
async function worldOf(reply: (row: readonly unknown[]) => unknown, call?: CallRemote): Promise<World> {
  const calls: RemoteCall[] = [];
  const callRemote: CallRemote = async (one, signal) => {
    calls.push(one);
    if (call !== undefined) return call(one, signal);
    return ok(JSON.stringify({ replies: (JSON.parse(one.calls) as Rows).map(reply) }));
  };
  return { ...(await openTestWarehouse({ callRemote })), calls };
}

function define(name: string, head: string, options = ''): string {
  return `CREATE FUNCTION d.${name}${head}
    REMOTE WITH CONNECTION \`test-project.europe-north1.calls\`
    OPTIONS (endpoint = 'https://endpoint.example.com/${name}'${options})`;
}

const rowsOf = (calls: readonly RemoteCall[]): Rows => calls.flatMap((call) => JSON.parse(call.calls) as Rows);

test('the endpoint is asked in batches of the size that the function says, and told what it was defined with', async () => {
  const { run, rows, calls } = await worldOf(([n]) => Number(n) * 2);
  await run(
    define('twice', '(n INT64) RETURNS INT64', `, max_batching_rows = 10, user_defined_context = [('a', 'b')]`),
  );
  const found = await rows('SELECT d.twice(n) FROM UNNEST(GENERATE_ARRAY(1, 25)) AS n ORDER BY n', {
    sessionUser: 'ann@example.com',
  });
  assert.deepEqual(
    found.flat(),
    Array.from({ length: 25 }, (_, i) => String(2 * (i + 1))),
  );
  assert.deepEqual(
    calls.map((call) => (JSON.parse(call.calls) as Rows).length),
    [10, 10, 5],
  );
  assert.deepEqual(calls[0]?.options, {
    connection: 'projects/test-project/locations/europe-north1/connections/calls',
    endpoint: 'https://endpoint.example.com/twice',
    maxBatchingRows: '10',
    userDefinedContext: { a: 'b' },
  });
  assert.equal(calls[0].sessionUser, 'ann@example.com');
  assert.deepEqual(calls[0].routine, { projectId: 'test-project', datasetId: 'd', routineId: 'twice' });
});

test('values of every type go there and come back as TO_JSON_STRING writes them', async () => {
  const { run, rows, calls } = await worldOf(([value]) => value);
  const values: Readonly<Record<string, string>> = {
    BOOL: 'TRUE',
    INT64: '9007199254740993',
    FLOAT64: '1.5',
    NUMERIC: "NUMERIC '12.5'",
    STRING: "'é\"'",
    BYTES: "b'\\x00\\xff'",
    DATE: "DATE '2026-08-01'",
    DATETIME: "DATETIME '2026-08-01 10:00:00'",
    TIME: "TIME '10:00:00'",
    TIMESTAMP: "TIMESTAMP '2026-08-01 10:00:00+00'",
    JSON: `JSON '{"b":1,"a":[null]}'`,
  };
  for (const [type, literal] of Object.entries(values)) {
    await run(define(`same_${type}`, `(v ${type}) RETURNS ${type}`));
    const compared = type === 'JSON' ? 'TO_JSON_STRING(back) = TO_JSON_STRING(v)' : 'back = v';
    const sql = `SELECT ${compared} FROM (SELECT v, d.same_${type}(v) AS back FROM (SELECT ${literal} AS v))`;
    assert.deepEqual(await rows(sql), [['true']], type);
  }
  await run(define('nothing', '(v STRING) RETURNS STRING'));
  assert.deepEqual(await rows('SELECT d.nothing(NULL)'), [[null]]);
  assert.deepEqual(rowsOf(calls).slice(0, 6), [[true], ['9007199254740993'], [1.5], ['12.5'], ['é"'], ['AP8=']]);
});

test('literals and values of rows come in the order of the parameters, whatever they hold', async () => {
  const { run, rows, calls } = await worldOf((row) => JSON.stringify(row));
  await run(define('all_of', '(a STRING, b INT64, c STRING, d BYTES, e STRING) RETURNS STRING'));
  const odd = `'it\\'s $1 \\" $all(, ) é'`;
  await rows(`SELECT d.all_of(${odd}, n, CONCAT('n', n), b'\\x01', NULL) FROM UNNEST([1, 2]) AS n`);
  assert.deepEqual(rowsOf(calls), [
    ['it\'s $1 " $all(, ) é', 1, 'n1', 'AQ==', null],
    ['it\'s $1 " $all(, ) é', 2, 'n2', 'AQ==', null],
  ]);
  assert.deepEqual(await rows("SELECT d.all_of('x', 1, @p, b'', '')", { parameters: PARAMETER }), [
    ['["x",1,"of a parameter","",""]'],
  ]);
});

const PARAMETER = [
  { name: 'p', parameterType: { type: 'STRING' }, parameterValue: { value: 'of a parameter' } },
] as const;

test('answers decide, are nested, stand in conditions, aggregates, joins and subqueries, as of any function', async () => {
  const { run, rows } = await worldOf(([n]) => Number(n) + 1);
  await run(define('next', '(n INT64) RETURNS INT64'));
  assert.deepEqual(await rows('SELECT d.next(d.next(d.next(1)))'), [['4']]);
  assert.deepEqual(await rows('SELECT SUM(d.next(n)) FROM UNNEST([1, 2, 3]) AS n WHERE d.next(n) > 2'), [['7']]);
  assert.deepEqual(await rows('SELECT IF(d.next(1) = 2, d.next(10), d.next(20))'), [['11']]);
  const join = 'SELECT a, b FROM UNNEST([1, 2]) AS a JOIN UNNEST([2, 3]) AS b ON d.next(a) = b ORDER BY a';
  assert.deepEqual(await rows(join), [
    ['1', '2'],
    ['2', '3'],
  ]);
  assert.deepEqual(await rows('SELECT (SELECT MAX(d.next(n)) FROM UNNEST([5, 6]) AS n)'), [['7']]);
});

test('statements that write do so once, with every answer', async () => {
  const { run, rows } = await worldOf(([n]) => Number(n) + 1);
  await run(define('next', '(n INT64) RETURNS INT64'));
  await run('CREATE TABLE d.t AS SELECT d.next(n) AS n FROM UNNEST(GENERATE_ARRAY(1, 3000)) AS n');
  assert.deepEqual(await rows('SELECT COUNT(*), SUM(n), COUNTIF(n IS NULL) FROM d.t'), [['3000', '4504500', '0']]);
  await run('CREATE TABLE d.u (n INT64 NOT NULL)');
  await run('INSERT INTO d.u SELECT d.next(n) FROM UNNEST([1, 2]) AS n');
  await run('UPDATE d.u SET n = d.next(n * 10) WHERE TRUE');
  await run('DELETE FROM d.u WHERE d.next(n) = 22');
  assert.deepEqual(await rows('SELECT n FROM d.u'), [['31']]);
  await run(`MERGE d.u AS t USING (SELECT 31 AS n) AS s ON t.n = s.n WHEN MATCHED THEN UPDATE SET n = d.next(s.n)`);
  assert.deepEqual(await rows('SELECT n FROM d.u'), [['32']]);
  const script = `DECLARE x INT64 DEFAULT d.next(1); IF d.next(x) = 3 THEN SELECT d.next(x * 100); END IF`;
  assert.deepEqual(await rows(script), [['201']]);
});

test('a call with equal arguments is asked once in a statement, and again in the next', async () => {
  const { run, rows, calls } = await worldOf(([n]) => n);
  await run(define('same', '(n INT64) RETURNS INT64'));
  await rows('SELECT d.same(MOD(n, 3)) FROM UNNEST(GENERATE_ARRAY(1, 30)) AS n');
  assert.equal(rowsOf(calls).length, 3);
  await rows('SELECT d.same(1)');
  assert.equal(rowsOf(calls).length, 4);
});

test('what the endpoint refuses fails the statement with its words, and leaves nothing written', async () => {
  const { run, rows, refusal } = await worldOf(
    () => null,
    async () => failed('invalidQuery', 'Received response code 400 from endpoint https://e with response no.'),
  );
  await run(define('broken', '(n INT64) RETURNS INT64'));
  await run('CREATE TABLE d.t (n INT64)');
  const error = await refusal('INSERT INTO d.t SELECT d.broken(n) FROM UNNEST([1, 2]) AS n');
  assert.deepEqual(error, {
    reason: 'invalidQuery',
    message: 'Received response code 400 from endpoint https://e with response no.',
  });
  assert.deepEqual(await rows('SELECT COUNT(*) FROM d.t'), [['0']]);
});

test('replies that are too few, of another type or no JSON fail the statement', async () => {
  const bodies = ['{"replies":[]}', '{"replies":["text"]}', '{"replies":1}', '{}', 'no', '{"replies":[1'];
  for (const body of bodies) {
    const { run, refusal } = await worldOf(
      () => null,
      async () => ok(body),
    );
    await run(define('odd', '(n INT64) RETURNS INT64'));
    const { reason, message } = await refusal('SELECT d.odd(1)');
    assert.equal(reason, 'invalidQuery');
    assert.match(message, /^Failed to process the response of remote function test-project\.d\.odd: /);
  }
});

test('a statement that waits for an endpoint can be cancelled, and times out; others go on meanwhile', async () => {
  const aborted: boolean[] = [];
  const { run, rows, warehouse, refusal, calls } = await worldOf(
    () => null,
    (_call, signal) => new Promise(() => signal.addEventListener('abort', () => aborted.push(true))),
  );
  await run(define('slow', '(n INT64) RETURNS INT64'));
  const waiting = warehouse.run({ queryId: 'slow', sql: 'SELECT d.slow(1)' });
  while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(await rows('SELECT 1'), [['1']]);
  assert.ok(await warehouse.cancel('slow'));
  const outcome = await waiting;
  assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'stopped');
  assert.equal((await refusal('SELECT d.slow(2)', { timeoutMs: 50 })).reason, 'timeout');
  assert.equal(aborted.length, 2);
});

test('arguments that differ each time they are computed are refused instead of asked for ever', async () => {
  const { run, refusal } = await worldOf(([n]) => n);
  await run(define('same', '(n FLOAT64) RETURNS FLOAT64'));
  assert.equal((await refusal('SELECT d.same(RAND())')).reason, 'notImplemented');
});

test('nothing is asked by a dry run', async () => {
  const { run, calls } = await worldOf(() => 1);
  await run(define('f', '(n INT64) RETURNS INT64'));
  const { schema } = await run('SELECT d.f(1) AS x', { dryRun: true });
  assert.deepEqual(schema, { fields: [{ name: 'x', type: 'INTEGER', mode: 'NULLABLE' }] });
  assert.deepEqual(calls, []);
});

test('what remote functions cannot be is refused', async () => {
  const { refusal } = await worldOf(() => 1);
  const refused = async (head: string): Promise<string> => (await refusal(define('f', head))).message;
  assert.match(await refused('(n ARRAY<INT64>) RETURNS INT64'), /Type ARRAY<INT64> is not supported/);
  assert.match(await refused('(n INT64) RETURNS STRUCT<a INT64>'), /Type STRUCT<a INT64> is not supported/);
  assert.match(await refused('(n ANY TYPE) RETURNS INT64'), /Type ANY TYPE is not supported/);
  assert.match(await refused('(n INT64)'), /must have a RETURNS clause/);
  const temporary = define('f', '(n INT64) RETURNS INT64').replace('CREATE', 'CREATE TEMP').replace('d.f', 'f');
  assert.match((await refusal(`${temporary}; SELECT 1`)).message, /cannot be temporary/);
  const nowhere =
    "CREATE FUNCTION d.f(n INT64) RETURNS INT64 REMOTE WITH CONNECTION `p.l.c` OPTIONS (description = 'x')";
  assert.match((await refusal(nowhere)).message, /must have the option endpoint/);
});
