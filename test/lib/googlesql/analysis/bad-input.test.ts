import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOO_COMPLEX } from '#lib/googlesql/syntax/too-complex.ts';
import * as fc from 'fast-check';
import { analyzeQuery, type AnalysisOutcome } from '#lib/googlesql/analysis/analyze.ts';
import type { Catalog, CatalogRoutine, CatalogTable } from '#lib/googlesql/analysis/catalog.ts';
import { lineageOfQuery } from '#lib/googlesql/lineage/lineage.ts';
import { visitScans } from '#lib/googlesql/tree/children.ts';
import { growthBombs, wideBombs } from '../bombs.ts';
import { randomCatalog } from '../random-catalog.ts';
import { randomQuery } from '../random-query.ts';
import { soup, spoilt } from '../token-soup.ts';
import { emptyCatalog, typeOfText } from '../type-of-text.ts';

/** Longest that any statement below may take; they take a tenth of it on an idle machine. */
const LIMIT = { timeout: 30_000 };

/** Everything that the front end does with a query. */
function front(sql: string, catalog: Catalog = randomCatalog): AnalysisOutcome {
  const outcome = analyzeQuery(sql, catalog, { project: 'p' });
  if (outcome.kind === 'ok') {
    lineageOfQuery(outcome.query.tree);
    visitScans(outcome.query.tree.scan, () => undefined);
  }
  return outcome;
}

function refusal(sql: string, catalog?: Catalog): string {
  const outcome = front(sql, catalog);
  assert.ok(outcome.kind === 'failed', 'it was analysed');
  assert.ok(outcome.problem.line !== undefined, `no place: ${outcome.problem.message}`);
  return outcome.problem.message;
}

for (const [what, sql] of Object.entries(wideBombs)) {
  test(`what is only wide is analysed: ${what}`, LIMIT, () => {
    const outcome = front(sql);
    assert.equal(outcome.kind, 'ok', outcome.kind === 'failed' ? outcome.problem.message : '');
  });
}

for (const [what, sql] of Object.entries(growthBombs)) {
  test(`what grows beyond measure is refused: ${what}`, LIMIT, () => {
    assert.match(refusal(sql), /too many subqueries or query is too complex|grouping sets are allowed/);
  });
}

test('as deep as the parser lets through is analysed and traced', LIMIT, () => {
  for (const sql of [
    `SELECT ${'ABS('.repeat(190)}1${')'.repeat(190)}`,
    `SELECT ${'CASE '.repeat(190)}1${' WHEN 1 THEN 1 END'.repeat(190)}`,
    `SELECT ${'STRUCT('.repeat(190)}1${')'.repeat(190)}`,
    `${'SELECT ('.repeat(20)}SELECT 1${')'.repeat(20)}`,
    `${'SELECT * FROM ('.repeat(95)}SELECT 1 AS a${')'.repeat(95)}`,
    `${'WITH a AS ('.repeat(190)}SELECT 1${') SELECT 1'.repeat(190)}`,
    `SELECT 1${' + 1'.repeat(390)}`,
    `SELECT 1 FROM UNNEST([1])${' CROSS JOIN UNNEST([1])'.repeat(390)}`,
    `SELECT PARSE_JSON('{}')${'.a'.repeat(390)}`,
  ]) {
    assert.equal(front(sql).kind, 'ok', sql.slice(0, 40));
  }
});

test(
  'queries for values stand inside each other only as deep as they can be planned, arrays half as deep',
  LIMIT,
  () => {
    const nested = (levels: number, begin: string, end: string): string =>
      `${begin.repeat(levels)}SELECT 1${end.repeat(levels)}`;
    for (const [most, begin, end] of [
      [20, 'SELECT (', ')'],
      [20, 'SELECT EXISTS(', ')'],
      [20, 'SELECT 1 FROM UNNEST([1]) AS a WHERE a IN (', ')'],
      [10, 'SELECT ARRAY_LENGTH(ARRAY(', '))'],
    ] as const) {
      assert.equal(front(nested(most, begin, end)).kind, 'ok', begin);
      const at = begin.length * (most + 1) + 1;
      assert.equal(refusal(nested(most + 1, begin, end)), `${TOO_COMPLEX} at [1:${at}]`);
    }
  },
);

/** A catalog of views `v0`, `v1`, … and functions `f0`, `f1`, …, each made of the one before. */
function tower(view: (before: string) => string, body: (before: string) => string): Catalog {
  const before = (name: string): string => `d.${name.charAt(0)}${Number(name.slice(1)) - 1}`;
  return {
    findTable: ({ name }) => {
      const value: CatalogTable = {
        path: { project: 'p', dataset: 'd', name },
        kind: 'view',
        columns: [{ name: 'a', type: typeOfText('INT64'), required: false }],
        requirePartitionFilter: false,
        viewSql: name === 'v0' ? 'SELECT 1 AS a' : view(before(name)),
      };
      return { kind: 'found', value };
    },
    findRoutine: ({ name }) => {
      const value: CatalogRoutine = {
        path: { project: 'p', dataset: 'd', name },
        kind: 'scalar',
        parameters: [],
        body: name === 'f0' ? '1' : body(before(name)),
      };
      return { kind: 'found', value };
    },
    listTables: () => [],
  };
}

test('views and functions that name each other many times over are refused in bounded time', LIMIT, () => {
  const wide = tower(
    (before) =>
      `SELECT x.a FROM ${Array.from({ length: 10 }, (_, i) => `${before} AS ${i === 0 ? 'x' : `x${i}`}`).join(', ')}`,
    (before) => Array.from({ length: 20 }, () => `${before}()`).join(' + '),
  );
  assert.match(refusal('SELECT a FROM d.v12', wide), /query is too complex/);
  assert.match(refusal('SELECT d.f12()', wide), /query is too complex/);
});

test('views and functions that are deep inside each other are refused before the stack ends', LIMIT, () => {
  const deep = tower(
    (before) => `${'SELECT a FROM ('.repeat(90)}SELECT a FROM ${before}${')'.repeat(90)}`,
    (before) => `${'ABS('.repeat(150)}${before}()${')'.repeat(150)}`,
  );
  assert.match(refusal('SELECT a FROM d.v15', deep), /Out of stack space due to deeply nested query expression/);
  assert.match(refusal('SELECT d.f15()', deep), /Out of stack space due to deeply nested query expression/);
});

test('a view and a function that reach themselves are refused', () => {
  const itself = tower(
    () => 'SELECT a FROM d.v1',
    () => 'd.f1()',
  );
  assert.match(refusal('SELECT a FROM d.v1', itself), /nested too deeply or refers to itself/);
  assert.match(refusal('SELECT d.f1()', itself), /nested too deeply or refers to itself/);
});

test('queries that mean something are analysed', () => {
  fc.assert(
    fc.property(randomQuery(3), ({ sql, columns }) => {
      const outcome = front(sql);
      assert.ok(outcome.kind === 'ok', outcome.kind === 'failed' ? outcome.problem.message : '');
      assert.deepEqual(
        outcome.query.tree.columns.map(({ name, column }) => [name, column.type.kind]),
        columns.map(({ name, type }) => [name, type]),
      );
    }),
    { numRuns: 500 },
  );
});

test('queries that are spoilt in a few places never bring the front end down', () => {
  const nearly = randomQuery(2).chain(({ sql }) => spoilt(sql));
  fc.assert(
    fc.property(nearly, (sql) => {
      front(sql);
    }),
    { numRuns: 2000 },
  );
});

test('no order of tokens brings the front end down', () => {
  fc.assert(
    fc.property(soup, (text) => {
      front(text, emptyCatalog);
      front(`SELECT ${text} FROM d.alpha`);
      front(`SELECT 1 FROM d.alpha WHERE ${text}`);
    }),
    { numRuns: 2000 },
  );
});
