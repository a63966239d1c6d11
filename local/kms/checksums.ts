/** CRC32C checksums that accompany data in requests and replies of Cloud KMS. */
import crc32cTable from 'crc-32/crc32c.js';
import { checksumMismatch } from './refusals.ts';

/** A google.protobuf.Int64Value as handlers see it. */
export interface Int64Value {
  readonly value: string;
}

/** CRC32C, unsigned. */
export function crc32c(data: Uint8Array): Int64Value {
  return { value: String(crc32cTable.buf(data) >>> 0) };
}

/**
 * Checks `data` against the checksum that came with it; false when none came.
 * @throws ApiError INVALID_ARGUMENT when they do not match
 */
export function verified(
  given: Int64Value | null | undefined,
  data: Uint8Array,
  fields: { readonly checksum: string; readonly data: string },
): boolean {
  if (!given) return false;
  if (given.value !== crc32c(data).value) throw checksumMismatch(fields.checksum, fields.data);
  return true;
}
