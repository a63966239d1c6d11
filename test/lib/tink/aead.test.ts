import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createAead, SEALED_OVERHEAD_BYTES } from '#lib/tink/aead.ts';
import type { Aead } from '#lib/tink/aead.ts';
import { newAesGcmKeyset, newAesSivKeyset, wipeKeyset } from '#lib/tink/keyset.ts';
import type { Keyset, TinkKey } from '#lib/tink/keyset.ts';
import { decodeKeyset } from '#lib/tink/keyset-binary.ts';
import { base64, BIGQUERY_LAYOUT, BIGQUERY_SEALED, GOOGLESQL_KEYSETS, gcmVectors, hex } from './vectors.ts';

const binary = fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each));

function aeadOf(keyset: Keyset): Aead {
  const outcome = createAead(keyset);
  return outcome.kind === 'ready' ? outcome.aead : assert.fail('the keyset cannot seal');
}

function read(encoded: string): Keyset {
  const outcome = decodeKeyset(base64(encoded));
  return outcome.kind === 'keyset' ? outcome.keyset : assert.fail(outcome.problem);
}

function only(keyset: Keyset): TinkKey {
  return keyset.keys[0] ?? assert.fail('no key');
}

test('what BigQuery sealed with AEAD.ENCRYPT opens', () => {
  const aead = aeadOf(read(BIGQUERY_SEALED.keyset));
  for (const sealed of BIGQUERY_SEALED.sealed) {
    const result = aead.open(base64(sealed), Buffer.from(BIGQUERY_SEALED.associatedData));
    assert.deepEqual(result, { kind: 'opened', plaintext: Buffer.from(BIGQUERY_SEALED.plaintext) });
  }
});

test('what we seal has the layout of what BigQuery seals', () => {
  const published = base64(BIGQUERY_LAYOUT.sealed);
  assert.equal(published.length, BIGQUERY_LAYOUT.plaintextBytes + SEALED_OVERHEAD_BYTES);
  const sealed = aeadOf(read(BIGQUERY_SEALED.keyset)).seal(Buffer.from('Greed'), Buffer.alloc(0));
  const theirs = base64(BIGQUERY_SEALED.sealed[0]);
  assert.equal(sealed.length, theirs.length);
  assert.deepEqual(sealed.subarray(0, 5), theirs.subarray(0, 5));
  assert.equal(sealed.readUInt32BE(1), BIGQUERY_SEALED.keyId);
});

test('every vector of Project Wycheproof opens or is refused as it says', () => {
  for (const { tcId, key, iv, aad, msg, ct, tag, result } of gcmVectors) {
    const raw: TinkKey = { id: 1, status: 'ENABLED', prefix: 'RAW', material: { type: 'aes-gcm', key: hex(key) } };
    const opened = aeadOf({ primaryKeyId: 1, keys: [raw] }).open(hex(iv + ct + tag), hex(aad));
    const expected = result === 'valid' ? { kind: 'opened', plaintext: hex(msg) } : { kind: 'corrupt' };
    assert.deepEqual(opened, expected, `test case ${tcId}`);
  }
});

test('a value opens with its associated data and with no other', () => {
  const aead = aeadOf(newAesGcmKeyset());
  fc.assert(
    fc.property(binary, binary, binary, (plaintext, associatedData, other) => {
      const sealed = aead.seal(plaintext, associatedData);
      assert.equal(sealed.length, plaintext.length + SEALED_OVERHEAD_BYTES);
      assert.deepEqual(aead.open(sealed, associatedData), { kind: 'opened', plaintext });
      if (!other.equals(associatedData)) assert.deepEqual(aead.open(sealed, other), { kind: 'corrupt' });
    }),
  );
});

test('a value with any byte changed or cut does not open', () => {
  const aead = aeadOf(newAesGcmKeyset());
  const sealed = aead.seal(Buffer.from('a value of one user'), Buffer.from('v1'));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: sealed.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = Buffer.from(sealed);
      changed[at] = changed[at]! ^ mask;
      assert.notEqual(aead.open(changed, Buffer.from('v1')).kind, 'opened');
      assert.notEqual(aead.open(sealed.subarray(0, at), Buffer.from('v1')).kind, 'opened');
    }),
  );
});

test('the value of another keyset is told apart from a corrupt one', () => {
  const sealed = aeadOf(newAesGcmKeyset()).seal(Buffer.from('x'), Buffer.alloc(0));
  const result = aeadOf(newAesGcmKeyset()).open(sealed, Buffer.alloc(0));
  assert.deepEqual(result, { kind: 'wrong-key', keyId: sealed.readUInt32BE(1) });
  assert.deepEqual(aeadOf(newAesGcmKeyset()).open(Buffer.from('x'), Buffer.alloc(0)), { kind: 'corrupt' });
});

test('after a changeover the old key still opens, and disabling it ends that', () => {
  const before = newAesGcmKeyset();
  const sealed = aeadOf(before).seal(Buffer.from('x'), Buffer.alloc(0));
  const next = newAesGcmKeyset();
  const both: Keyset = { primaryKeyId: next.primaryKeyId, keys: [...before.keys, ...next.keys] };
  assert.equal(aeadOf(both).open(sealed, Buffer.alloc(0)).kind, 'opened');
  assert.equal(aeadOf(both).seal(Buffer.from('y'), Buffer.alloc(0)).readUInt32BE(1), next.primaryKeyId);
  for (const status of ['DISABLED', 'DESTROYED'] as const) {
    const without: Keyset = { ...both, keys: [{ ...only(before), status }, ...next.keys] };
    const expected = { kind: 'unusable-key', keyId: before.primaryKeyId, status };
    assert.deepEqual(aeadOf(without).open(sealed, Buffer.alloc(0)), expected);
  }
});

test('a RAW key seals without a prefix and its values open beside prefixed ones', () => {
  const keyset = read(GOOGLESQL_KEYSETS.threeKeys);
  const raw = keyset.keys[1] ?? assert.fail('no second key');
  const sealed = aeadOf({ primaryKeyId: raw.id, keys: keyset.keys }).seal(Buffer.from('x'), Buffer.alloc(0));
  assert.equal(sealed.length, 1 + SEALED_OVERHEAD_BYTES - 5);
  assert.equal(aeadOf(keyset).open(sealed, Buffer.alloc(0)).kind, 'opened');
});

test('a keyset whose primary cannot seal is unusable', () => {
  assert.equal(createAead(newAesSivKeyset()).kind, 'unusable');
  const keyset = newAesGcmKeyset();
  assert.equal(createAead({ ...keyset, keys: [{ ...only(keyset), status: 'DISABLED' }] }).kind, 'unusable');
});

test('wiping the keyset leaves the sealing keys intact, and closing them makes every use an error', () => {
  const keyset = newAesGcmKeyset();
  const aead = aeadOf(keyset);
  const sealed = aead.seal(Buffer.from('x'), Buffer.alloc(0));
  wipeKeyset(keyset);
  assert.equal(aead.open(sealed, Buffer.alloc(0)).kind, 'opened');
  aead.close();
  assert.throws(() => aead.seal(Buffer.from('x'), Buffer.alloc(0)), /was closed/);
  assert.throws(() => aead.open(sealed, Buffer.alloc(0)), /was closed/);
});

test('ten thousand values have ten thousand different IVs', () => {
  const aead = aeadOf(newAesGcmKeyset());
  const seen = new Set<string>();
  for (let each = 0; each < 10_000; each += 1) {
    seen.add(aead.seal(Buffer.alloc(0), Buffer.alloc(0)).subarray(5, 17).toString('hex'));
  }
  assert.equal(seen.size, 10_000);
});
