/** AEAD and KEYS functions: Tink keysets as bytes. Neither keys nor plaintexts are ever part of an error. */

import { randomInt } from 'node:crypto';
import { createAead, type OpenResult } from '../../../tink/aead.ts';
import { createDeterministicAead } from '../../../tink/deterministic-aead.ts';
import { decodeKeyset, encodeKeyset } from '../../../tink/keyset-binary.ts';
import { keysetFromJson, keysetToJson } from '../../../tink/keyset-json.ts';
import {
  checkKeyset,
  type Keyset,
  type KeysetOutcome,
  newAesGcmKeyset,
  newAesSivKeyset,
  type TinkKey,
} from '../../../tink/keyset.ts';
import { ValueError } from '../../values/sql-value.ts';
import { utf8Text } from '../../values/value-text.ts';
import { js, jsVolatile, named } from './define.ts';

const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function usable(outcome: KeysetOutcome, name: string): Keyset {
  if (outcome.kind === 'invalid') throw new ValueError(`${name} failed: the keyset is not valid (${outcome.problem})`);
  return outcome.keyset;
}

const read = (bytes: Uint8Array, name: string): Keyset => usable(decodeKeyset(buffer(bytes)), name);

function newKeyset(type: string): Keyset {
  if (type === 'AEAD_AES_GCM_256') return newAesGcmKeyset();
  if (type === 'DETERMINISTIC_AEAD_AES_SIV_CMAC_256') return newAesSivKeyset();
  throw new ValueError(`Key type not supported: ${type}`);
}

/** A key of the set's own, under an id that no key of it has. */
function withNewId(key: TinkKey, { keys }: Keyset): TinkKey {
  let { id } = key;
  while (keys.some((one) => one.id === id)) id = randomInt(1, 2 ** 32);
  return { ...key, id };
}

function rotated(keyset: Keyset, type: string): Keyset {
  const [fresh] = newKeyset(type).keys;
  if (fresh === undefined) throw new Error('a new keyset has a key');
  const key = withNewId(fresh, keyset);
  return { primaryKeyId: key.id, keys: [...keyset.keys, key] };
}

function withRawKey(keyset: Keyset, type: string, raw: Uint8Array): Keyset {
  if (type !== 'AES_GCM') throw new ValueError(`Keys of type ${type} are not supported locally`);
  const material = { type: 'aes-gcm', key: Buffer.from(raw) } as const;
  const key = withNewId({ id: randomInt(1, 2 ** 32), status: 'ENABLED', prefix: 'RAW', material }, keyset);
  return usable(
    checkKeyset({ primaryKeyId: keyset.primaryKeyId, keys: [...keyset.keys, key] }),
    'KEYS.ADD_KEY_FROM_RAW_BYTES',
  );
}

function encrypt(keyset: Uint8Array, plaintext: Uint8Array, context: Uint8Array): Uint8Array {
  const outcome = createAead(read(keyset, 'AEAD.ENCRYPT'));
  if (outcome.kind === 'unusable') throw new ValueError('AEAD.ENCRYPT failed: the primary key is no AEAD key');
  return outcome.aead.seal(plaintext, context);
}

function decrypt(name: string, keyset: Uint8Array, ciphertext: Uint8Array, context: Uint8Array): Uint8Array {
  const outcome = createAead(read(keyset, name));
  if (outcome.kind === 'unusable') throw new ValueError(`${name} failed: the primary key is no AEAD key`);
  return opened(name, outcome.aead.open(buffer(ciphertext), context));
}

function sealDeterministically(keyset: Uint8Array, plaintext: Uint8Array, context: Uint8Array): Uint8Array {
  const aead = createDeterministicAead(read(keyset, 'DETERMINISTIC_ENCRYPT'));
  if (aead === undefined) {
    throw new ValueError('DETERMINISTIC_ENCRYPT failed: the primary key is no deterministic AEAD key');
  }
  return aead.seal(plaintext, context);
}

function openDeterministically(name: string, keyset: Uint8Array, sealed: Uint8Array, context: Uint8Array): Uint8Array {
  const aead = createDeterministicAead(read(keyset, name));
  if (aead === undefined) throw new ValueError(`${name} failed: the primary key is no deterministic AEAD key`);
  return opened(name, aead.open(buffer(sealed), context));
}

function opened(name: string, result: OpenResult): Uint8Array {
  if (result.kind === 'opened') return result.plaintext;
  throw new ValueError(`${name} failed: decryption failed`);
}

export const keysetFunctions = named({
  gs_keys_new: jsVolatile('(STRING) -> BYTES', (type) => encodeKeyset(newKeyset(type))),
  gs_keys_rotate: jsVolatile('(BYTES, STRING) -> BYTES', (keyset, type) =>
    encodeKeyset(rotated(read(keyset, 'KEYS.ROTATE_KEYSET'), type)),
  ),
  gs_keys_add_raw: jsVolatile('(BYTES, STRING, BYTES) -> BYTES', (keyset, type, raw) =>
    encodeKeyset(withRawKey(read(keyset, 'KEYS.ADD_KEY_FROM_RAW_BYTES'), type, raw)),
  ),
  gs_keys_length: js('(BYTES) -> INT64', (keyset) => BigInt(read(keyset, 'KEYS.KEYSET_LENGTH').keys.length)),
  gs_keys_to_json: js('(BYTES) -> STRING', (keyset) => keysetToJson(read(keyset, 'KEYS.KEYSET_TO_JSON'))),
  gs_keys_from_json: js('(STRING) -> BYTES', (text) =>
    encodeKeyset(usable(keysetFromJson(text), 'KEYS.KEYSET_FROM_JSON')),
  ),
  gs_aead_encrypt: jsVolatile('(BYTES, BYTES, BYTES) -> BYTES', encrypt),
  gs_aead_decrypt_bytes: js('(BYTES, BYTES, BYTES) -> BYTES', (keyset, sealed, context) =>
    decrypt('AEAD.DECRYPT_BYTES', keyset, sealed, context),
  ),
  gs_aead_decrypt_string: js('(BYTES, BYTES, BYTES) -> STRING', (keyset, sealed, context) =>
    utf8Text(decrypt('AEAD.DECRYPT_STRING', keyset, sealed, context)),
  ),
  gs_deterministic_encrypt: js('(BYTES, BYTES, BYTES) -> BYTES', sealDeterministically),
  gs_deterministic_decrypt_bytes: js('(BYTES, BYTES, BYTES) -> BYTES', (keyset, sealed, context) =>
    openDeterministically('DETERMINISTIC_DECRYPT_BYTES', keyset, sealed, context),
  ),
  gs_deterministic_decrypt_string: js('(BYTES, BYTES, BYTES) -> STRING', (keyset, sealed, context) =>
    utf8Text(openDeterministically('DETERMINISTIC_DECRYPT_STRING', keyset, sealed, context)),
  ),
});
