// Owns the bytes that Tink puts before a ciphertext to say which key made it; a hint, not authenticated.
import type { TinkKey } from './keyset.ts';

/** Start byte and the key id, big-endian. */
export const PREFIX_BYTES = 5;
const TINK_START = 0x01;
/** LEGACY and CRUNCHY differ for MACs and signatures only, so for encryption they share the start byte. */
const LEGACY_START = 0x00;

/** The bytes before a ciphertext of this key; none for RAW. */
export function prefixOf(key: Pick<TinkKey, 'id' | 'prefix'>): Buffer {
  if (key.prefix === 'RAW') return Buffer.alloc(0);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix[0] = key.prefix === 'TINK' ? TINK_START : LEGACY_START;
  prefix.writeUInt32BE(key.id, 1);
  return prefix;
}

/** The key id that a ciphertext names, if it can have a prefix at all. */
export function keyIdOf(ciphertext: Buffer): number | undefined {
  const start = ciphertext[0];
  if (ciphertext.length < PREFIX_BYTES || (start !== TINK_START && start !== LEGACY_START)) return undefined;
  return ciphertext.readUInt32BE(1);
}
