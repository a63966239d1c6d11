import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { auditColumns, readAudit, verdictOf } from '#shared/pipelines/audit-verdict.ts';
import { classifyError } from '#shared/pipelines/failure-class.ts';
import { isErrorCode } from '#shared/platform/error-codes.ts';

test('a throttled call and a job that itself ran out of quota both come back', () => {
  assert.deepEqual(classifyError({ code: 429 }), { class: 'transient', code: 'cloud_throttled' });
  assert.deepEqual(classifyError({ code: 403, reason: 'quotaExceeded' }), {
    class: 'transient',
    code: 'cloud_throttled',
  });
});

test('what the query or a right is to blame for does not', () => {
  assert.equal(classifyError({ tags: ['OperationError'], reason: 'invalidQuery' }).code, 'query_failed');
  assert.equal(classifyError({ code: 403, reason: 'accessDenied' }).class, 'permanent');
  assert.equal(classifyError({ code: 404 }).code, 'cloud_missing');
});

test('a broken connection, a reply that never came and an unknown word are tried again', () => {
  for (const error of [
    { tags: ['ConnectionFailedError'] },
    { tags: ['TimeoutError'] },
    { code: 503 },
    { reason: 'new' },
    {},
  ])
    assert.equal(classifyError(error).class, 'transient');
});

test('every error gets a class and a code of the table', () => {
  const error = fc.record({
    code: fc.option(fc.integer(), { nil: undefined }),
    tags: fc.option(fc.array(fc.string()), { nil: undefined }),
    reason: fc.option(fc.oneof(fc.string(), fc.constantFrom('toString', '__proto__')), { nil: undefined }),
  });
  fc.assert(fc.property(error, (given) => isErrorCode(classifyError(given).code)));
});

const checks = [
  { name: 'a', severity: 'fail', countSql: '' },
  { name: 'b', severity: 'warn', countSql: '' },
] as const;

test('an audit passes with warnings, and fails by a check or a row outside the partition', () => {
  const verdict = (...values: unknown[]): string => {
    const counts = readAudit(values, checks);
    assert.ok(counts !== undefined);
    const result = verdictOf(counts);
    return result.kind === 'failed' ? `${result.code}: ${result.message}` : result.kind;
  };
  assert.deepEqual(auditColumns(checks), ['row_count', 'outside_partition', 'check_0', 'check_1']);
  assert.equal(verdict('5', '0', '0', '3'), 'passed');
  // COUNTIF over no rows is 0, but a sum of nothing is NULL.
  assert.equal(verdict('0', '0', null, null), 'passed');
  assert.equal(verdict('5', '0', '2', '0'), 'check_failed: Checks failed on 5 staged rows: a (2).');
  assert.equal(verdict('5', '1', '2', '0'), 'outside_partition: 1 of 5 staged rows are outside the partition.');
});

test('what is no audit is not taken for one', () => {
  for (const values of [[], ['1', '0'], ['1', '0', '0'], ['x', '0', '0', '0'], ['1', '-1', '0', '0']])
    assert.equal(readAudit(values, checks), undefined);
});
