/** Values of GoogleSQL's types as plain data, exact for every type. */

/** An interval's three independent parts. */
export interface IntervalValue {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

/**
 * One value; which of these it is follows from its type:
 * BOOL boolean · INT64 bigint · FLOAT64 number · NUMERIC bigint (units of 10^-9) · BIGNUMERIC bigint (units of 10^-38) ·
 * STRING string · BYTES Uint8Array · DATE number (days since 1970) · TIME bigint (microseconds of the day) ·
 * DATETIME bigint (civil microseconds since 1970) · TIMESTAMP bigint (microseconds since 1970 UTC) · INTERVAL ·
 * JSON string (canonical text) · ARRAY and STRUCT readonly SqlValue[] · NULL of any type null.
 */
export type SqlValue = null | boolean | bigint | number | string | Uint8Array | IntervalValue | readonly SqlValue[];

/** A value that cannot be computed, in Google's words; the message holds no position. */
export class ValueError extends Error {}

export function isInterval(value: SqlValue): value is IntervalValue {
  return typeof value === 'object' && value !== null && 'months' in value;
}
