/** Hash functions: their results no longer show what went in. */

import type { ArgumentRoles } from './definition.ts';
import { scalars } from './define.ts';

const masked: ArgumentRoles = { masks: true };

/** DuckDB hashes both texts (their UTF-8 bytes) and bytes, and answers hexadecimal text. */
const hex = (name: string): Readonly<Record<string, string>> => ({
  '(STRING) -> BYTES': `unhex(${name}($1))`,
  '(BYTES) -> BYTES': `unhex(${name}($1))`,
});

export const hashFunctions = scalars({
  MD5: [masked, hex('md5')],
  SHA1: [masked, hex('sha1')],
  SHA256: [masked, hex('sha256')],
  SHA512: [masked, { '(STRING) -> BYTES': 'gs_sha512(encode($1))', '(BYTES) -> BYTES': 'gs_sha512($1)' }],
  FARM_FINGERPRINT: [
    masked,
    { '(STRING) -> INT64': 'gs_farm_fingerprint(encode($1))', '(BYTES) -> INT64': 'gs_farm_fingerprint($1)' },
  ],
});
