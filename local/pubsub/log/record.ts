/** The form of a record in a topic's log: a header with length and checksum, then the body of one publish request. */
import { crc32 } from 'node:zlib';

/**
 * Header, 32 bytes, big endian: body length u32, CRC-32 u32 (of everything behind it, body included), first sequence f64,
 * publish time f64 (epoch milliseconds), number of messages u32, format u32. Doubles hold integers exactly up to 2^53.
 */
export const HEADER_BYTES = 32;
const CHECKED_FROM = 8;
const FORMAT = 1;

/** Larger than any request, so that a damaged length is not believed. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

export interface RecordHead {
  /** Sequence number of the first of its messages; the others follow on. */
  readonly firstSequence: number;
  readonly publishTimeMs: number;
  readonly count: number;
}

export interface ReadHead extends RecordHead {
  readonly bodyBytes: number;
  readonly checksum: number;
}

export function writeHead(head: RecordHead, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES);
  bytes.writeUInt32BE(body.length, 0);
  bytes.writeDoubleBE(head.firstSequence, 8);
  bytes.writeDoubleBE(head.publishTimeMs, 16);
  bytes.writeUInt32BE(head.count, 24);
  bytes.writeUInt32BE(FORMAT, 28);
  bytes.writeUInt32BE(checksumOf(bytes, body), 4);
  return bytes;
}

/** The head at `offset`, or undefined when there is not enough of it or it cannot be one. */
export function readHead(bytes: Buffer, offset: number): ReadHead | undefined {
  if (bytes.length - offset < HEADER_BYTES) return undefined;
  const bodyBytes = bytes.readUInt32BE(offset);
  if (bodyBytes > MAX_BODY_BYTES || bytes.readUInt32BE(offset + 28) !== FORMAT) return undefined;
  return {
    bodyBytes,
    checksum: bytes.readUInt32BE(offset + 4),
    firstSequence: bytes.readDoubleBE(offset + 8),
    publishTimeMs: bytes.readDoubleBE(offset + 16),
    count: bytes.readUInt32BE(offset + 24),
  };
}

/** True when the head and the body at `offset` are as they were written. */
export function isIntact(head: ReadHead, bytes: Buffer, offset: number): boolean {
  const bodyStart = offset + HEADER_BYTES;
  const header = bytes.subarray(offset, bodyStart);
  return checksumOf(header, bytes.subarray(bodyStart, bodyStart + head.bodyBytes)) === head.checksum;
}

function checksumOf(header: Buffer, body: Buffer): number {
  return crc32(body, crc32(header.subarray(CHECKED_FROM, HEADER_BYTES)));
}
