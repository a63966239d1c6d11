/** AEAD and KEYS functions. */

import type { ArgumentRoles } from './definition.ts';
import { scalars } from './define.ts';

/** Keysets and associated data decide, and do not flow. */
const conditions = [0, 2];

/** What comes out no longer shows what went in. */
const masked: ArgumentRoles = { masks: true, conditions };
/** With a fresh nonce each time. */
const sealed: ArgumentRoles = { ...masked, volatile: true };
const opened: ArgumentRoles = { opens: true, conditions };

export const keysetFunctions = scalars({
  'KEYS.NEW_KEYSET': [{ volatile: true }, { '(STRING) -> BYTES': 'gs_keys_new($1)' }],
  'KEYS.ROTATE_KEYSET': [{ volatile: true }, { '(BYTES, STRING) -> BYTES': 'gs_keys_rotate($1, $2)' }],
  'KEYS.ADD_KEY_FROM_RAW_BYTES': [
    { volatile: true },
    { '(BYTES, STRING, BYTES) -> BYTES': 'gs_keys_add_raw($1, $2, $3)' },
  ],
  'KEYS.KEYSET_LENGTH': { '(BYTES) -> INT64': 'gs_keys_length($1)' },
  'KEYS.KEYSET_TO_JSON': { '(BYTES) -> STRING': 'gs_keys_to_json($1)' },
  'KEYS.KEYSET_FROM_JSON': { '(STRING) -> BYTES': 'gs_keys_from_json($1)' },
  'AEAD.ENCRYPT': [
    sealed,
    {
      '(BYTES, STRING, STRING) -> BYTES': 'gs_aead_encrypt($1, encode($2), encode($3))',
      '(BYTES, BYTES, BYTES) -> BYTES': 'gs_aead_encrypt($1, $2, $3)',
    },
  ],
  'AEAD.DECRYPT_STRING': [
    opened,
    {
      '(BYTES, BYTES, STRING) -> STRING': 'gs_aead_decrypt_string($1, $2, encode($3))',
      '(BYTES, BYTES, BYTES) -> STRING': 'gs_aead_decrypt_string($1, $2, $3)',
    },
  ],
  'AEAD.DECRYPT_BYTES': [
    opened,
    {
      '(BYTES, BYTES, STRING) -> BYTES': 'gs_aead_decrypt_bytes($1, $2, encode($3))',
      '(BYTES, BYTES, BYTES) -> BYTES': 'gs_aead_decrypt_bytes($1, $2, $3)',
    },
  ],
  DETERMINISTIC_ENCRYPT: [
    masked,
    {
      '(BYTES, STRING, STRING) -> BYTES': 'gs_deterministic_encrypt($1, encode($2), encode($3))',
      '(BYTES, BYTES, BYTES) -> BYTES': 'gs_deterministic_encrypt($1, $2, $3)',
    },
  ],
  DETERMINISTIC_DECRYPT_STRING: [
    opened,
    {
      '(BYTES, BYTES, STRING) -> STRING': 'gs_deterministic_decrypt_string($1, $2, encode($3))',
      '(BYTES, BYTES, BYTES) -> STRING': 'gs_deterministic_decrypt_string($1, $2, $3)',
    },
  ],
  DETERMINISTIC_DECRYPT_BYTES: [
    opened,
    {
      '(BYTES, BYTES, STRING) -> BYTES': 'gs_deterministic_decrypt_bytes($1, $2, encode($3))',
      '(BYTES, BYTES, BYTES) -> BYTES': 'gs_deterministic_decrypt_bytes($1, $2, $3)',
    },
  ],
});
