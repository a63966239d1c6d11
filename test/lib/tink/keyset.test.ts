import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decodeKeyset, encodeKeyset } from '#lib/tink/keyset-binary.ts';
import { keysetFromJson, keysetToJson } from '#lib/tink/keyset-json.ts';
import { KEY_STATUSES, newAesGcmKeyset, newAesSivKeyset, OUTPUT_PREFIXES, wipeKeyset } from '#lib/tink/keyset.ts';
import type { Keyset, KeysetOutcome, KeyMaterial } from '#lib/tink/keyset.ts';
import { base64, BIGQUERY_SEALED, GOOGLESQL_KEYSETS, TINKEY_SIV_JSON } from './vectors.ts';

function keysetOf(outcome: KeysetOutcome): Keyset {
  assert.equal(outcome.kind, 'keyset');
  return outcome.kind === 'keyset' ? outcome.keyset : assert.fail();
}

function problemOf(outcome: KeysetOutcome): string {
  return outcome.kind === 'invalid' ? outcome.problem : assert.fail('a keyset was read');
}

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => Buffer.from(each));
const material: fc.Arbitrary<KeyMaterial> = fc.oneof(
  bytes(32).map((key) => ({ type: 'aes-gcm' as const, key })),
  bytes(16).map((key) => ({ type: 'aes-gcm' as const, key })),
  bytes(64).map((key) => ({ type: 'aes-siv' as const, key })),
  fc.record(
    {
      type: fc.constant('other' as const),
      typeUrl: fc.constant('type.googleapis.com/google.crypto.tink.AesCbcKey'),
      value: fc.uint8Array({ minLength: 1, maxLength: 80 }).map((each) => Buffer.from(each)),
      materialType: fc.constantFrom(1, 2),
    },
    { noNullPrototype: true },
  ),
);
const key = fc.record(
  {
    id: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    status: fc.constantFrom(...KEY_STATUSES),
    prefix: fc.constantFrom(...OUTPUT_PREFIXES),
    material,
  },
  { noNullPrototype: true },
);
const keyset = fc
  .uniqueArray(key, { minLength: 1, maxLength: 5, selector: (each) => each.id })
  .map((keys): Keyset => ({ primaryKeyId: keys[0]!.id, keys: [{ ...keys[0]!, status: 'ENABLED' }, ...keys.slice(1)] }));

test('a keyset that BigQuery made is read and written back byte for byte', () => {
  for (const sample of [...Object.values(GOOGLESQL_KEYSETS), BIGQUERY_SEALED.keyset]) {
    assert.equal(encodeKeyset(keysetOf(decodeKeyset(base64(sample)))).toString('base64'), sample);
  }
});

test('the keys that were added from raw bytes have the RAW prefix and their own id', () => {
  const { keys, primaryKeyId } = keysetOf(decodeKeyset(base64(GOOGLESQL_KEYSETS.threeKeys)));
  assert.equal(keys[0]?.id, primaryKeyId);
  assert.deepEqual(
    keys.map((each) => [each.prefix, each.status]),
    [
      ['TINK', 'ENABLED'],
      ['RAW', 'ENABLED'],
      ['RAW', 'ENABLED'],
    ],
  );
  assert.deepEqual(keys[2]?.material, { type: 'aes-gcm', key: Buffer.from('abcd'.repeat(8)) });
});

test('the JSON and the binary form of the same published keyset are the same keyset', () => {
  const fromJson = keysetOf(keysetFromJson(BIGQUERY_SEALED.keysetJson));
  assert.deepEqual(fromJson, keysetOf(decodeKeyset(base64(BIGQUERY_SEALED.keyset))));
  assert.deepEqual(fromJson.keys[0]?.material, { type: 'aes-gcm', key: Buffer.from(BIGQUERY_SEALED.rawKey) });
});

test('a deterministic keyset of tinkey is read from JSON and written back', () => {
  const read = keysetOf(keysetFromJson(TINKEY_SIV_JSON));
  assert.equal(read.keys[0]?.material.type, 'aes-siv');
  assert.deepEqual(JSON.parse(keysetToJson(read)), JSON.parse(TINKEY_SIV_JSON));
});

test('a fresh keyset has the sizes that BigQuery makes', () => {
  const gcm = newAesGcmKeyset();
  const big = { primaryKeyId: 2 ** 31, keys: [{ ...gcm.keys[0]!, id: 2 ** 31 }] };
  assert.equal(encodeKeyset(big).length, 108);
  const siv = newAesSivKeyset();
  assert.equal(encodeKeyset({ primaryKeyId: 2 ** 31, keys: [{ ...siv.keys[0]!, id: 2 ** 31 }] }).length, 141);
});

test('every keyset survives both forms', () => {
  fc.assert(
    fc.property(keyset, (each) => {
      assert.deepEqual(keysetOf(decodeKeyset(encodeKeyset(each))), each);
      assert.deepEqual(keysetOf(keysetFromJson(keysetToJson(each))), each);
    }),
  );
});

test('a destroyed key without bytes is carried along', () => {
  const fresh = newAesGcmKeyset();
  const gone = { type: 'other' as const, typeUrl: '', value: Buffer.alloc(0), materialType: 1 };
  const each: Keyset = {
    ...fresh,
    keys: [...fresh.keys, { id: 7, status: 'DESTROYED', prefix: 'TINK', material: gone }],
  };
  assert.deepEqual(keysetOf(decodeKeyset(encodeKeyset(each))), each);
  assert.deepEqual(keysetOf(keysetFromJson(keysetToJson(each))), each);
});

test('what breaks the rules of a keyset is refused with the rule', () => {
  const fresh = newAesGcmKeyset();
  const only = fresh.keys[0]!;
  const short = { type: 'aes-gcm' as const, key: Buffer.alloc(31) };
  assert.equal(problemOf(decodeKeyset(Buffer.alloc(0))), 'no-keys');
  assert.equal(problemOf(decodeKeyset(encodeKeyset({ ...fresh, primaryKeyId: (only.id ^ 1) >>> 0 }))), 'no-primary');
  assert.equal(
    problemOf(decodeKeyset(encodeKeyset({ ...fresh, keys: [{ ...only, status: 'DISABLED' }] }))),
    'primary-not-enabled',
  );
  assert.equal(problemOf(decodeKeyset(encodeKeyset({ ...fresh, keys: [{ ...only, material: short }] }))), 'bad-key');
  assert.equal(problemOf(decodeKeyset(base64(BIGQUERY_SEALED.keyset).subarray(0, 50))), 'malformed');
  const json = JSON.parse(keysetToJson(fresh));
  for (const [change, problem] of [
    [{ key: [{ ...json.key[0], status: 'ENABLE' }] }, 'bad-status'],
    [{ key: [{ ...json.key[0], outputPrefixType: 'NONE' }] }, 'bad-prefix'],
    [{ key: [{ ...json.key[0], keyData: { ...json.key[0].keyData, value: 'not base64' } }] }, 'malformed'],
    [{ key: [{ ...json.key[0], keyData: { ...json.key[0].keyData, keyMaterialType: 'REMOTE' } }] }, 'bad-key'],
    [{ key: 'all' }, 'malformed'],
    [{ primaryKeyId: -1 }, 'malformed'],
    [{ key: [] }, 'no-keys'],
  ] as const) {
    assert.equal(problemOf(keysetFromJson(JSON.stringify({ ...json, ...change }))), problem);
  }
  assert.equal(problemOf(keysetFromJson('{')), 'malformed');
});

test('arbitrary bytes and arbitrary text are read as a keyset or refused, never an exception', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (each) => void decodeKeyset(Buffer.from(each))));
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (each) => void keysetFromJson(each)));
});

test('wiping a keyset leaves only zeros', () => {
  const fresh = newAesGcmKeyset();
  wipeKeyset(fresh);
  assert.deepEqual(fresh.keys[0]?.material, { type: 'aes-gcm', key: Buffer.alloc(32) });
});

test('a keyset that was read does not share memory with the bytes that it was read from', () => {
  const encoded = encodeKeyset(newAesGcmKeyset());
  const read = keysetOf(decodeKeyset(encoded));
  const before = keysetToJson(read);
  encoded.fill(0);
  assert.equal(keysetToJson(read), before);
});
