import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testWarehouse } from './test-warehouse.ts';

const { run, rows, refusal } = await testWarehouse();

test('variables, branches and loops', async () => {
  const sum = `
    DECLARE n, total INT64 DEFAULT 0;
    DECLARE words ARRAY<STRING>;
    WHILE TRUE DO
      SET n = n + 1;
      IF n > 10 THEN BREAK; ELSEIF MOD(n, 2) = 1 THEN CONTINUE; END IF;
      SET total = total + n;
    END WHILE;
    FOR row IN (SELECT word FROM UNNEST(['a', 'b']) AS word) DO
      SET words = ARRAY_CONCAT(words, [row.word]);
    END FOR;
    SELECT total, words;`;
  assert.deepEqual(await rows(sum), [['30', ['a', 'b']]]);
});

test('labels, REPEAT and CASE', async () => {
  const script = `
    DECLARE n INT64 DEFAULT 0;
    DECLARE said STRING;
    outer_loop: LOOP
      REPEAT SET n = n + 1; UNTIL n >= 3 END REPEAT;
      LOOP BREAK outer_loop; END LOOP;
    END LOOP;
    CASE n WHEN 2 THEN SET said = 'two'; WHEN 3 THEN SET said = 'three'; ELSE SET said = '?'; END CASE;
    SELECT n, said;`;
  assert.deepEqual(await rows(script), [['3', 'three']]);
});

test('a handler sees what went wrong, and what it raises goes on', async () => {
  const script = `
    BEGIN
      SELECT ERROR('first');
    EXCEPTION WHEN ERROR THEN
      SELECT @@error.message AS message;
    END;`;
  assert.match(String((await rows(script))[0]?.[0]), /first/);
  const again = await refusal("BEGIN SELECT ERROR('inner'); EXCEPTION WHEN ERROR THEN RAISE; END");
  assert.match(again.message, /inner/);
  const own = await refusal("BEGIN RAISE USING MESSAGE = 'mine'; END");
  assert.match(own.message, /mine/);
});

test('temporary tables and functions live as long as their script', async () => {
  const script = `
    CREATE TEMP FUNCTION twice(x INT64) AS (x * 2);
    CREATE TEMP TABLE own AS SELECT twice(21) AS a;
    INSERT own (a) VALUES (1);
    SELECT a FROM own ORDER BY a;`;
  assert.deepEqual(await rows(script), [['1'], ['42']]);
  assert.match((await refusal('SELECT * FROM own')).message, /must be qualified with a dataset/);
});

test('a statement behind temporary functions is no script', async () => {
  const { statementType, children } = await run('CREATE TEMP FUNCTION f(x INT64) AS (x + 1); SELECT f(1) AS two');
  assert.equal(statementType, 'SELECT');
  assert.equal(children, undefined);
});

test('computed statements take parameters and give values back', async () => {
  const script = `
    DECLARE found INT64;
    EXECUTE IMMEDIATE 'SELECT @a + ?'.x;`;
  assert.equal((await refusal(script)).reason, 'invalidQuery');
  const right = `
    DECLARE found INT64;
    EXECUTE IMMEDIATE 'SELECT @a + 1' INTO found USING 41 AS a;
    SELECT found;`;
  assert.deepEqual(await rows(right), [['42']]);
});

test('every statement is told with its place', async () => {
  const { statementType, children = [] } = await run('CREATE TABLE d.told (a INT64);\nINSERT d.told (a) VALUES (1);');
  assert.equal(statementType, 'SCRIPT');
  assert.deepEqual(
    children.map(({ statementType: kind, startLine, text }) => [kind, startLine, text.slice(0, 6)]),
    [
      ['CREATE_TABLE', 1, 'CREATE'],
      ['INSERT', 2, 'INSERT'],
    ],
  );
});

test('what is not served says so', async () => {
  for (const script of ['BEGIN TRANSACTION; SELECT 1; COMMIT TRANSACTION', 'CALL d.p(1); SELECT 1']) {
    const { reason, message } = await refusal(script);
    assert.equal(reason, 'notImplemented', script);
    assert.match(message, /is not supported locally/);
  }
});

test('statements before the one that fails have had their effect', async () => {
  const { message, line } = await refusal('CREATE TABLE d.effect AS SELECT 1 AS a;\nSELECT nothing;');
  assert.match(message, /Unrecognized name: nothing at \[2:8\]/);
  assert.equal(line, 2);
  assert.deepEqual(await rows('SELECT a FROM d.effect'), [['1']]);
});
