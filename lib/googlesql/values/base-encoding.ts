/** Base 32 and base 64. */

import { ValueError } from './sql-value.ts';

/** Bytes of base 64; white space does not count. Throws a `ValueError` at anything else. */
export function fromBase64(text: string): Uint8Array {
  const compact = text.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.replace(/=+$/, '').length % 4 === 1) {
    throw new ValueError('Failed to decode invalid base64 string');
  }
  return Buffer.from(compact, 'base64');
}

const base32Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base 32 with padding. Source: RFC 4648, section 6. */
export function toBase32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const letters = (bits.match(/.{1,5}/g) ?? []).map((chunk) =>
    base32Letters.charAt(Number.parseInt(chunk.padEnd(5, '0'), 2)),
  );
  return letters.join('').padEnd(Math.ceil(letters.length / 8) * 8, '=');
}

/** Bytes of base 32 with padding. Throws a `ValueError` at anything else. */
export function fromBase32(text: string): Uint8Array {
  if (!/^[A-Z2-7]*=*$/.test(text) || text.length % 8 !== 0)
    throw new ValueError('Failed to decode invalid base32 string');
  const bits = Array.from(text.replace(/=+$/, ''), (letter) =>
    base32Letters.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('');
  return Uint8Array.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
