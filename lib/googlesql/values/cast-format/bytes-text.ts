/** CAST between BYTES and STRING by a format. Source: GoogleSQL "Format elements", "Format bytes as string" and "Format string as bytes". */

import { fromBase32, fromBase64, toBase32 } from '../base-encoding.ts';
import { ValueError } from '../sql-value.ts';
import { utf8Text } from '../value-text.ts';

/** Characters of a line of `BASE64M`. Source: RFC 2045, section 6.8. */
const MIME_LINE = 76;

interface Encoding {
  readonly write: (bytes: Uint8Array) => string;
  readonly read: (text: string) => Uint8Array;
}

const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const hex: Encoding = { write: (bytes) => buffer(bytes).toString('hex'), read: fromHex };
const utf8: Encoding = { write: utf8Text, read: (text) => Buffer.from(text) };

const encodings: ReadonlyMap<string, Encoding> = new Map([
  ['HEX', hex],
  ['BASE16', hex],
  ['BASE2', { write: (bytes) => digitsOfBytes(bytes, 1), read: (text) => bytesOfDigits(text, 1) }],
  ['BASE8', { write: (bytes) => digitsOfBytes(bytes, 3), read: (text) => bytesOfDigits(text, 3) }],
  ['BASE32', { write: toBase32, read: fromBase32 }],
  ['BASE64', { write: (bytes) => buffer(bytes).toString('base64'), read: fromBase64 }],
  ['BASE64M', { write: toMimeBase64, read: fromBase64 }],
  ['ASCII', { write: asciiText, read: asciiBytes }],
  ['UTF8', utf8],
  ['UTF-8', utf8],
]);

/** The bytes as the format says. Throws a `ValueError` at bytes or formats that do not go. */
export function bytesText(bytes: Uint8Array, format: string): string {
  return encoding(format).write(bytes);
}

/** The bytes that a text in the format means. Throws a `ValueError` at texts or formats that do not go. */
export function textBytes(text: string, format: string): Uint8Array {
  return encoding(format).read(text);
}

function encoding(format: string): Encoding {
  const found = encodings.get(format.toUpperCase());
  if (found === undefined) throw new ValueError(`Invalid format '${format}'`);
  return found;
}

/** One number in base 2 or 8: as many digits as the bits need, the first ones from the first bits. */
function digitsOfBytes(bytes: Uint8Array, bitsOfDigit: 1 | 3): string {
  if (bytes.length === 0) return '';
  const length = Math.ceil((bytes.length * 8) / bitsOfDigit);
  return BigInt(`0x${buffer(bytes).toString('hex')}`)
    .toString(2 ** bitsOfDigit)
    .padStart(length, '0');
}

/** A first digit that is not whole has its bits in the first byte. */
function bytesOfDigits(text: string, bitsOfDigit: 1 | 3): Uint8Array {
  const base = 2 ** bitsOfDigit;
  if (!(bitsOfDigit === 1 ? /^[01]*$/ : /^[0-7]*$/).test(text)) {
    throw new ValueError(`Failed to decode invalid base${base} string`);
  }
  if (text === '') return new Uint8Array();
  const bits = text.length * bitsOfDigit;
  const length = bitsOfDigit === 1 ? Math.ceil(bits / 8) : Math.ceil((bits - 2) / 8);
  const digits = BigInt(`${bitsOfDigit === 1 ? '0b' : '0o'}${text}`)
    .toString(16)
    .padStart(length * 2, '0');
  return Buffer.from(digits.slice(-length * 2), 'hex');
}

function toMimeBase64(bytes: Uint8Array): string {
  const text = buffer(bytes).toString('base64');
  return text.replaceAll(new RegExp(`.{${MIME_LINE}}(?=.)`, 'g'), '$&\n');
}

function fromHex(text: string): Uint8Array {
  const offset = text.search(/[^0-9a-fA-F]/);
  if (offset >= 0) {
    throw new ValueError(`Failed to decode invalid hexadecimal string due to character at offset ${offset}: ${text}`);
  }
  return Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex');
}

function asciiText(bytes: Uint8Array): string {
  if (bytes.some((byte) => byte > 127)) throw new ValueError('Failed to decode invalid ASCII string');
  return buffer(bytes).toString('latin1');
}

function asciiBytes(text: string): Uint8Array {
  if (/[^\0-\x7f]/.test(text)) throw new ValueError('Failed to decode invalid ASCII string');
  return Buffer.from(text);
}
