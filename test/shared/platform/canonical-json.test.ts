import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { digestOf, sha256Hex } from '#shared/platform/digest.ts';

test('the order in which an object was built does not show', () => {
  assert.equal(canonicalJson({ b: 1, a: [{ d: 2, c: 3 }] }), '{"a":[{"c":3,"d":2}],"b":1}');
});

test('keys are ordered by UTF-16 code units, as in the example of RFC 8785 section 3.2.3', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
  assert.deepEqual(
    Object.values(JSON.parse(canonicalJson(Object.fromEntries(Object.entries(value)))) as object),
    // JSON.parse puts the integer-like key first; the text itself is what matters.
    [4, 2, 6, 7, 1, 5, 3],
  );
  assert.equal(canonicalJson(value), '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}');
});

test('numbers read as ECMAScript prints them, as in RFC 8785 section 3.2.2', () => {
  assert.equal(
    canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0]),
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  );
});

test('undefined properties are left out, and what JSON cannot carry is refused', () => {
  assert.equal(canonicalJson({ a: undefined, b: null }), '{"b":null}');
  for (const bad of [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    () => 0,
    Symbol('s'),
    '\ud800',
    { '\udc00': 1 },
    undefined,
  ]) {
    assert.throws(() => canonicalJson(bad), TypeError);
  }
});

test('the canonical text parses to the value, and two orders of one object have one text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const sane = JSON.parse(JSON.stringify(value)) as unknown;
      fc.pre(JSON.stringify(sane).isWellFormed() && !/\\ud[89a-f]/i.test(JSON.stringify(sane)));
      const text = canonicalJson(sane);
      assert.deepEqual(JSON.parse(text), sane);
      assert.equal(canonicalJson(JSON.parse(text)), text);
    }),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string({ maxLength: 4 }), fc.integer()), (object) => {
      const reversed = Object.fromEntries(Object.entries(object).reverse());
      assert.equal(canonicalJson(reversed), canonicalJson(object));
    }),
  );
});

test('a digest is the published SHA-256 of the text', () => {
  // FIPS 180-2, appendix B.1
  assert.equal(sha256Hex('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(digestOf({ b: 1, a: 2 }), sha256Hex('{"a":2,"b":1}'));
});
