// What BigQuery has and this library has not is refused by its name, never as if it did not exist.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzeQuery } from '#lib/googlesql/analysis/analyze.ts';
import { functionNames } from '#lib/googlesql/functions/functions.ts';
import { isUnsupported } from '#lib/googlesql/functions/unsupported.ts';
import { parseScript } from '#lib/googlesql/syntax/parse.ts';
import type { SqlProblem } from '#lib/googlesql/syntax/sql-error.ts';
import { musicCatalog, musicOptions } from '../lineage/music-catalog.ts';

function problem(sql: string): SqlProblem {
  const outcome = analyzeQuery(sql, musicCatalog, musicOptions);
  assert.ok(outcome.kind === 'failed', sql);
  return outcome.problem;
}

const FUNCTIONS = {
  "NET.HOST('http://a')": 'NET.HOST',
  'HLL_COUNT.INIT(1)': 'HLL_COUNT.INIT',
  'ST_GEOGPOINT(1, 2)': 'ST_GEOGPOINT',
  'S2_CELLIDFROMPOINT(1)': 'S2_CELLIDFROMPOINT',
  "SEARCH('a', 'b')": 'SEARCH',
  "SAFE.NET.IP_FROM_STRING('a')": 'NET.IP_FROM_STRING',
  "RANGE(DATE '2026-08-01', NULL)": 'RANGE',
  'RANGE_CONTAINS(1, 2)': 'RANGE_CONTAINS',
  "KEYS.KEYSET_CHAIN('gcp-kms://a', b'')": 'KEYS.KEYSET_CHAIN',
  'ML.PREDICT(1)': 'ML.PREDICT',
};

for (const [call, name] of Object.entries(FUNCTIONS)) {
  test(`a function that is not served is refused by its name: ${name}`, () => {
    const { message, reason } = problem(`SELECT ${call}`);
    assert.equal(message, `Function ${name} is not supported locally at [1:8]`);
    assert.equal(reason, 'notImplemented');
  });
}

test('so are table functions and types', () => {
  assert.match(
    problem("SELECT * FROM VECTOR_SEARCH(TABLE music.plays, 'a')").message,
    /^Function VECTOR_SEARCH is not/,
  );
  assert.match(problem("SELECT RANGE<DATE> '[2026-08-01, UNBOUNDED)'").message, /^Type RANGE is not supported locally/);
  assert.match(problem('SELECT CAST(NULL AS GEOGRAPHY)').message, /^Type GEOGRAPHY is not supported locally/);
});

test('a name that BigQuery does not have is mistyped', () => {
  assert.equal(problem("SELECT SERCH('a')").message.startsWith('Function not found: SERCH'), true);
  assert.match(problem('SELECT NETT.HOST(1)').message, /^Function not found: NETT\.HOST at/);
  assert.match(problem('SELECT music.host(1)').message, /^Function not found: music\.host at/);
});

test('no function that is served is also said to be not', () => {
  assert.deepEqual(
    [...functionNames()].filter((name) => isUnsupported(name)),
    [],
  );
});

test('statements are named by what they do', () => {
  const named: Readonly<Record<string, string>> = {
    'CREATE OR REPLACE PROCEDURE d.p() BEGIN IF TRUE THEN SELECT 1; END IF; SELECT 2; END; SELECT 3':
      'CREATE PROCEDURE',

    "GRANT `roles/x` ON SCHEMA d TO 'user:a@example.com'": 'GRANT',
    "EXPORT MODEL d.m OPTIONS (uri = 'gs://b/m')": 'EXPORT MODEL',
    'CREATE ROW ACCESS POLICY mine ON d.t GRANT TO (a) FILTER USING (TRUE)': 'CREATE ROW ACCESS POLICY',
    'CREATE MODEL m OPTIONS (a = 1) AS SELECT 1': 'CREATE MODEL',
  };
  for (const [sql, name] of Object.entries(named)) {
    const parsed = parseScript(sql);
    assert.ok(parsed.kind === 'ok', sql);
    const [first] = parsed.script.statements;
    assert.equal(first?.kind === 'unsupported' ? first.name : first?.kind, name);
  }
});
