/** CRC32C and MD5 of object bytes, as a whole or while they arrive. */
import { createHash, hash } from 'node:crypto';
import crc32c from 'crc-32/crc32c.js';

export interface Checksums {
  /** Unsigned. */
  readonly crc32c: number;
  /** Undefined for composed objects, which have none. */
  readonly md5: Buffer | undefined;
}

export interface RunningChecksums {
  update(chunk: Uint8Array): void;
  /** Ends the computation. */
  finish(): Checksums;
}

export function checksumsOf(bytes: Uint8Array): Checksums {
  return { crc32c: crc32c.buf(bytes) >>> 0, md5: hash('md5', bytes, 'buffer') };
}

export function runningChecksums(): RunningChecksums {
  const md5 = createHash('md5');
  let crc = 0;
  return {
    update(chunk) {
      md5.update(chunk);
      crc = crc32c.buf(chunk, crc);
    },
    finish: () => ({ crc32c: crc >>> 0, md5: md5.digest() }),
  };
}

/** Base64 of the big-endian bytes, as resources and headers carry it. */
export function crc32cText(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}
