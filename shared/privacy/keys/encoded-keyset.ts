// Owns keysets on their way in and out of wrapping: serialised, and overwritten as soon as they have served.
import { createAead } from '#lib/tink/aead.ts';
import type { Aead } from '#lib/tink/aead.ts';
import { newAesGcmKeyset, wipeKeyset } from '#lib/tink/keyset.ts';
import { decodeKeyset, encodeKeyset } from '#lib/tink/keyset-binary.ts';

/**
 * A fresh AES-256-GCM keyset, serialised. Randomness is not passed in: keys may come from the operating system's generator
 * only. The caller wraps the bytes and overwrites them.
 */
export function newEncodedKeyset(): Buffer {
  const keyset = newAesGcmKeyset();
  const encoded = encodeKeyset(keyset);
  wipeKeyset(keyset);
  return encoded;
}

/** Makes serialised keyset bytes ready to seal and open; undefined when they are none. The bytes stay as they are. */
export function aeadOfEncoded(encoded: Buffer): Aead | undefined {
  const decoded = decodeKeyset(encoded);
  if (decoded.kind !== 'keyset') return undefined;
  const created = createAead(decoded.keyset);
  wipeKeyset(decoded.keyset);
  return created.kind === 'ready' ? created.aead : undefined;
}
