import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblem } from '#shared/catalog/problem.ts';
import { compileUnitTests, type UnitTests } from '#shared/catalog/unit-tests/compile-unit-tests.ts';
import { outcomeText } from '#shared/catalog/unit-tests/outcome-text.ts';
import { runQueryTests } from '#lib/googlesql/unit-tests/run-tests.ts';
import { compiled } from '../declarations.ts';
import { CONTRACT, files, FOLDER, QUERY } from '../endpoints.ts';

const FILE = `${FOLDER}/tests/a-day.yaml`;
const GOOD = `description: Plays are counted by listener.
partition: 2026-08-01
given:
  music.played:
    - {hour: 2026-08-01T10:00:00Z, subject: ann, track: t1, ms: 3}
expect:
  - {day: 2026-08-01, subject: ann, plays: 1}
`;

function unitTests(text: string, changed: Readonly<Record<string, string>> = {}): UnitTests {
  const all = files({ [FILE]: text, ...changed });
  return compileUnitTests(all, compiled(all));
}

function problems(from: string, to: string, changed: Readonly<Record<string, string>> = {}): string {
  assert.ok(GOOD.includes(from), from);
  const found = unitTests(GOOD.replace(from, to), changed);
  assert.deepEqual(found.tests, []);
  return found.problems.map(formatProblem).join('\n');
}

/** What running the one test says. */
async function text(from: string, to: string): Promise<string> {
  assert.ok(GOOD.includes(from), from);
  const { tests, problems: found } = unitTests(GOOD.replace(from, to));
  assert.deepEqual(found, []);
  const [result] = await runQueryTests(tests.map((one) => one.test));
  const [unitTest] = tests;
  assert.ok(result !== undefined && unitTest !== undefined);
  return outcomeText(unitTest, result.outcome);
}

test('a test becomes the query of its endpoint over typed rows, with the bounds of its partition', () => {
  const { tests, problems: found } = unitTests(GOOD);
  assert.deepEqual(found, []);
  const [only] = tests;
  assert.equal(only?.endpoint, 'music.daily_plays');
  assert.equal(only?.name, 'a-day');
  assert.deepEqual(
    only?.test.parameters.map(({ name, parameterValue }) => [name, parameterValue.value]),
    [
      ['partition_start', '2026-08-01T00:00:00.000Z'],
      ['partition_end', '2026-08-02T00:00:00.000Z'],
    ],
  );
  assert.equal(only?.test.nowMs, Date.UTC(2026, 7, 2));
  const types = new Map(only?.test.tables[0]?.fields.map(({ name, type }) => [name, type]));
  assert.equal(types.get('hour'), 'TIMESTAMP');
  assert.equal(types.get('sealed'), 'BYTES');
  assert.ok(!types.has('email'));
});

test('the problems of a test are told at their places', () => {
  assert.match(problems('2026-08-01\n', '2026-W31\n'), /a-day\.yaml:2:12 {2}"partition" is 2026-W31, of grain week/);
  assert.match(problems('2026-08-01\n', 'yesterday\n'), /not a partition key/);
  assert.match(
    problems('music.played:', 'music.playd:'),
    /:4:3 {2}the query does not read "music\.playd"[^]*did you mean "music\.played"/,
  );
  assert.match(problems('music.played:', 'music.playd:'), /the query reads music\.played, and no rows are given/);
  assert.match(problems('given:', 'previous: []\ngiven:'), /does not read its own endpoint/);
  assert.match(problems('ms: 3', 'ms: 12345678901234567890'), /:5:\d+ {2}a number of so many digits[^]*in quotes/);
  assert.match(problems('expect:', 'expected:'), /"expected" is not known here[^]*did you mean "expect"/);
});

test('an endpoint that reads itself is given its previous rows', () => {
  const query = QUERY.replace('GROUP BY', 'AND subject NOT IN (SELECT subject FROM music.daily_plays) GROUP BY');
  const contract = `${CONTRACT}inputs: {music.daily_plays: {window: previous}}\n`;
  const own = { [`${FOLDER}/query.sql`]: query, [`${FOLDER}/endpoint.yaml`]: contract };
  assert.match(problems('track: t1', 'track: t2', own), /"previous" is missing/);
  const { tests, problems: found } = unitTests(`${GOOD}previous: [{subject: bob}]\n`, own);
  assert.deepEqual(found, []);
  assert.deepEqual(
    tests[0]?.test.tables.map(({ path }) => path.name),
    ['played', 'daily_plays'],
  );
});

test('what goes wrong when it runs is told at its place, with the rows that differ', async () => {
  assert.equal(await text('plays: 1', 'plays: "1"'), '');
  assert.equal(
    await text('plays: 1', 'plays: 2'),
    [
      'sql/music/daily_plays/tests/a-day.yaml:7:3  the query gives other rows',
      '    music.daily_plays, test "a-day" of partition 2026-08-01: Plays are counted by listener.',
      '       day         subject  plays',
      '    ~  2026-08-01  ann      2 → 1',
      '    - expected, not given   + given, not expected   ~ expected → given',
    ].join('\n'),
  );
  assert.match(await text('ms: 3', 'ms: three'), /a-day\.yaml:5:\d+ {2}music\.played: Cannot convert value to integer/);
  assert.match(await text('plays: 1', 'play: 1'), /a-day\.yaml:7:\d+ {2}the expected row: no such field: play/);
  assert.match(
    await text('hour: 2026-08-01T10:00:00Z, ', ''),
    /a-day\.yaml:5:5 {2}[^\n]*by "hour"[^\n]*\n.*hour: null/,
  );
});

test('columns that are left out of an expected row are NULL, unless a subset is expected', async () => {
  assert.match(await text(', plays: 1', ''), /NULL → 1/);
  const subset = GOOD.replace('expect:\n', 'expect:\n  match: subset\n  rows:\n').replace(', plays: 1', '');
  const { tests } = unitTests(subset.replace('  - {day', '    - {day'));
  const [result] = await runQueryTests(tests.map((one) => one.test));
  assert.deepEqual(result?.outcome, { kind: 'passed' });
});
