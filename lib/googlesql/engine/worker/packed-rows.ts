/** Rows on their way to the worker: one buffer, which can be handed over instead of copied again. */

export interface PackedRows {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each row ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
}

/** Copies rows into one buffer. */
export function packRows(rows: readonly Uint8Array[]): PackedRows {
  const ends = new Uint32Array(rows.length);
  let end = 0;
  for (const [i, row] of rows.entries()) {
    end += row.length;
    ends[i] = end;
  }
  const bytes = new Uint8Array(end);
  for (const [i, row] of rows.entries()) bytes.set(row, i === 0 ? 0 : ends[i - 1]);
  return { bytes, ends };
}

export function unpackRows({ bytes, ends }: PackedRows): readonly Uint8Array[] {
  let start = 0;
  return Array.from(ends, (end) => {
    const row = bytes.subarray(start, end);
    start = end;
    return row;
  });
}
