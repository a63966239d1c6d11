import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import { readCaseFile } from './case-file.ts';
import { conformanceWarehouse, differencesText, runCaseFile } from './run-cases.ts';

let warehouse: Warehouse;

before(async () => {
  warehouse = await conformanceWarehouse();
});

after(async () => {
  await warehouse.close();
});

const GIVEN = 'given\nCREATE TABLE Fruit (name STRING, n INT64)\n\n@ page#a\n';

/** Right expectations, and for each the wrong ones that must be seen. */
const corruptions: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'a value': ['ABS(-1) ==> INT64 1', 'ABS(-1) ==> INT64 2', 'ABS(-1) ==> INT64 NULL', 'ABS(-1) ==> INT64 -1'],
  'a type': ['ABS(-1) ==> INT64 1', 'ABS(-1) ==> NUMERIC 1', 'ABS(-1) ==> STRING 1', 'ABS(-1) ==> ARRAY<INT64> 1'],
  'a name': ['SELECT 1 AS x ==> x INT64 1', 'SELECT 1 AS x ==> y INT64 1', 'SELECT 1 AS x ==> INT64 1'],
  'a name that nobody gave': ['SELECT 1 + 1 ==> INT64 2', 'SELECT 1 + 1 ==> x INT64 2'],
  'a field': [
    'STRUCT(1 AS a, \'x\' AS b) ==> STRUCT<a INT64, b STRING> {1, "x"}',
    'STRUCT(1 AS a, \'x\' AS b) ==> STRUCT<a INT64, c STRING> {1, "x"}',
    'STRUCT(1 AS a, \'x\' AS b) ==> STRUCT<a INT64, b STRING> {1, "y"}',
  ],
  'the number of rows': [
    'SELECT x FROM UNNEST([1, 1]) AS x\n==> x INT64\n1\n1',
    'SELECT x FROM UNNEST([1, 1]) AS x\n==> x INT64\n1',
    'SELECT x FROM UNNEST([1, 1]) AS x\n==> x INT64\n1\n1\n1',
    'SELECT x FROM UNNEST([1, 1]) AS x ==> x INT64 (none)',
  ],
  'the order under ORDER BY': [
    'SELECT x FROM UNNEST([2, 1]) AS x ORDER BY x\n==> x INT64\n1\n2',
    'SELECT x FROM UNNEST([2, 1]) AS x ORDER BY x\n==> x INT64\n2\n1',
  ],
  'a digit of a double': [
    'SQRT(2) ==> FLOAT64 1.4142135623731',
    'SQRT(2) ==> FLOAT64 1.414213562373',
    'SQRT(2) ==> FLOAT64 1.41421356237',
  ],
  'the case of a string': ['UPPER(\'a\') ==> STRING "A"', 'UPPER(\'a\') ==> STRING "a"'],
  'a byte': ['b\'\\x01\' ==> BYTES b"\\x01"', 'b\'\\x01\' ==> BYTES b"\\x02"'],
  "an error's text": [
    'SELECT nmae FROM Fruit ==> ERROR Unrecognized name: nmae; Did you mean name? at [1:8]',
    'SELECT nmae FROM Fruit ==> ERROR Unrecognized name: nmae at [1:8]',
  ],
  "an error's place": [
    'SELECT nmae FROM Fruit ==> ERROR Unrecognized name: nmae; Did you mean name? at [1:8]',
    'SELECT nmae FROM Fruit ==> ERROR Unrecognized name: nmae; Did you mean name? at [1:9]',
    'SELECT nmae FROM Fruit ==> ERROR Unrecognized name: nmae; Did you mean name? at [2:8]',
    'SELECT nmae FROM Fruit ==> ERROR Unrecognized name: nmae; Did you mean name?',
  ],
  'an error instead of rows': ['SELECT 1 AS x ==> x INT64 1', 'SELECT 1 AS x ==> ERROR Division by zero'],
  'rows instead of an error': [
    'SELECT 1 / 0 AS x ==> ERROR division by zero: 1 / 0',
    'SELECT 1 / 0 AS x ==> x FLOAT64 inf',
  ],
  'counts of changed rows': [
    "INSERT INTO Fruit VALUES ('fig', 1) ==> CHANGED +1 ~0 -0",
    "INSERT INTO Fruit VALUES ('fig', 1) ==> CHANGED +2 ~0 -0",
    "INSERT INTO Fruit VALUES ('fig', 1) ==> CHANGED +0 ~1 -0",
  ],
  'what a statement left': [
    "INSERT INTO Fruit VALUES ('fig', 1)\nthen SELECT n FROM Fruit\n==> n INT64\n1",
    "INSERT INTO Fruit VALUES ('fig', 1)\nthen SELECT n FROM Fruit\n==> n INT64\n2",
    "INSERT INTO Fruit VALUES ('fig', 1)\nthen SELECT n FROM Fruit ==> n INT64 (none)",
  ],
  'a known difference that answers': [
    'NET.HOST(\'http://a.example\') ==> STRING "a.example"',
    'SELECT \'NET.\' AS x ==> x STRING "NET."',
  ],
};

async function differences(text: string): Promise<string> {
  return differencesText(await runCaseFile(warehouse, readCaseFile('harness', GIVEN + text)));
}

for (const [what, [right, ...wrong]] of Object.entries(corruptions)) {
  test(`a corrupted expectation is seen: ${what}`, async () => {
    assert.equal(await differences(right), '');
    for (const text of wrong) assert.notEqual(await differences(text), '', text);
  });
}

test('rows without ORDER BY may come in any order', async () => {
  assert.equal(await differences('SELECT x FROM UNNEST([2, 1]) AS x\n==> x INT64\n1\n2'), '');
  assert.equal(await differences('SELECT x FROM UNNEST([2, 1]) AS x\n==> x INT64\n2\n1'), '');
});

test('what one case changes, the next one does not see', async () => {
  const text = "INSERT INTO Fruit VALUES ('fig', 1) ==> CHANGED +1 ~0 -0\nSELECT n FROM Fruit ==> n INT64 (none)";
  assert.equal(await differences(text), '');
});
