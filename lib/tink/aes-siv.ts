// Owns AES-SIV with AES-256 (RFC 5297): the deterministic cipher behind DETERMINISTIC_ENCRYPT.
import { createCipheriv, createDecipheriv, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AES_SIV_KEY_BYTES } from './keyset.ts';

const BLOCK_BYTES = 16;
const SIV_BYTES = BLOCK_BYTES;
const ZERO_BLOCK = Buffer.alloc(BLOCK_BYTES);

/** The two halves of a SIV key: the first authenticates (S2V), the second encrypts (CTR), as RFC 5297 section 2.2 says. */
export interface SivKeys {
  readonly mac: KeyObject;
  readonly ctr: KeyObject;
}

/** Splits a 64-byte key. Throws a RangeError on any other length. */
export function sivKeys(key: Buffer): SivKeys {
  if (key.length !== AES_SIV_KEY_BYTES) throw new RangeError(`an AES-SIV key has 64 bytes, not ${key.length}`);
  return { mac: createSecretKey(key.subarray(0, 32)), ctr: createSecretKey(key.subarray(32)) };
}

/**
 * The synthetic IV (16 bytes) and the ciphertext. Tink always passes exactly one component of associated data, also when
 * it is empty; that is not the same as passing none.
 */
export function sivSeal(keys: SivKeys, plaintext: Uint8Array, associatedData: Uint8Array): Buffer {
  const siv = s2v(keys.mac, plaintext, associatedData);
  const cipher = createCipheriv('aes-256-ctr', keys.ctr, counterOf(siv));
  return Buffer.concat([siv, cipher.update(plaintext), cipher.final()]);
}

/** The plaintext, or undefined when the bytes do not authenticate. */
export function sivOpen(keys: SivKeys, sealed: Buffer, associatedData: Uint8Array): Buffer | undefined {
  if (sealed.length < SIV_BYTES) return undefined;
  const siv = sealed.subarray(0, SIV_BYTES);
  const decipher = createDecipheriv('aes-256-ctr', keys.ctr, counterOf(siv));
  const plaintext = Buffer.concat([decipher.update(sealed.subarray(SIV_BYTES)), decipher.final()]);
  return timingSafeEqual(s2v(keys.mac, plaintext, associatedData), siv) ? plaintext : undefined;
}

/** RFC 5297 section 2.4 for one component of associated data. */
function s2v(key: KeyObject, plaintext: Uint8Array, associatedData: Uint8Array): Buffer {
  const bound = xor(double(cmac(key, ZERO_BLOCK)), cmac(key, associatedData));
  if (plaintext.length < BLOCK_BYTES) return cmac(key, xor(double(bound), padded(plaintext)));
  const last = Buffer.from(plaintext);
  const tail = last.subarray(last.length - BLOCK_BYTES);
  tail.set(xor(tail, bound));
  return cmac(key, last);
}

/** AES-CMAC (RFC 4493): the last block of CBC over the message, whose last block is masked with a subkey. */
function cmac(key: KeyObject, message: Uint8Array): Buffer {
  const blocks = Math.max(1, Math.ceil(message.length / BLOCK_BYTES));
  const whole = message.length === blocks * BLOCK_BYTES;
  const input = Buffer.alloc(blocks * BLOCK_BYTES);
  input.set(message);
  if (!whole) input[message.length] = 0x80;
  const subkey = double(cbc(key, ZERO_BLOCK));
  const last = input.subarray(input.length - BLOCK_BYTES);
  last.set(xor(last, whole ? subkey : double(subkey)));
  return cbc(key, input).subarray(-BLOCK_BYTES);
}

function cbc(key: KeyObject, blocks: Buffer): Buffer {
  return createCipheriv('aes-256-cbc', key, ZERO_BLOCK).setAutoPadding(false).update(blocks);
}

/** Doubling in GF(2^128), RFC 5297 section 2.3. */
function double(block: Buffer): Buffer {
  const doubled = Buffer.alloc(BLOCK_BYTES);
  for (const [index, byte] of block.entries()) doubled[index] = (byte << 1) | ((block[index + 1] ?? 0) >>> 7);
  if ((block[0] ?? 0) & 0x80) doubled[BLOCK_BYTES - 1] = (doubled[BLOCK_BYTES - 1] ?? 0) ^ 0x87;
  return doubled;
}

function padded(bytes: Uint8Array): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(bytes);
  block[bytes.length] = 0x80;
  return block;
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}

/** RFC 5297 section 2.5: the counter is the IV with two bits cleared, so that 32-bit counters cannot overflow. */
function counterOf(siv: Buffer): Buffer {
  const counter = Buffer.from(siv);
  counter[8] = (counter[8] ?? 0) & 0x7f;
  counter[12] = (counter[12] ?? 0) & 0x7f;
  return counter;
}
