// Arithmetic of doubles is looked at where it ends: whatever overflows on the way must still be an error, and nothing else may be.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { testWarehouse } from './test-warehouse.ts';

const { warehouse } = await testWarehouse();
after(() => warehouse.close());

/** An expression with what it comes to, step by step, as Google computes it. */
interface Term {
  readonly sql: string;
  /** `error` where a step fails, `either` where an error is beside a NULL that is constant and may be seen first. */
  readonly value: number | null | 'error' | 'either';
}

const NUMBERS = [0, -0, 1, -2.5, 3, 1e308, -1e308, 1e-308, 5e-324, 1e200, Infinity, -Infinity, NaN] as const;

const leaf: fc.Arbitrary<Term> = fc.oneof(
  fc.constantFrom(...NUMBERS).map((value): Term => ({ sql: `(SELECT CAST('${value}' AS FLOAT64))`, value })),
  fc.constantFrom(...NUMBERS).map((value): Term => ({ sql: `CAST('${value}' AS FLOAT64)`, value })),
  fc.constant<Term>({ sql: 'CAST(NULL AS FLOAT64)', value: null }),
);

const apply: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** An overflow is an infinity of finite operands. */
function step(sign: string, a: Term['value'], b: Term['value'], safe: 'safe' | 'loud'): Term['value'] {
  if (a === 'either' || b === 'either') return 'either';
  if (a === 'error' || b === 'error') return a === null || b === null ? 'either' : 'error';
  if (a === null || b === null) return null;
  return ofNumbers(sign, [a, b], safe === 'safe' ? null : 'error');
}

function ofNumbers(sign: string, [a, b]: readonly [number, number], bad: null | 'error'): Term['value'] {
  if (sign === '/' && b === 0) return bad;
  const value = apply[sign]?.(a, b) ?? Number.NaN;
  return Number.isFinite(a) && Number.isFinite(b) && !Number.isFinite(value) ? bad : value;
}

const SAFE: Readonly<Record<string, string>> = {
  '+': 'SAFE_ADD',
  '-': 'SAFE_SUBTRACT',
  '*': 'SAFE_MULTIPLY',
  '/': 'SAFE_DIVIDE',
};

const { term } = fc.letrec<{ readonly term: Term }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/'), tie('term'), tie('term'), fc.constantFrom('safe', 'loud'))
      .map(([sign, a, b, safe]): Term => ({
        sql: safe === 'safe' ? `${SAFE[sign] ?? ''}(${a.sql}, ${b.sql})` : `(${a.sql} ${sign} ${b.sql})`,
        value: step(sign, a.value, b.value, safe),
      })),
  ),
}));

let count = 0;

/** The one value of a query; `error` when it fails as arithmetic does. */
async function valueOf(sql: string): Promise<Term['value']> {
  count += 1;
  const outcome = await warehouse.run({ queryId: `f${count}`, sql });
  if (outcome.kind === 'failed') {
    assert.match(outcome.error.message, /^(?:double overflow|division by zero): /, sql);
    return 'error';
  }
  const resultId = outcome.value.result?.resultId ?? '';
  const page = await warehouse.readRows({ kind: 'result', resultId }, { offset: 0, maxRows: 1, timestamps: 'int64' });
  assert.ok(page.kind === 'ok');
  const [row] = JSON.parse(Buffer.from(page.value.rowsJson).toString()) as [{ f: [{ v: string | null }] }];
  const [{ v }] = row.f;
  return v === null ? null : Number(v);
}

/** Zeroes of both signs are equal here, as they are in SQL. */
function same(a: Term['value'], b: Term['value']): boolean {
  if (b === 'either') return a === null || a === 'error';
  return a === b || Object.is(a, b);
}

test('expressions of doubles give what each step gives, or the error of a step', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(term, async ({ sql, value }) => {
      assert.ok(same(await valueOf(`SELECT ${sql}`), value), `${sql} is not ${value}`);
    }),
    { numRuns: 300 },
  );
});

test('a NULL does not hide the error beside it', async () => {
  const from = 'FROM UNNEST([STRUCT(CAST(NULL AS FLOAT64) AS a, 1e308 AS b)])';
  for (const sql of ['a + b * 10', 'b * 10 + a', 'b / 0 + a', 'SUM(a + b * 10)', 'AVG(1 - (a + b * 10))']) {
    assert.equal(await valueOf(`SELECT ${sql} ${from}`), 'error', sql);
  }
  assert.equal(await valueOf(`SELECT a * 2 + 1 ${from}`), null);
});

test('so do their sums', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(term, async ({ sql, value }) => {
      assert.ok(same(await valueOf(`SELECT SUM(${sql}) FROM (SELECT 1)`), value), `the sum of ${sql} is not ${value}`);
    }),
    { numRuns: 200 },
  );
});
