import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergePatch } from '#local/bigquery/wire/merge-patch.ts';

// Source of the cases: RFC 7396 appendix A, those whose target and patch are objects.
const CASES: readonly (readonly [object, object, object])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

for (const [target, patch, result] of CASES) {
  test(`${JSON.stringify(target)} patched with ${JSON.stringify(patch)}`, () => {
    assert.deepEqual(mergePatch({ ...target }, { ...patch }), result);
  });
}
