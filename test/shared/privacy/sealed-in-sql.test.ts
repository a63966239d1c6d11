// What the platform seals is Tink's, so BigQuery's own functions open it: docs/privacy.md promises that to whoever holds the keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAead } from '#lib/tink/aead.ts';
import { encodeKeyset } from '#lib/tink/keyset-binary.ts';
import { newAesGcmKeyset, type Keyset } from '#lib/tink/keyset.ts';
import { HmacKey } from '#shared/privacy/keys/hmac-key.ts';
import { PurposeKeys } from '#shared/privacy/keys/purpose-keys.ts';
import { openFields, sealFields } from '#shared/privacy/sealing.ts';
import { testWarehouse } from '#test/lib/googlesql/engine/test-warehouse.ts';

const { rows, refusal } = await testWarehouse();
const keyset = newAesGcmKeyset();
const keys = keysOf(keyset);
const fields = { email: 'ann@example.com', place: { lat: 59.3, lon: 18 }, ö: '"' };

function keysOf(of: Keyset): PurposeKeys {
  const created = createAead(of);
  assert.ok(created.kind === 'ready');
  const link = new HmacKey(Buffer.alloc(32, 1));
  return new PurposeKeys({ purpose: 'ads', generation: 1, acceptsFromMs: 0, aead: created.aead, link });
}

function bytes(name: string, value: Uint8Array): object {
  return { name, parameterType: { type: 'BYTES' }, parameterValue: { value: Buffer.from(value).toString('base64') } };
}

function text(name: string, value: string): object {
  return { name, parameterType: { type: 'STRING' }, parameterValue: { value } };
}

function given(...parameters: readonly object[]): { readonly parameters: [] } {
  return { parameters: parameters as [] };
}

const aad = keys.associatedData.toString('utf8');

test('a sealed value opens in SQL under its keyset and the associated data of its subject', async () => {
  assert.equal(aad, `v1|ads|${keys.token}`);
  const sealed = sealFields(keys, fields);
  const parameters = given(
    bytes('keyset', encodeKeyset(keyset)),
    bytes('sealed', sealed),
    text('aad', aad),
    text('token', keys.token),
  );
  const sql = `
    SELECT opened, JSON_VALUE(opened, '$.email'), CAST(JSON_VALUE(opened, '$.place.lat') AS FLOAT64) > 59
    FROM (SELECT AEAD.DECRYPT_STRING(@keyset, @sealed, CONCAT('v1|ads|', @token)) AS opened)`;
  assert.deepEqual(await rows(sql, parameters), [
    ['{"email":"ann@example.com","place":{"lat":59.3,"lon":18},"ö":"\\""}', 'ann@example.com', 'true'],
  ]);
});

test('what SQL seals opens in the platform', async () => {
  const parameters = given(bytes('keyset', encodeKeyset(keyset)), text('aad', aad));
  const [[sealed] = []] = await rows(`SELECT AEAD.ENCRYPT(@keyset, '{"email":"bob@example.com"}', @aad)`, parameters);
  const opened = openFields(keys, Buffer.from(String(sealed), 'base64'));
  assert.deepEqual(opened, { kind: 'plain', fields: { email: 'bob@example.com' } });
});

test("another subject's associated data, or other keys, open nothing and tell nothing", async () => {
  const sealed = sealFields(keys, fields);
  const sql = 'SELECT AEAD.DECRYPT_STRING(@keyset, @sealed, @aad)';
  const [own, other] = [encodeKeyset(keyset), encodeKeyset(newAesGcmKeyset())];
  for (const parameters of [
    given(bytes('keyset', own), bytes('sealed', sealed), text('aad', `${aad}x`)),
    given(bytes('keyset', other), bytes('sealed', sealed), text('aad', aad)),
  ]) {
    const { message } = await refusal(sql, parameters);
    assert.doesNotMatch(message, /example|email/);
    assert.deepEqual(await rows(`SELECT SAFE.${sql.slice('SELECT '.length)}`, parameters), [[null]]);
  }
});
