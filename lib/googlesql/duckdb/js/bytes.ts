/** Bytes. */

import { createHash } from 'node:crypto';
import { fromBase32, fromBase64, toBase32 } from '../../values/base-encoding.ts';
import { farmFingerprint } from '../../values/farm-fingerprint.ts';
import { likeBytes, likeEach, quantified } from '../../values/like.ts';
import { ValueError } from '../../values/sql-value.ts';
import { utf8Text } from '../../values/value-text.ts';
import { js, jsOfNulls, named } from './define.ts';
import { checkJoinedSize, checkOutputSize } from '../../values/output-size.ts';

const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function nonNegative(count: bigint, what: string): number {
  if (count < 0n) throw new ValueError(`${what} cannot be negative`);
  return Number(count);
}

function substr(bytes: Uint8Array, position: bigint, length?: bigint): Uint8Array {
  if (length !== undefined && length < 0n) throw new ValueError('Third argument in SUBSTR() cannot be negative');
  const size = bytes.length;
  const start =
    position > 0n ? Number(position) - 1 : position === 0n || -position > BigInt(size) ? 0 : size + Number(position);
  return bytes.subarray(start, length === undefined ? size : start + Number(length));
}

function bitwise(a: Uint8Array, b: Uint8Array, operator: string): Uint8Array {
  if (a.length !== b.length) {
    throw new ValueError(
      `Bitwise binary operator for BYTES requires equal length of the inputs. Got ${a.length} bytes on the left hand side and ${b.length} bytes on the right hand side.`,
    );
  }
  return a.map((byte, i) => {
    const other = b[i] ?? 0;
    return operator === '&' ? byte & other : operator === '|' ? byte | other : byte ^ other;
  });
}

function shift(bytes: Uint8Array, by: bigint, left: boolean): Uint8Array {
  if (by < 0n) throw new ValueError('Bitwise shift by negative offset.');
  const width = BigInt(bytes.length * 8);
  if (by >= width) return new Uint8Array(bytes.length);
  const value = BigInt(`0x0${buffer(bytes).toString('hex')}`);
  const moved = left ? BigInt.asUintN(Number(width), value << by) : value >> by;
  return Buffer.from(moved.toString(16).padStart(bytes.length * 2, '0'), 'hex');
}

function trim(bytes: Uint8Array, set: Uint8Array, side: string): Uint8Array {
  let start = 0;
  let end = bytes.length;
  if (side !== 'end') while (start < end && set.includes(bytes[start] ?? 0)) start++;
  if (side !== 'start') while (end > start && set.includes(bytes[end - 1] ?? 0)) end--;
  return bytes.subarray(start, end);
}

function pad(name: string, bytes: Uint8Array, length: bigint, fill: Uint8Array = Buffer.from(' ')): Uint8Array {
  const size = nonNegative(length, 'Second argument (output size) for LPAD/RPAD');
  if (fill.length === 0) throw new ValueError(`Third argument (pad pattern) for LPAD/RPAD cannot be empty`);
  checkOutputSize('LPAD/RPAD', size);
  if (size <= bytes.length) return bytes.subarray(0, size);
  const filled = Buffer.alloc(size - bytes.length, fill);
  return name === 'LPAD' ? Buffer.concat([filled, bytes]) : Buffer.concat([bytes, filled]);
}

function replace(bytes: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array {
  if (from.length === 0) return bytes;
  const parts = splitBytes(bytes, from);
  checkOutputSize('REPLACE', bytes.length + (parts.length - 1) * (to.length - from.length));
  return Buffer.concat(join(parts, to));
}

function join(parts: readonly Uint8Array[], separator: Uint8Array): readonly Uint8Array[] {
  checkJoinedSize(parts, separator.length);
  return parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part]));
}

/** The position, from 1, of an occurrence; a negative start counts and searches from the end. */
function instr(bytes: Uint8Array, part: Uint8Array, start = 1n, occurrence = 1n): bigint {
  if (start === 0n) throw new ValueError('Position must be non-zero');
  if (occurrence <= 0n) throw new ValueError('Occurrence must be positive');
  if (part.length === 0 || bytes.length === 0) return 0n;
  const step = start > 0n ? 1 : -1;
  let at = start > 0n ? Number(start) - 1 : bytes.length + Number(start);
  let left = occurrence;
  for (; at >= 0 && at < bytes.length; at += step) {
    if (Buffer.compare(bytes.subarray(at, at + part.length), part) === 0 && --left === 0n) return BigInt(at + 1);
  }
  return 0n;
}

function translate(bytes: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array {
  const map = new Map<number, number | undefined>();
  for (const [i, source] of from.entries()) {
    if (map.has(source)) {
      throw new ValueError(`Duplicate byte 0x${source.toString(16).padStart(2, '0')} in TRANSLATE source bytes`);
    }
    map.set(source, to[i]);
  }
  return Uint8Array.from(
    Array.from(bytes, (byte) => (map.has(byte) ? map.get(byte) : byte)).filter((byte) => byte !== undefined),
  );
}

function splitBytes(bytes: Uint8Array, delimiter: Uint8Array): readonly Uint8Array[] {
  if (delimiter.length === 0) return bytes.length === 0 ? [bytes] : Array.from(bytes, (byte) => Uint8Array.of(byte));
  const text = buffer(bytes);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, from)) {
    parts.push(text.subarray(from, at));
    from = at + delimiter.length;
  }
  return [...parts, text.subarray(from)];
}

function fromHex(text: string): Uint8Array {
  if (/[^0-9a-fA-F]/.test(text)) throw new ValueError('Failed to decode hexadecimal string');
  return Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex');
}

export const bytesFunctions = named({
  gs_bytes_not: js('(BYTES) -> BYTES', (bytes) => bytes.map((byte) => ~byte)),
  gs_bytes_bitwise: js('(BYTES, BYTES, STRING) -> BYTES', bitwise),
  gs_bytes_shift: js('(BYTES, INT64, BOOL) -> BYTES', shift),
  gs_bytes_like: js('(BYTES, BYTES) -> BOOL', likeBytes),
  gs_bytes_like_each: jsOfNulls('(BYTES, ARRAY<BYTES>, STRING, BOOL) -> BOOL', (bytes, patterns, mode, ofNone) =>
    likeEach(bytes, patterns, quantified(mode, ofNone), likeBytes),
  ),
  gs_bytes_contains: js('(BYTES, BYTES, STRING) -> BOOL', (bytes, part, side) => {
    const slice =
      side === 'start' ? bytes.subarray(0, part.length) : bytes.subarray(Math.max(0, bytes.length - part.length));
    return Buffer.compare(slice, part) === 0;
  }),
  gs_bytes_ascii: js('(BYTES) -> INT64', (bytes) => BigInt(bytes[0] ?? 0)),
  gs_bytes_instr: js('(BYTES, BYTES, [INT64], [INT64]) -> INT64', instr),
  gs_bytes_translate: js('(BYTES, BYTES, BYTES) -> BYTES', translate),
  gs_bytes_position: js('(BYTES, BYTES) -> INT64', (bytes, part) => BigInt(buffer(bytes).indexOf(part) + 1)),
  gs_bytes_side: js('(BYTES, INT64, BOOL) -> BYTES', (bytes, count, left) => {
    const size = nonNegative(count, `Second argument in ${left ? 'LEFT' : 'RIGHT'}()`);
    return left ? bytes.subarray(0, size) : bytes.subarray(Math.max(0, bytes.length - size));
  }),
  gs_bytes_substr: js('(BYTES, INT64, [INT64]) -> BYTES', substr),
  gs_bytes_case: js('(BYTES, BOOL) -> BYTES', (bytes, upper) =>
    bytes.map((byte) => {
      const [first, last, by] = upper ? [0x61, 0x7a, -32] : [0x41, 0x5a, 32];
      return byte >= first && byte <= last ? byte + by : byte;
    }),
  ),
  gs_bytes_reverse: js('(BYTES) -> BYTES', (bytes) => bytes.toReversed()),
  gs_bytes_trim: js('(BYTES, BYTES, STRING) -> BYTES', trim),
  gs_bytes_pad: js('(STRING, BYTES, INT64, [BYTES]) -> BYTES', pad),
  gs_bytes_repeat: js('(BYTES, INT64) -> BYTES', (bytes, count) => {
    const times = nonNegative(count, 'Second argument (repeat count) for REPEAT');
    checkOutputSize('REPEAT', bytes.length * times);
    return Buffer.alloc(bytes.length * times, bytes);
  }),
  gs_bytes_replace: js('(BYTES, BYTES, BYTES) -> BYTES', replace),
  gs_bytes_join: js('(BYTES...) -> BYTES', (...parts) => Buffer.concat(join(parts, Buffer.of()))),
  gs_bytes_split: js('(BYTES, BYTES) -> ARRAY<BYTES>', splitBytes),
  gs_bytes_bit_count: js('(BYTES) -> INT64', (bytes) =>
    BigInt(bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)),
  ),
  gs_bytes_agg: js('(ARRAY<BYTES>, BYTES) -> BYTES', (list, delimiter) =>
    list.length === 0
      ? null
      : Buffer.concat(
          join(
            list.filter((one) => one !== null),
            delimiter,
          ),
        ),
  ),
  gs_array_to_bytes: jsOfNulls('(ARRAY<BYTES>, BYTES, [BYTES]) -> BYTES', (list, delimiter, nullBytes) => {
    if (list === null || delimiter === null || nullBytes === null) return null;
    const parts = nullBytes === undefined ? list.filter((one) => one !== null) : list.map((one) => one ?? nullBytes);
    return Buffer.concat(join(parts, delimiter));
  }),
  gs_to_byte_values: js('(BYTES) -> ARRAY<INT64>', (bytes) => Array.from(bytes, BigInt)),
  gs_code_points_to_bytes: js('(ARRAY<INT64>) -> BYTES', (points) => {
    if (points.includes(null)) return null;
    for (const point of points) {
      if (point === null || point < 0n || point > 255n)
        throw new ValueError(`Invalid extended ASCII code points ${point}`);
    }
    return Uint8Array.from(points, Number);
  }),
  gs_check_size: js('(BYTES, INT64) -> BYTES', (bytes, max) => {
    if (BigInt(bytes.length) > max)
      throw new ValueError(`BYTES(${max}) has maximum length ${max} but got a value with length ${bytes.length}`);
    return bytes;
  }),
  gs_utf8: js('(BYTES) -> STRING', utf8Text),
  gs_safe_utf8: js('(BYTES) -> STRING', (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)),
  gs_from_hex: js('(STRING) -> BYTES', fromHex),
  gs_from_base64: js('(STRING) -> BYTES', fromBase64),
  gs_to_base32: js('(BYTES) -> STRING', toBase32),
  gs_from_base32: js('(STRING) -> BYTES', fromBase32),
  gs_sha512: js('(BYTES) -> BYTES', (bytes) => createHash('sha512').update(bytes).digest()),
  gs_farm_fingerprint: js('(BYTES) -> INT64', farmFingerprint),
});
