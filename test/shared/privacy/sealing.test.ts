import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createAead } from '#lib/tink/aead.ts';
import { newAesGcmKeyset } from '#lib/tink/keyset.ts';
import type { JsonValue } from '#shared/platform/canonical-json.ts';
import { HmacKey } from '#shared/privacy/keys/hmac-key.ts';
import { PurposeKeys } from '#shared/privacy/keys/purpose-keys.ts';
import { openFields, sealFields } from '#shared/privacy/sealing.ts';
import type { SealedFields } from '#shared/privacy/sealing.ts';

/** Keys of a purpose over a given keyset and link secret, so that tests can share one of them. */
function keysOf(purpose: string, keyset = newAesGcmKeyset(), secret = 1): PurposeKeys {
  const created = createAead(keyset);
  const aead = created.kind === 'ready' ? created.aead : assert.fail('unusable');
  return new PurposeKeys({
    purpose,
    generation: 1,
    acceptsFromMs: 0,
    aead,
    link: new HmacKey(Buffer.alloc(32, secret)),
  });
}

const value: fc.Arbitrary<JsonValue> = fc
  .jsonValue({ noUnicodeString: false })
  .filter((each) => JSON.stringify(each).isWellFormed() && !JSON.stringify(each).includes('__proto__'))
  .map((each) => JSON.parse(JSON.stringify(each)));
const fields: fc.Arbitrary<SealedFields> = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/), value, {
  noNullPrototype: true,
});

test('the sealed fields of an event open as they were', () => {
  const keys = keysOf('ads');
  fc.assert(
    fc.property(fields, (each) =>
      assert.deepEqual(openFields(keys, sealFields(keys, each)), { kind: 'plain', fields: each }),
    ),
  );
});

test('what is sealed is canonical JSON, whatever the order and kind of the fields', () => {
  const keys = keysOf('ads');
  const plaintext = (each: SealedFields): string => {
    const opened = keys.aead.open(sealFields(keys, each), keys.associatedData);
    return opened.kind === 'opened' ? opened.plaintext.toString() : assert.fail(opened.kind);
  };
  assert.equal(plaintext({ b: 'x', a: 'ö"' }), '{"a":"ö\\"","b":"x"}');
  assert.equal(plaintext({ a: 'x', b: { d: 1, c: [true, null] } }), '{"a":"x","b":{"c":[true,null],"d":1}}');
  assert.equal(plaintext({ a: 'x', b: 'y' }), '{"a":"x","b":"y"}');
  assert.throws(() => sealFields(keys, { a: '\ud800' }), TypeError);
});

test('the associated data is version, purpose and token', () => {
  const keys = keysOf('ads');
  assert.equal(keys.associatedData.toString(), `v1|ads|${keys.token}`);
});

test('a value of another subject, purpose or keyset never opens', () => {
  const keyset = newAesGcmKeyset();
  const sealedBy = keysOf('ads', keyset, 1);
  const sealed = sealFields(sealedBy, { email: 'a@example.com' });
  for (const other of [keysOf('quality', keyset, 1), keysOf('ads', keyset, 2), keysOf('ads', newAesGcmKeyset(), 1)]) {
    assert.deepEqual(openFields(other, sealed), { kind: 'corrupt' });
  }
  assert.equal(openFields(keysOf('ads', keyset, 1), sealed).kind, 'plain');
});

test('a value with any byte changed, cut off or added never opens', () => {
  const keys = keysOf('ads');
  const sealed = sealFields(keys, { email: 'a@example.com', place: '59.3,18.1' });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: sealed.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = Buffer.from(sealed);
      changed[at] = changed[at]! ^ mask;
      for (const each of [changed, sealed.subarray(0, at), Buffer.concat([sealed, Buffer.from([mask])])]) {
        assert.deepEqual(openFields(keys, each), { kind: 'corrupt' });
      }
    }),
  );
});

test('authentic bytes that are no object of fields are corrupt', () => {
  const keys = keysOf('ads');
  for (const text of ['', '[]', 'null', '"x"', '{', '\xff']) {
    const sealed = keys.aead.seal(Buffer.from(text, 'latin1'), keys.associatedData);
    assert.deepEqual(openFields(keys, sealed), { kind: 'corrupt' });
  }
});
