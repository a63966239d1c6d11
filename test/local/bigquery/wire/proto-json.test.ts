import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bool, decodeBody, int32, int64, message, oneOf, text } from '#local/bigquery/wire/proto-json.ts';
import { ApiError } from '#local/primitives/errors.ts';
import { z } from 'zod';

const shape = message({
  name: text,
  count: int64.optional(),
  small: int32.optional(),
  flag: bool.optional(),
  kind: oneOf(['A', 'B']).optional(),
  parts: z.array(message({ partName: text })).optional(),
});

function refusal(body: unknown): { readonly reason: string | undefined; readonly message: string } {
  try {
    decodeBody(shape, body, 'thing');
  } catch (error) {
    assert.ok(error instanceof ApiError);
    assert.equal(error.httpStatus, 400);
    return { reason: error.reason, message: error.message };
  }
  return assert.fail('was accepted');
}

test('64-bit integers are read from text and from numbers, and kept as text', () => {
  assert.equal(decodeBody(shape, { name: 'a', count: 12 }, 'thing').count, '12');
  assert.equal(decodeBody(shape, { name: 'a', count: '9007199254740993' }, 'thing').count, '9007199254740993');
});

test('a null field is an absent field, at any depth', () => {
  assert.deepEqual(decodeBody(shape, { name: 'a', count: null, parts: [{ partName: 'p' }] }, 'thing'), {
    name: 'a',
    parts: [{ partName: 'p' }],
  });
});

test('names that a message does not have are passed over', () => {
  const parts = [{ partName: 'p', other: 1 }];
  assert.deepEqual(decodeBody(shape, { name: 'a', etag: {}, parts }, 'thing'), {
    name: 'a',
    parts: [{ partName: 'p' }],
  });
});

test('a list where one value belongs is refused in the words of the front end', () => {
  assert.deepEqual(refusal({ name: 'a', parts: [{ partName: ['p'] }] }), {
    reason: 'invalid',
    message: `Invalid JSON payload received. Unknown name "partName" at 'thing.parts[0]': Proto field is not repeating, cannot start list.`,
  });
});

test('a missing field that is required is refused with the reason `required`', () => {
  assert.deepEqual(refusal({ parts: [] }), { reason: 'required', message: 'Required parameter is missing: name' });
});

test('a value of another type is refused with its place, but not repeated', () => {
  const secret = 'somebody@example.com';
  assert.deepEqual(refusal({ name: 'a', parts: [{ partName: { secret } }] }), {
    reason: 'invalid',
    message: `Invalid value at 'thing.parts[0].part_name' (TYPE_STRING)`,
  });
  assert.equal(refusal({ name: 'a', flag: secret }).message, `Invalid value at 'thing.flag' (TYPE_BOOL)`);
  assert.equal(refusal({ name: 'a', count: 1.5 }).message, `Invalid value at 'thing.count' (TYPE_INT64)`);
  assert.equal(refusal({ name: 'a', small: 2 ** 40 }).message, `Invalid value at 'thing.small' (TYPE_INT32)`);
  assert.equal(refusal({ name: 'a', kind: secret }).message, `Invalid value at 'thing.kind': expected one of A, B`);
});
