// Owns deterministic sealing with a keyset of AES-SIV keys: byte for byte what DETERMINISTIC_ENCRYPT makes.
// Layout: prefix (5 bytes, none for RAW), 16-byte synthetic IV, ciphertext.
import type { OpenResult } from './aead.ts';
import { sivKeys, sivOpen, sivSeal } from './aes-siv.ts';
import type { SivKeys } from './aes-siv.ts';
import type { Keyset, TinkKey } from './keyset.ts';
import { keyIdOf, prefixOf } from './prefix.ts';

/** Seals equal plaintexts to equal bytes under the primary key, and opens under every enabled one. */
export interface DeterministicAead {
  seal(plaintext: Uint8Array, associatedData: Uint8Array): Buffer;
  open(sealed: Buffer, associatedData: Uint8Array): OpenResult;
}

interface Candidate {
  readonly key: TinkKey;
  readonly prefix: Buffer;
  readonly siv: SivKeys;
}

/** Makes a keyset ready, or undefined when its primary is no AES-SIV key. The caller may wipe the keyset afterwards. */
export function createDeterministicAead(keyset: Keyset): DeterministicAead | undefined {
  const candidates = keyset.keys.map(candidateOf).filter((each) => each !== undefined);
  const primary = candidates.find(({ key }) => key.id === keyset.primaryKeyId);
  if (primary === undefined) return undefined;
  return {
    seal: (plaintext, associatedData) =>
      Buffer.concat([primary.prefix, sivSeal(primary.siv, plaintext, associatedData)]),
    open: (sealed, associatedData) => open(keyset, candidates, sealed, associatedData),
  };
}

function open(
  keyset: Keyset,
  candidates: readonly Candidate[],
  sealed: Buffer,
  associatedData: Uint8Array,
): OpenResult {
  const keyId = keyIdOf(sealed);
  const matching = candidates.filter(({ prefix }) => sealed.subarray(0, prefix.length).equals(prefix));
  for (const { prefix, siv } of matching) {
    const plaintext = sivOpen(siv, sealed.subarray(prefix.length), associatedData);
    if (plaintext !== undefined) return { kind: 'opened', plaintext };
  }
  if (matching.length > 0 || keyId === undefined) return { kind: 'corrupt' };
  const named = keyset.keys.find((key) => key.id === keyId && key.status !== 'ENABLED');
  return named === undefined ? { kind: 'wrong-key', keyId } : { kind: 'unusable-key', keyId, status: named.status };
}

function candidateOf(key: TinkKey): Candidate | undefined {
  if (key.status !== 'ENABLED' || key.material.type !== 'aes-siv') return undefined;
  return { key, prefix: prefixOf(key), siv: sivKeys(key.material.key) };
}
