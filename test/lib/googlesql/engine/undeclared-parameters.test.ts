import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testWarehouse } from './test-warehouse.ts';

const { run, refusal } = await testWarehouse();
await run('CREATE TABLE d.t (day DATE, s STRING, n NUMERIC, tags ARRAY<STRING>) PARTITION BY day');
await run("INSERT INTO d.t VALUES (DATE '2026-08-01', 'a', 1, []), (DATE '2026-08-02', 'b', 1, [])");

async function undeclared(sql: string): Promise<readonly (readonly [string | undefined, string])[]> {
  const { undeclaredParameters = [] } = await run(sql, { dryRun: true });
  return undeclaredParameters.map(({ name, parameterType: { type, arrayType } }) => [
    name,
    arrayType === undefined ? type : `${type}<${arrayType.type}>`,
  ]);
}

test('a dry run tells of parameters that are not given, with the types that are wanted of them', async () => {
  assert.deepEqual(await undeclared('SELECT @a AS a, n + @b AS b FROM d.t WHERE s = @C AND day BETWEEN @d AND @e'), [
    ['a', 'INT64'],
    ['b', 'NUMERIC'],
    ['c', 'STRING'],
    ['d', 'DATE'],
    ['e', 'DATE'],
  ]);
  assert.deepEqual(await undeclared('SELECT s FROM d.t WHERE day = ? AND s IN (?, ?)'), [
    [undefined, 'DATE'],
    [undefined, 'STRING'],
    [undefined, 'STRING'],
  ]);
  assert.deepEqual(await undeclared('SELECT s FROM d.t WHERE s IN UNNEST(@list)'), [['list', 'ARRAY<STRING>']]);
  assert.deepEqual(await undeclared('SELECT s FROM d.t LIMIT @count'), [['count', 'INT64']]);
});

test('a parameter that is named twice has the type of the first place that wants one', async () => {
  assert.deepEqual(await undeclared("SELECT @a AS a, CONCAT(@a, 'x') AS b"), [['a', 'STRING']]);
});

test('changes tell of theirs', async () => {
  assert.deepEqual(await undeclared('UPDATE d.t SET s = @s WHERE day = @day'), [
    ['day', 'DATE'],
    ['s', 'STRING'],
  ]);
});

test('those that are given are not told', async () => {
  const given = { name: 'a', parameterType: { type: 'STRING' }, parameterValue: { value: 'x' } };
  const { undeclaredParameters } = await run('SELECT @a AS a, @b AS b', { dryRun: true, parameters: [given] });
  assert.deepEqual(
    undeclaredParameters?.map(({ name }) => name),
    ['b'],
  );
});

test('a parameter that nobody knows leaves no partition out', async () => {
  const { bytesProcessed } = await run('SELECT day FROM d.t WHERE day = @day', { dryRun: true });
  assert.equal(bytesProcessed, 16);
});

test('only a dry run goes without them', async () => {
  assert.equal((await refusal('SELECT @a')).message, "Query parameter 'a' not found at [1:8]");
  assert.equal((await refusal('SELECT ?')).message, 'Query parameter number 1 is not defined at [1:8]');
});
