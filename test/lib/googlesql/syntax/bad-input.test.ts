import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { tokenize } from '#lib/googlesql/syntax/lexer.ts';
import { maxQueryCharacters, parseScript } from '#lib/googlesql/syntax/parse.ts';
import { SqlError, type SqlProblem } from '#lib/googlesql/syntax/sql-error.ts';
import { depthBombs, wideBombs } from '../bombs.ts';
import { soup } from '../token-soup.ts';

/** Longest that any statement below may take; they take a tenth of it on an idle machine. */
const LIMIT = { timeout: 20_000 };

function problemOf(text: string): SqlProblem {
  const outcome = parseScript(text);
  assert.ok(outcome.kind === 'failed', 'it was parsed');
  return outcome.problem;
}

for (const [what, text] of Object.entries(depthBombs)) {
  test(`too deep is told at its place: ${what}`, LIMIT, () => {
    const { message, line, column } = problemOf(text);
    assert.match(message, /^Out of stack space due to deeply nested query expression at \[1:\d+\]$/);
    assert.equal(line, 1);
    assert.ok(column !== undefined && column > 0);
  });
}

for (const [what, text] of Object.entries(wideBombs)) {
  test(`what is only wide is parsed: ${what}`, LIMIT, () => {
    assert.equal(parseScript(text).kind, 'ok');
  });
}

test('what nests as people write it is parsed', () => {
  assert.equal(parseScript(`SELECT ${'('.repeat(150)}1${')'.repeat(150)}`).kind, 'ok');
  assert.equal(parseScript(`SELECT 1${' + 1'.repeat(300)}, 1${' + 1'.repeat(300)}`).kind, 'ok');
  assert.equal(parseScript(`${'SELECT * FROM ('.repeat(60)}SELECT 1${')'.repeat(60)}`).kind, 'ok');
});

test('a text of ten megabytes is refused where it becomes too long', () => {
  const { message, line, column } = problemOf(`SELECT ${'1,'.repeat(5_000_000)}1`);
  assert.match(message, /^The query is too large\. The maximum standard SQL query length is 1024\.00K characters/);
  assert.deepEqual([line, column], [1, maxQueryCharacters + 1]);
});

test('half of a surrogate pair is refused at its place', () => {
  for (const [text, column] of [
    ["SELECT '\ud800'", 9],
    ["SELECT '😀', '\udc00'", 14],
    ['\ud83d', 1],
    ['SELECT 1 -- \ude00\ud83d', 13],
  ] as const) {
    assert.deepEqual(problemOf(text), {
      reason: 'invalidQuery',
      message: `Syntax error: Illegal input: invalid UTF-8 at [1:${column}]`,
      line: 1,
      column,
    });
  }
});

test('a character that starts nothing is refused at its place', () => {
  assert.match(problemOf('SELECT \ufffd').message, /^Syntax error: Illegal input character "\ufffd" at \[1:8\]$/);
  assert.match(problemOf('SELECT 1,\n  \u0000').message, /at \[2:3\]$/);
});

test('a string of a million characters, a million comments and a million digits are read in linear time', LIMIT, () => {
  assert.equal(parseScript(`SELECT '${'a'.repeat(1_000_000)}'`).kind, 'ok');
  assert.equal(parseScript(`SELECT '${'\\n'.repeat(500_000)}'`).kind, 'ok');
  assert.equal(parseScript(`${'/**/'.repeat(250_000)}SELECT 1`).kind, 'ok');
  assert.equal(parseScript(`SELECT ${'9'.repeat(1_000_000)}`).kind, 'ok');
  for (const text of ['/*', '`', "'", '"""', 'SELECT "', "r'\\"]) problemOf(text.repeat(200_000));
});

test('tokens follow each other through the text and leave out nothing but white space and comments', () => {
  fc.assert(
    fc.property(soup, (text) => {
      const tokens = tokensOf(text);
      for (const [i, token] of tokens.entries()) {
        const before = tokens[i - 1]?.end ?? 0;
        assert.ok(token.start >= before && token.end >= token.start);
        assert.match(text.slice(before, token.start), /^(?:\s|--.*\n|#.*\n|\/\*[^]*?\*\/)*$/);
      }
    }),
  );
});

function tokensOf(text: string): ReturnType<typeof tokenize> {
  try {
    return tokenize(text);
  } catch (error) {
    assert.ok(error instanceof SqlError);
    return [];
  }
}

test('no order of tokens and no text brings the parser down: a tree, or a problem at a place', () => {
  const texts = fc.oneof({ weight: 4, arbitrary: soup }, fc.string({ unit: 'binary', maxLength: 200 }), loneUnits);
  fc.assert(
    fc.property(texts, (text) => {
      const outcome = parseScript(text);
      if (outcome.kind === 'ok') return;
      const { message, line, column } = outcome.problem;
      assert.ok(line !== undefined && column !== undefined, message);
      assert.match(message, / at \[\d+:\d+\]$/);
    }),
    { numRuns: 3000 },
  );
});

/** Texts of any UTF-16 units, halves of pairs included. */
const loneUnits = fc.array(fc.nat({ max: 0xffff }), { maxLength: 50 }).map((units) => String.fromCharCode(...units));
