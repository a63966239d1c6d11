/** How large the results of functions may be that make much of little. */

import { ValueError } from './sql-value.ts';

/** Source: GoogleSQL's string functions (`kMaxOutputSize`), which BigQuery shares. */
const MAX_OUTPUT_BYTES = 1_048_576;

/** Throws in Google's words when a result would be larger; to be asked before it is made. */
export function checkOutputSize(name: string, bytes: number | bigint): void {
  if (bytes > MAX_OUTPUT_BYTES) throw new ValueError(`Output of ${name} exceeds max allowed output size of 1MB`);
}

/** Longest text, in characters, or bytes that a function makes where Google names no limit: the worker's heap holds a few such. */
const MAX_VALUE_SIZE = 64 * 1024 * 1024;

/** The error of values that memory does not hold; the words are DuckDB's, whose own errors of the kind are told the same way. */
export function outOfMemory(): Error {
  return new Error('Out of Memory Error: a value is too large');
}

/** Throws when a value would be larger than the worker should hold; to be asked before it is made. */
export function checkValueSize(size: number): void {
  if (size > MAX_VALUE_SIZE) throw outOfMemory();
}

/** Throws when texts or bytes would be too large together. */
export function checkJoinedSize(parts: readonly { readonly length: number }[], separatorLength: number): void {
  checkValueSize(parts.reduce((sum, { length }) => sum + length, separatorLength * Math.max(0, parts.length - 1)));
}

/** Longest array that a generator makes. Source: GoogleSQL's evaluator. */
const MAX_ELEMENTS = 1_048_575;

/** Throws in Google's words when there would be one more element than a generated array may have. */
export function checkElementCount(count: number): void {
  if (count >= MAX_ELEMENTS) throw new ValueError('Cannot generate arrays with more than 1048575 elements.');
}
