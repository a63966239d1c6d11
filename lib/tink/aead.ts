// Owns sealing and opening with a keyset: AES-GCM in Tink's wire format, byte for byte what BigQuery's AEAD functions use.
// Layout: prefix (5 bytes, none for RAW), 12-byte IV, ciphertext, 16-byte tag. Source: https://developers.google.com/tink/wire-format
import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync } from 'node:crypto';
import type { CipherGCMTypes, KeyObject } from 'node:crypto';
import type { Keyset, KeyStatus, TinkKey } from './keyset.ts';
import { keyIdOf, PREFIX_BYTES, prefixOf } from './prefix.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** What sealing adds to a plaintext under a key with a prefix. */
export const SEALED_OVERHEAD_BYTES = PREFIX_BYTES + IV_BYTES + TAG_BYTES;

/**
 * What opening finds. `wrong-key`: the prefix names a key that this keyset does not have. `unusable-key`: it has the key, but
 * not enabled. `corrupt`: the key is there and the bytes do not authenticate (tampered, cut, or other associated data).
 */
export type OpenResult =
  | { readonly kind: 'opened'; readonly plaintext: Buffer }
  | { readonly kind: 'wrong-key'; readonly keyId: number }
  | { readonly kind: 'unusable-key'; readonly keyId: number; readonly status: KeyStatus }
  | { readonly kind: 'corrupt' };

/** A keyset made ready, or unusable: its primary is not enabled or not an AES-GCM key. */
export type AeadOutcome = { readonly kind: 'ready'; readonly aead: Aead } | { readonly kind: 'unusable' };

interface Cipher {
  readonly prefix: Buffer;
  readonly algorithm: CipherGCMTypes;
  readonly key: KeyObject;
}

/**
 * Makes a keyset ready to seal and open. The key bytes are copied into OpenSSL's own memory (a cipher made from a Buffer costs
 * four times as much as one from a KeyObject), so the caller may and should wipe the keyset afterwards.
 */
export function createAead(keyset: Keyset): AeadOutcome {
  const primary = keyset.keys.find((key) => key.id === keyset.primaryKeyId && key.status === 'ENABLED');
  const sealing = primary === undefined ? undefined : cipherOf(primary);
  if (sealing === undefined) return { kind: 'unusable' };
  const enabled = keyset.keys.filter((key) => key.status === 'ENABLED' && key !== primary);
  const ciphers = [sealing, ...enabled.map(cipherOf).filter((cipher) => cipher !== undefined)];
  const unusable = keyset.keys.filter((key) => key.status !== 'ENABLED');
  return { kind: 'ready', aead: new Aead(ciphers, new Map(unusable.map((key) => [key.id, key.status]))) };
}

/** Seals under the primary key and opens under every enabled one. Owns key memory until `close`. */
export class Aead {
  #ciphers: readonly Cipher[];
  readonly #unusable: ReadonlyMap<number, KeyStatus>;

  constructor(ciphers: readonly Cipher[], unusable: ReadonlyMap<number, KeyStatus>) {
    this.#ciphers = ciphers;
    this.#unusable = unusable;
  }

  /** The ciphertext of a plaintext, bound to associated data that must be given again to open it. */
  seal(plaintext: Uint8Array, associatedData: Uint8Array): Buffer {
    const sealing = this.#ciphers[0];
    if (sealing === undefined) throw new Error('this keyset was closed: take the keys again before sealing');
    const { prefix, algorithm, key } = sealing;
    const sealed = Buffer.allocUnsafe(prefix.length + IV_BYTES + plaintext.length + TAG_BYTES);
    sealed.set(prefix);
    const bodyAt = prefix.length + IV_BYTES;
    const iv = freshIv();
    sealed.set(iv, prefix.length);
    const cipher = createCipheriv(algorithm, key, iv);
    cipher.setAAD(associatedData);
    sealed.set(cipher.update(plaintext), bodyAt);
    cipher.final();
    sealed.set(cipher.getAuthTag(), bodyAt + plaintext.length);
    return sealed;
  }

  /** Opens a ciphertext: first with the keys that its prefix names, then with the RAW keys, as Tink does. */
  open(sealed: Buffer, associatedData: Uint8Array): OpenResult {
    if (this.#ciphers.length === 0) throw new Error('this keyset was closed: take the keys again before opening');
    const keyId = keyIdOf(sealed);
    let tried = false;
    for (const cipher of this.#ciphers) {
      if (cipher.prefix.length > 0 && !startsWith(sealed, cipher.prefix)) continue;
      tried = true;
      const plaintext = decrypt(cipher, sealed, associatedData);
      if (plaintext !== undefined) return { kind: 'opened', plaintext };
    }
    if (tried || keyId === undefined) return { kind: 'corrupt' };
    const status = this.#unusable.get(keyId);
    return status === undefined ? { kind: 'wrong-key', keyId } : { kind: 'unusable-key', keyId, status };
  }

  /** Lets the keys go: OpenSSL clears its copy when the last reference is collected. Sealing and opening throw afterwards. */
  close(): void {
    this.#ciphers = [];
  }
}

function cipherOf(key: TinkKey): Cipher | undefined {
  if (key.material.type !== 'aes-gcm') return undefined;
  const algorithm = key.material.key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
  return { prefix: prefixOf(key), algorithm, key: createSecretKey(key.material.key) };
}

function decrypt(cipher: Cipher, sealed: Buffer, associatedData: Uint8Array): Buffer | undefined {
  const ivAt = cipher.prefix.length;
  const tagAt = sealed.length - TAG_BYTES;
  if (tagAt < ivAt + IV_BYTES) return undefined;
  const decipher = createDecipheriv(cipher.algorithm, cipher.key, part(sealed, ivAt, ivAt + IV_BYTES));
  decipher.setAAD(associatedData);
  decipher.setAuthTag(part(sealed, tagAt, sealed.length));
  const plaintext = decipher.update(part(sealed, ivAt + IV_BYTES, tagAt));
  try {
    decipher.final();
    return plaintext;
  } catch {
    // The only failure of `final` in GCM is a tag that does not match; what was decrypted so far must not be seen.
    plaintext.fill(0);
    return undefined;
  }
}

/** A view without the price of a Buffer. */
function part(bytes: Buffer, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  if (bytes.length < prefix.length) return false;
  for (let at = 0; at < prefix.length; at += 1) if (bytes[at] !== prefix[at]) return false;
  return true;
}

// IVs are public; drawing them a page at a time spares a system call for each, and their views are made once.
const IVS = 4096;
const ivPage = Buffer.alloc(IV_BYTES * IVS);
const ivs = Array.from({ length: IVS }, (_, at) => part(ivPage, at * IV_BYTES, (at + 1) * IV_BYTES));
let nextIv = IVS;

/** Good until it is used: the next page overwrites it. */
function freshIv(): Uint8Array {
  if (nextIv === IVS) {
    randomFillSync(ivPage);
    nextIv = 0;
  }
  // Within the bounds, as just seen to.
  return ivs[nextIv++] as Uint8Array;
}
