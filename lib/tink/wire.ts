// Owns the part of the protocol-buffer wire format that keysets use: varints and length-delimited fields.
// Source: https://protobuf.dev/programming-guides/encoding/

/** One field as it stands in a message: a varint's low 32 bits, or the bytes of a length-delimited field. */
export type WireField =
  | { readonly kind: 'varint'; readonly number: number; readonly value: number }
  | { readonly kind: 'bytes'; readonly number: number; readonly bytes: Buffer };

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;
/** A 64-bit varint has at most ten bytes of seven bits. */
const MAX_VARINT_BYTES = 10;

interface Varint {
  readonly value: number;
  readonly next: number;
}

/**
 * The fields of a message in order; undefined when the bytes are no message. Every field of a keyset is a 32-bit number or
 * bytes, so a varint is cut to its low 32 bits, as protobuf does for uint32; fixed-width fields are skipped as unknown ones.
 * The bytes of a field are a view of the input, not a copy.
 */
export function readFields(message: Buffer): readonly WireField[] | undefined {
  const fields: WireField[] = [];
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    if (tag === undefined || tag.value >>> 3 === 0) return undefined;
    const end = fieldEnd(message, tag);
    if (end === undefined || end > message.length) return undefined;
    const field = fieldAt(message, tag, end);
    if (field !== undefined) fields.push(field);
    at = end;
  }
  return fields;
}

/** A message to write: number fields (zero is left out, as proto3 does), bytes, and messages within it. */
export type WireMessage = readonly (readonly [number: number, value: number | Buffer | WireMessage])[];

/** The bytes of a message, each secret copied exactly once, into memory that the caller can wipe. */
export function writeMessage(message: WireMessage): Buffer {
  const bytes = Buffer.alloc(sizeOf(message));
  writeInto(bytes, 0, message);
  return bytes;
}

function writeInto(bytes: Buffer, from: number, message: WireMessage): number {
  let at = from;
  for (const [number, value] of message) {
    if (value === 0) continue;
    at = writeVarint(bytes, at, number * 8 + (typeof value === 'number' ? WIRE_VARINT : WIRE_BYTES));
    if (typeof value === 'number') {
      at = writeVarint(bytes, at, value);
    } else if (Buffer.isBuffer(value)) {
      at = writeVarint(bytes, at, value.length);
      bytes.set(value, at);
      at += value.length;
    } else {
      at = writeInto(bytes, writeVarint(bytes, at, sizeOf(value)), value);
    }
  }
  return at;
}

function sizeOf(message: WireMessage): number {
  let size = 0;
  for (const [number, value] of message) {
    if (value === 0) continue;
    size += varintSize(number * 8);
    if (typeof value === 'number') {
      size += varintSize(value);
    } else {
      const length = Buffer.isBuffer(value) ? value.length : sizeOf(value);
      size += varintSize(length) + length;
    }
  }
  return size;
}

function fieldEnd(message: Buffer, tag: Varint): number | undefined {
  switch (tag.value & 7) {
    case WIRE_VARINT:
      return readVarint(message, tag.next)?.next;
    case WIRE_FIXED64:
      return tag.next + 8;
    case WIRE_FIXED32:
      return tag.next + 4;
    case WIRE_BYTES: {
      const length = readVarint(message, tag.next);
      return length === undefined ? undefined : length.next + length.value;
    }
    default:
      return undefined;
  }
}

function fieldAt(message: Buffer, tag: Varint, end: number): WireField | undefined {
  const number = tag.value >>> 3;
  const head = readVarint(message, tag.next);
  if (head === undefined) return undefined;
  if ((tag.value & 7) === WIRE_VARINT) return { kind: 'varint', number, value: head.value };
  if ((tag.value & 7) === WIRE_BYTES) return { kind: 'bytes', number, bytes: message.subarray(head.next, end) };
  return undefined;
}

function readVarint(message: Buffer, from: number): Varint | undefined {
  let value = 0;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const byte = message[from + index];
    if (byte === undefined) return undefined;
    if (index < 5) value = (value | ((byte & 0x7f) << (7 * index))) >>> 0;
    if (byte < 0x80) return { value, next: from + index + 1 };
  }
  return undefined;
}

function writeVarint(bytes: Buffer, from: number, value: number): number {
  let at = from;
  let rest = value;
  while (rest >= 0x80) {
    bytes[at] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 0x80);
    at += 1;
  }
  bytes[at] = rest;
  return at + 1;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}
