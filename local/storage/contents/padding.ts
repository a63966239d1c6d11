/**
 * How small objects lie in the index database, so that wiping them wipes them. SQLite's secure_delete zeroes freed
 * cells and pages, but when it rearranges the cells of a page it can leave stale copies of moved ones in the gap between
 * them. Only overflow pages are never rearranged: they are written once and zeroed when freed. So each value is padded
 * in front to a length at which exactly the padding is what the cell holds and everything else lies in overflow pages.
 * Source: https://www.sqlite.org/fileformat2.html#b_tree_pages (what a cell of a table leaf holds of a payload)
 */

/** Page size of the index database: small, because every object takes at least one overflow page. */
export const PAGE_BYTES = 1024;

/** `M` of the format: what a cell holds of a payload that overflows, when the rest fills its overflow pages. */
const CELL_BYTES = Math.floor(((PAGE_BYTES - 12) * 32) / 255) - 23;
/** An overflow page begins with the number of the next one. */
const OVERFLOW_BYTES = PAGE_BYTES - 4;

/** `bytes` at the end of a longer value; for a table of an integer key and this value. Empty stays empty. */
export function pad(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const payload = CELL_BYTES + OVERFLOW_BYTES * Math.ceil(bytes.length / OVERFLOW_BYTES);
  const padded = new Uint8Array(payload - recordHeaderBytes(payload));
  padded.set(bytes, padded.length - bytes.length);
  return padded;
}

/** The last `size` bytes of a padded value. */
export function unpad(padded: Uint8Array, size: number): Buffer {
  return Buffer.from(padded.buffer, padded.byteOffset + padded.length - size, size);
}

/** Bytes of a record before its values: its own length, the type of the key (stored elsewhere), the type of the value. */
function recordHeaderBytes(payload: number): number {
  for (const typeBytes of [2, 3]) {
    const length = payload - 2 - typeBytes;
    if (varintBytes(2 * length + 12) === typeBytes) return 2 + typeBytes;
  }
  throw new RangeError(`A payload of ${payload} bytes is too large to be kept in the index.`);
}

function varintBytes(value: number): number {
  return value < 2 ** 7 ? 1 : value < 2 ** 14 ? 2 : value < 2 ** 21 ? 3 : 4;
}
