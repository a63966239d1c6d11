// Owns Tink keysets: what they hold, how they are made, and what makes one usable.
// Sources: https://developers.google.com/tink/wire-format and proto/tink.proto, proto/aes_gcm.proto, proto/aes_siv.proto of Tink.
import { randomBytes, randomInt } from 'node:crypto';

/** Status of a key: only ENABLED keys seal and open. Position + 1 is the number on the wire. */
export const KEY_STATUSES = ['ENABLED', 'DISABLED', 'DESTROYED'] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

/** What stands before a ciphertext. Position + 1 is the number on the wire. BigQuery writes TINK and RAW. */
export const OUTPUT_PREFIXES = ['TINK', 'LEGACY', 'RAW', 'CRUNCHY'] as const;
export type OutputPrefix = (typeof OUTPUT_PREFIXES)[number];

export const AES_GCM_TYPE_URL = 'type.googleapis.com/google.crypto.tink.AesGcmKey';
export const AES_SIV_TYPE_URL = 'type.googleapis.com/google.crypto.tink.AesSivKey';

/** Length of a GCM key that we make; 16 is read too, because KEYS.ADD_KEY_FROM_RAW_BYTES accepts it. */
const AES_GCM_KEY_BYTES = 32;
/** RFC 5297 with AES-256: half for S2V, half for CTR. Tink accepts no other size. */
export const AES_SIV_KEY_BYTES = 64;

/** The secret of a key; `other` is a type that we carry along but cannot use, such as BigQuery's AES_CBC_PKCS. */
export type KeyMaterial =
  | { readonly type: 'aes-gcm'; readonly key: Buffer }
  | { readonly type: 'aes-siv'; readonly key: Buffer }
  | { readonly type: 'other'; readonly typeUrl: string; readonly value: Buffer; readonly materialType: number };

/** One key of a keyset; ids are unsigned 32-bit numbers and never zero in keysets that we make. */
export interface TinkKey {
  readonly id: number;
  readonly status: KeyStatus;
  readonly prefix: OutputPrefix;
  readonly material: KeyMaterial;
}

/** Keys that open, one of which (the primary) seals. */
export interface Keyset {
  readonly primaryKeyId: number;
  readonly keys: readonly TinkKey[];
}

/** Why bytes or JSON are no usable keyset. */
export type KeysetProblem =
  | 'malformed'
  | 'no-keys'
  | 'no-primary'
  | 'primary-not-enabled'
  | 'bad-status'
  | 'bad-prefix'
  | 'bad-key';

/** A keyset that was read, or why it could not be. */
export type KeysetOutcome =
  | { readonly kind: 'keyset'; readonly keyset: Keyset }
  | { readonly kind: 'invalid'; readonly problem: KeysetProblem };

const MAX_KEY_ID = 2 ** 32;

/** A keyset of one fresh AES-256-GCM key with TINK prefix, as KEYS.NEW_KEYSET('AEAD_AES_GCM_256') makes it. */
export function newAesGcmKeyset(): Keyset {
  return oneKey({ type: 'aes-gcm', key: randomBytes(AES_GCM_KEY_BYTES) });
}

/** A keyset of one fresh AES-SIV key with TINK prefix, as KEYS.NEW_KEYSET('DETERMINISTIC_AEAD_AES_SIV_CMAC_256') makes it. */
export function newAesSivKeyset(): Keyset {
  return oneKey({ type: 'aes-siv', key: randomBytes(AES_SIV_KEY_BYTES) });
}

/** The keyset when it obeys Tink's rules: at least one key, and a primary that is there and enabled. */
export function checkKeyset(keyset: Keyset): KeysetOutcome {
  if (keyset.keys.length === 0) return { kind: 'invalid', problem: 'no-keys' };
  const primaries = keyset.keys.filter((key) => key.id === keyset.primaryKeyId);
  if (primaries.length === 0) return { kind: 'invalid', problem: 'no-primary' };
  const enabled = primaries.some((key) => key.status === 'ENABLED');
  return enabled ? { kind: 'keyset', keyset } : { kind: 'invalid', problem: 'primary-not-enabled' };
}

/** Whether a key has a length that its type allows. A destroyed key has lost its bytes and is always fine. */
export function hasAllowedSize(material: KeyMaterial): boolean {
  if (material.type === 'aes-gcm') return material.key.length === 16 || material.key.length === AES_GCM_KEY_BYTES;
  if (material.type === 'aes-siv') return material.key.length === AES_SIV_KEY_BYTES;
  return true;
}

/** Overwrites every secret of a keyset with zeros. The keyset must not be used afterwards. */
export function wipeKeyset(keyset: Keyset): void {
  for (const { material } of keyset.keys) (material.type === 'other' ? material.value : material.key).fill(0);
}

function oneKey(material: KeyMaterial): Keyset {
  const id = randomInt(1, MAX_KEY_ID);
  return { primaryKeyId: id, keys: [{ id, status: 'ENABLED', prefix: 'TINK', material }] };
}
