import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceText } from '#lib/googlesql/unit-tests/difference-text.ts';
import type { QueryTest, TestOutcome } from '#lib/googlesql/unit-tests/query-test.ts';
import { runQueryTests } from '#lib/googlesql/unit-tests/run-tests.ts';

const PLAYS = {
  path: { project: 'p', dataset: 'music', name: 'plays' },
  fields: [
    { name: 'played_at', type: 'TIMESTAMP' },
    { name: 'user', type: 'STRING' },
    { name: 'ms', type: 'INTEGER' },
    { name: 'price', type: 'NUMERIC' },
    { name: 'tags', type: 'STRING', mode: 'REPEATED' },
    { name: 'os', type: 'RECORD', fields: [{ name: 'name', type: 'STRING' }] },
    { name: 'payload', type: 'JSON' },
    { name: 'key', type: 'BYTES' },
  ],
} as const;

type Row = Readonly<Record<string, unknown>>;

function testOf(sql: string, rows: readonly Row[], expected: readonly Row[], more: Partial<QueryTest> = {}): QueryTest {
  return {
    sql,
    project: 'p',
    tables: [{ ...PLAYS, rows }],
    routines: [],
    parameters: [],
    nowMs: Date.UTC(2026, 7, 2),
    expected: { rows: expected, match: 'exact', ordered: false },
    ...more,
  };
}

async function outcomes(...tests: readonly QueryTest[]): Promise<readonly TestOutcome[]> {
  return (await runQueryTests(tests)).map(({ outcome }) => outcome);
}

const PER_USER = 'SELECT user, SUM(ms) AS ms FROM music.plays GROUP BY user';
const THREE = [
  { user: 'a', ms: 1 },
  { user: 'a', ms: 2 },
  { user: 'b', ms: 5 },
];

test('a query that gives the expected rows, in any order, passes', async () => {
  const rows = [
    { user: 'b', ms: 5 },
    { user: 'a', ms: 3 },
  ];
  assert.deepEqual(await outcomes(testOf(PER_USER, THREE, rows)), [{ kind: 'passed' }]);
});

test('values of every type are told apart and compared exactly, floats to twelve digits', async () => {
  const row = {
    played_at: '2026-08-01T10:00:00.000001Z',
    user: 'NULL',
    ms: '9223372036854775807',
    price: '0.1',
    tags: ['x', 'y'],
    os: { name: null },
    payload: { b: 1, a: [2] },
    key: 'AAE=',
  };
  const sql = 'SELECT *, CAST(price AS FLOAT64) * 3 AS float FROM music.plays';
  const wrong = { ...row, float: 0.3, played_at: '2026-08-01T10:00:00Z', user: null, tags: ['y', 'x'], os: null };
  const [right, different] = await outcomes(
    testOf(sql, [row], [{ ...row, float: 0.3 }]),
    testOf(sql, [row], [wrong], { expected: { rows: [wrong], match: 'exact', ordered: false } }),
  );
  assert.deepEqual(right, { kind: 'passed' });
  assert.ok(different?.kind === 'different');
  const [changed] = different.difference.changed;
  const columns = different.difference.columns.filter((_, i) => changed?.expected[i]?.key !== changed?.given[i]?.key);
  assert.deepEqual(columns, ['played_at', 'user', 'tags', 'os']);
});

test('a difference is shown as a table of what is missing, too much and changed', async () => {
  const rows = [
    { user: 'a', ms: 4 },
    { user: 'c', ms: 9 },
  ];
  const [outcome] = await outcomes(testOf(PER_USER, THREE, rows));
  assert.ok(outcome?.kind === 'different');
  assert.equal(
    differenceText(outcome.difference),
    [
      '   user  ms',
      '~  a     4 → 3',
      '-  c     9',
      '+  b     5',
      '- expected, not given   + given, not expected   ~ expected → given',
    ].join('\n'),
  );
});

test('of a subset only the named columns count, and other rows may be there', async () => {
  const subset = (rows: readonly Row[]): QueryTest =>
    testOf(PER_USER, THREE, [], { expected: { rows, match: 'subset', ordered: false } });
  const [passed, twice] = await outcomes(subset([{ user: 'b' }]), subset([{ user: 'b' }, { ms: 5 }]));
  assert.deepEqual(passed, { kind: 'passed' });
  assert.ok(twice?.kind === 'different' && twice.difference.unexpected.length === 0);
});

test('where the order counts, another one is a difference', async () => {
  const rows = [{ user: 'b' }, { user: 'a' }];
  const ordered = (sql: string): QueryTest =>
    testOf(sql, THREE, [], { expected: { rows, match: 'subset', ordered: true } });
  const [down, up] = await outcomes(ordered(`${PER_USER} ORDER BY user DESC`), ordered(`${PER_USER} ORDER BY user`));
  assert.deepEqual(down, { kind: 'passed' });
  assert.ok(up?.kind === 'different' && up.difference.onlyOrder);
});

test('rows outside the partition are told', async () => {
  const span = { column: 'day', startMs: Date.UTC(2026, 7, 1), endMs: Date.UTC(2026, 7, 2) };
  const sql = 'SELECT DATE(played_at) AS day FROM music.plays';
  const at = (played_at: string): QueryTest => testOf(sql, [{ played_at }], [{ day: '2026-08-01' }], { span });
  const [inside, outside] = await outcomes(at('2026-08-01T23:59:59Z'), at('2026-08-02T00:00:00Z'));
  assert.deepEqual(inside, { kind: 'passed' });
  assert.deepEqual(outside, { kind: 'outside', column: 'day', value: '2026-08-02' });
});

test('a filter on a column that no row says anything about is a mistake of the test', async () => {
  const sql =
    'SELECT user FROM (SELECT user, played_at AS time FROM music.plays) WHERE time > @from AND user IS NOT NULL';
  const parameters = [
    { name: 'from', parameterType: { type: 'TIMESTAMP' }, parameterValue: { value: '2026-08-01 00:00:00+00' } },
  ];
  const [unset, said] = await outcomes(
    testOf(sql, [{ user: 'a' }], [], { parameters }),
    testOf(sql, [{ user: 'a', played_at: null }], [], { parameters }),
  );
  assert.deepEqual(unset, { kind: 'unsetFilter', table: 'music.plays', column: 'played_at' });
  assert.deepEqual(said, { kind: 'passed' });
});

test('mistakes are told at their places: in rows, in expectations, in queries', async () => {
  const bad = await outcomes(
    testOf(PER_USER, [{ user: 'a' }, { ms: 'many' }], []),
    testOf(PER_USER, THREE, [{ user: 'a', plays: 1 }]),
    testOf('SELECT usr FROM music.plays', THREE, []),
    testOf('SELECT 1 / (ms - ms) AS x FROM music.plays', THREE, []),
    testOf('SELECT 1 AS x FROM music.tracks', THREE, []),
  );
  assert.deepEqual(bad.slice(0, 2), [
    {
      kind: 'badRow',
      table: 'music.plays',
      row: 1,
      column: 'ms',
      message: 'Cannot convert value to integer (bad value).',
    },
    { kind: 'badRow', row: 0, column: 'plays', message: 'no such field: plays.' },
  ]);
  assert.deepEqual(bad[2], {
    kind: 'failed',
    message: 'Unrecognized name: usr; Did you mean user? at [1:8]',
    line: 1,
    column: 8,
  });
  assert.deepEqual(bad[3], { kind: 'failed', message: 'division by zero: 1 / 0' });
  assert.ok(bad[4]?.kind === 'failed' && bad[4].message.startsWith('Not found: Table p:music.tracks'));
});

test('a test that takes too long fails, and those behind it run', async () => {
  const long =
    'SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 99999)) a, UNNEST(GENERATE_ARRAY(1, 99999)) b WHERE MOD(a * b, 7) = 1';
  const results = await runQueryTests([testOf(long, [], []), testOf(PER_USER, [], [])], { timeoutMs: 100 });
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    [{ kind: 'failed', message: 'Job execution was cancelled: Job timed out' }, { kind: 'passed' }],
  );
});

test('many tests run in several workers, each with its own result', async () => {
  const tests = Array.from({ length: 120 }, (_, i) => testOf(PER_USER, [{ user: 'a', ms: i }], [{ user: 'a', ms: 7 }]));
  const results = await runQueryTests(tests, { workers: 2 });
  assert.deepEqual(
    results.filter(({ outcome }) => outcome.kind === 'passed').map(({ index }) => index),
    [7],
  );
  assert.equal(results.length, 120);
});
