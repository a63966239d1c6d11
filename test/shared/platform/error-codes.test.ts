import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  ERROR_AREAS,
  ERROR_CODES,
  errorEntry,
  exitCode,
  httpStatus,
  isErrorCode,
  mayRetry,
} from '#shared/platform/error-codes.ts';
import { errorsPage } from '#shared/platform/error-docs.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { problemOf, problemOfThrown } from '#shared/platform/problem-details.ts';

const codes = Object.keys(ERROR_CODES).filter(isErrorCode);

test('docs/errors.md is what the table says now', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  assert.equal(page, errorsPage(), 'stale: run node scripts/generate-docs.ts');
  for (const code of codes) assert.ok(page.includes(`\`${code}\``), code);
});

test('no code stands in two areas', () => {
  const rows = Object.values(ERROR_AREAS).flatMap((area) => Object.keys(area));
  assert.equal(new Set(rows).size, rows.length);
  assert.equal(rows.length, codes.length);
});

test('every row has a sentence, a hint and a status that fits its fault', () => {
  for (const code of codes) {
    const { sentence, hint, fault } = errorEntry(code);
    assert.match(sentence, /^[A-Z].*\.$/, code);
    assert.match(hint, /^[A-Z].*\.$/, code);
    const status = httpStatus(code);
    if (fault === 'caller') assert.ok(status >= 400 && status < 500 && status !== 429, code);
    // 501: not served; 503 without a retry: the function is there and says that it may not work.
    if (fault === 'system') assert.ok([500, 501, 503].includes(status), code);
    if (fault === 'transient') assert.ok([409, 429, 503].includes(status), code);
    assert.equal(mayRetry(code), fault === 'transient', code);
  }
});

test('what clients of events are to send again is answered with what every one of them sends again', () => {
  // Only 429 and 503 are retried by all clients of the matrix in issue 4.
  const answered = { ...ERROR_AREAS.Requests, ...ERROR_AREAS['Events to send again'] };
  for (const code of Object.keys(answered).filter(isErrorCode)) {
    if (mayRetry(code)) assert.ok([429, 503].includes(httpStatus(code)), code);
  }
});

test('exit codes are those of the contract', () => {
  assert.equal(exitCode('usage'), 2);
  assert.equal(exitCode('inputs_missing'), 20);
  assert.equal(exitCode('check_failed'), 50);
  assert.equal(exitCode('port_taken'), 1);
});

test('an error carries its row, and what the occurrence adds wins', () => {
  const plain = new PlatformError('port_taken');
  assert.equal(plain.message, ERROR_CODES.port_taken.sentence);
  assert.equal(plain.fault, 'caller');
  const cause = new Error('EADDRINUSE');
  const told = new PlatformError('port_taken', {
    message: 'Port 8480 is taken by process 42.',
    details: { port: 8480 },
    cause,
  });
  assert.equal(told.message, 'Port 8480 is taken by process 42.');
  assert.equal(told.hint, ERROR_CODES.port_taken.hint);
  assert.equal(told.cause, cause);
  assert.deepEqual(problemOf(told), {
    type: 'urn:tributary:error:port_taken',
    title: ERROR_CODES.port_taken.sentence,
    status: 400,
    detail: 'Port 8480 is taken by process 42.',
    code: 'port_taken',
    hint: ERROR_CODES.port_taken.hint,
    details: { port: 8480 },
  });
});

test('the text of a foreign error never reaches an answer', () => {
  const problem = problemOfThrown(new TypeError('cannot read alice@example.com'));
  assert.equal(problem.code, 'internal');
  assert.ok(!JSON.stringify(problem).includes('alice'));
});

test('a text is a code only when the table has it', () => {
  assert.ok(isErrorCode('too_old'));
  assert.ok(!isErrorCode('toString'));
  assert.ok(!isErrorCode('__proto__'));
});
