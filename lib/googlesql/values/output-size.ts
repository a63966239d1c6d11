/** How large the results of functions may be that make much of little. */

import { ValueError } from './sql-value.ts';

/** Source: GoogleSQL's string functions (`kMaxOutputSize`), which BigQuery shares. */
const MAX_OUTPUT_BYTES = 1_048_576;

/** Throws in Google's words when a result would be larger; to be asked before it is made. */
export function checkOutputSize(name: string, bytes: number | bigint): void {
  if (bytes > MAX_OUTPUT_BYTES) throw new ValueError(`Output of ${name} exceeds max allowed output size of 1MB`);
}
