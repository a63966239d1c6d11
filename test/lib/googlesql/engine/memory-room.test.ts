// A statement that fails under the usual limit of memory has more for itself, and gives it back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestWarehouse } from './test-warehouse.ts';

const MANY =
  'SELECT COUNT(*) FROM (SELECT DISTINCT TO_HEX(SHA256(CAST(x AS STRING))) FROM UNNEST(GENERATE_ARRAY(1, 400000)) x)';
const FILL =
  'CREATE TABLE d.t AS SELECT DISTINCT TO_HEX(SHA256(CAST(x AS STRING))) AS h FROM UNNEST(GENERATE_ARRAY(1, 400000)) x';
const CHANGE = 'UPDATE d.t SET h = CONCAT(h, h) WHERE h IN (SELECT h FROM d.t)';

test('without more memory such statements are refused', async () => {
  const { refusal } = await openTestWarehouse({ limits: { memoryLimitMb: 24 } });
  assert.equal((await refusal(MANY)).reason, 'resourcesExceeded');
  assert.equal((await refusal(FILL)).reason, 'resourcesExceeded');
});

test('with more, queries and changes are done, once, also beside each other', async () => {
  const { rows, run } = await openTestWarehouse({ limits: { memoryLimitMb: 24, mostMemoryMb: 512 } });
  await run(FILL);
  const [many] = await Promise.all([rows(MANY), run(CHANGE), rows('SELECT 1')]);
  assert.deepEqual(many, [['400000']]);
  assert.deepEqual(await rows('SELECT COUNT(*), COUNTIF(LENGTH(h) = 128) FROM d.t'), [['400000', '400000']]);
});

test('a statement for which the most is too little is refused, and the next one is not', async () => {
  const { refusal, rows } = await openTestWarehouse({ limits: { memoryLimitMb: 24, mostMemoryMb: 32 } });
  assert.equal((await refusal(MANY)).reason, 'resourcesExceeded');
  assert.deepEqual(await rows('SELECT 1'), [['1']]);
});
