import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { boundsRejection, isDeeperThan } from '#shared/events/bounds.ts';
import { MAX_DEPTH, MAX_EVENT_BYTES } from '#shared/events/limits.ts';

function nested(levels: number): unknown {
  return JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`);
}

test('depth is counted in objects and lists', () => {
  assert.ok(!isDeeperThan(1, 0));
  assert.ok(!isDeeperThan(nested(3), 3));
  assert.ok(isDeeperThan(nested(4), 3));
  assert.ok(isDeeperThan({ a: [{ b: 1 }] }, 2));
  fc.assert(
    fc.property(fc.nat(60), fc.nat(60), (levels, limit) =>
      assert.equal(isDeeperThan(nested(levels), limit), levels > limit),
    ),
  );
});

test('an event that nests without end is refused without being walked', () => {
  assert.equal(boundsRejection(nested(MAX_DEPTH), 100), undefined);
  assert.equal(boundsRejection(nested(500_000), 1_000_000)?.code, 'too_deep');
});

test('an event is measured only when its request could hold one too large', () => {
  const large = { id: 'e', data: { text: 'x'.repeat(MAX_EVENT_BYTES) } };
  assert.equal(boundsRejection(large, MAX_EVENT_BYTES + 100)?.code, 'event_too_large');
  assert.equal(boundsRejection({ id: 'e' }, MAX_EVENT_BYTES + 100), undefined);
  // Bytes count, not characters.
  assert.equal(
    boundsRejection({ text: '€'.repeat(MAX_EVENT_BYTES / 2) }, MAX_EVENT_BYTES * 2)?.code,
    'event_too_large',
  );
});
