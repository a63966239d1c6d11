import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { sivKeys, sivOpen, sivSeal } from '#lib/tink/aes-siv.ts';
import { createDeterministicAead } from '#lib/tink/deterministic-aead.ts';
import type { DeterministicAead } from '#lib/tink/deterministic-aead.ts';
import { newAesGcmKeyset, newAesSivKeyset } from '#lib/tink/keyset.ts';
import type { Keyset } from '#lib/tink/keyset.ts';
import { keysetFromJson } from '#lib/tink/keyset-json.ts';
import { hex, sivVectors, TINKEY_SIV_JSON } from './vectors.ts';

const binary = fc.uint8Array({ maxLength: 100 }).map((each) => Buffer.from(each));

function aeadOf(keyset: Keyset): DeterministicAead {
  return createDeterministicAead(keyset) ?? assert.fail('the keyset cannot seal');
}

test('every vector of Project Wycheproof seals and opens as it says', () => {
  for (const { tcId, key, aad, msg, ct, result } of sivVectors) {
    const keys = sivKeys(hex(key));
    if (result === 'valid') assert.equal(sivSeal(keys, hex(msg), hex(aad)).toString('hex'), ct, `test case ${tcId}`);
    assert.deepEqual(sivOpen(keys, hex(ct), hex(aad)), result === 'valid' ? hex(msg) : undefined, `test case ${tcId}`);
  }
});

test('equal values seal to equal bytes, and open with their associated data only', () => {
  const aead = aeadOf(newAesSivKeyset());
  fc.assert(
    fc.property(binary, binary, binary, (plaintext, associatedData, other) => {
      const sealed = aead.seal(plaintext, associatedData);
      assert.deepEqual(aead.seal(plaintext, associatedData), sealed);
      assert.equal(sealed.length, plaintext.length + 21);
      assert.deepEqual(aead.open(sealed, associatedData), { kind: 'opened', plaintext });
      if (!other.equals(associatedData)) assert.deepEqual(aead.open(sealed, other), { kind: 'corrupt' });
    }),
  );
});

test('the prefix is the key id of the primary key', () => {
  const outcome = keysetFromJson(TINKEY_SIV_JSON);
  const keyset = outcome.kind === 'keyset' ? outcome.keyset : assert.fail(outcome.problem);
  const sealed = aeadOf(keyset).seal(Buffer.from('msg'), Buffer.from('associated_data'));
  assert.deepEqual([sealed[0], sealed.readUInt32BE(1)], [1, 1919301694]);
});

test('another keyset, a disabled key and bytes too short are told apart', () => {
  const first = newAesSivKeyset();
  const second = newAesSivKeyset();
  const sealed = aeadOf(first).seal(Buffer.from('x'), Buffer.alloc(0));
  assert.equal(aeadOf(second).open(sealed, Buffer.alloc(0)).kind, 'wrong-key');
  const disabled = first.keys.map((key) => ({ ...key, status: 'DISABLED' as const }));
  const both = aeadOf({ ...second, keys: [...second.keys, ...disabled] });
  assert.equal(both.open(sealed, Buffer.alloc(0)).kind, 'unusable-key');
  assert.equal(both.open(Buffer.from('x'), Buffer.alloc(0)).kind, 'corrupt');
});

test('a keyset without an AES-SIV primary is not usable', () => {
  assert.equal(createDeterministicAead(newAesGcmKeyset()), undefined);
});
