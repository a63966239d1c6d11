import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformanceAreas } from './all-cases.ts';
import { readCaseFile } from './case-file.ts';
import { knownDifferences } from './differences.ts';

const areas = conformanceAreas();
const cases = areas.flatMap((area) => area.cases);

test('the suite has its size, in files that can be read', () => {
  assert.ok(cases.length >= 1500, `only ${cases.length} statements`);
  for (const { name, lines } of areas) assert.ok(lines < 400, `${name} has ${lines} lines`);
});

test('every case cites a page and an anchor of the reference, or a page of the guide', () => {
  for (const { cite } of cases) {
    assert.match(
      cite,
      /^https:\/\/cloud\.google\.com\/bigquery\/docs\/(?:reference\/standard-sql\/[\w-]+#[\w-]+$|[\w-]+(?:#[\w-]+)?$)/,
    );
  }
});

test('no statement is there twice in a file', () => {
  for (const area of areas) {
    const texts = area.cases.map(({ statements }) => statements.join(';'));
    assert.deepEqual(
      texts.filter((text, i) => texts.indexOf(text) < i),
      [],
      area.name,
    );
  }
});

test('every known difference is met by a case', () => {
  for (const { part, reason } of knownDifferences) {
    assert.ok(
      cases.some(({ statements }) => statements.some((statement) => part.test(statement))),
      reason,
    );
  }
});

test('cases are read with their statements, types, rows, errors and pages', () => {
  const text = [
    '# Subject.',
    'given',
    'CREATE TABLE t (x INT64)',
    '',
    '@ page#one',
    'ABS(-1) ==> INT64 1',
    'SELECT \'a\' AS a, [1] AS b ==> a STRING, b ARRAY<INT64> "a" | [1]',
    'SELECT x FROM t ==> x INT64 (none)',
    'SELECT y ==> ERROR Unrecognized name: y',
    '  at the end at [1:8]',
    '@ https://cloud.google.com/bigquery/docs/two',
    'INSERT INTO t VALUES (1), (2)',
    'then SELECT x FROM t ORDER BY x',
    '==> x INT64',
    '1',
    '2',
    '',
    'DELETE FROM t WHERE true ==> CHANGED +0 ~0 -2',
    'DROP TABLE t ==> DONE',
  ].join('\n');
  const { given, cases: read } = readCaseFile('x', text);
  assert.deepEqual(given, ['CREATE TABLE t (x INT64)']);
  assert.deepEqual(
    read.map(({ line, statements, expected }) => ({ line, statements, expected })),
    [
      { line: 6, statements: ['SELECT ABS(-1)'], expected: { kind: 'rows', columns: ['INT64'], rows: ['1'] } },
      {
        line: 7,
        statements: ["SELECT 'a' AS a, [1] AS b"],
        expected: { kind: 'rows', columns: ['a STRING', 'b ARRAY<INT64>'], rows: ['"a" | [1]'] },
      },
      { line: 8, statements: ['SELECT x FROM t'], expected: { kind: 'rows', columns: ['x INT64'], rows: [] } },
      {
        line: 9,
        statements: ['SELECT y'],
        expected: { kind: 'error', message: 'Unrecognized name: y\n  at the end at [1:8]' },
      },
      {
        line: 12,
        statements: ['INSERT INTO t VALUES (1), (2)', 'SELECT x FROM t ORDER BY x'],
        expected: { kind: 'rows', columns: ['x INT64'], rows: ['1', '2'] },
      },
      { line: 18, statements: ['DELETE FROM t WHERE true'], expected: { kind: 'changed', counts: '+0 ~0 -2' } },
      { line: 19, statements: ['DROP TABLE t'], expected: { kind: 'done' } },
    ],
  );
  assert.equal(read[0]?.cite, 'https://cloud.google.com/bigquery/docs/reference/standard-sql/page#one');
  assert.equal(read[6]?.cite, 'https://cloud.google.com/bigquery/docs/two');
});

for (const [what, text] of Object.entries({
  'no page above a case': 'ABS(1) ==> INT64 1',
  'a case without an arrow': '@ p#a\nSELECT 1',
  'rows at two places': '@ p#a\nSELECT 1 AS x\n==> x INT64 1\n2',
  'no statement': '@ p#a\n==> INT64 1',
  'an unknown type': '@ p#a\nABS(1) ==> INT32 1',
})) {
  test(`a file is refused with its place: ${what}`, () => {
    assert.throws(() => readCaseFile('bad', text), /^Error: (?:bad:\d+: |ABS|)/);
  });
}
