/** Time buckets: the start of the bucket, of a width from an origin, that a point falls in. */

import { addMonths, MICROS_PER_DAY, splitMicros } from './civil.ts';
import { type IntervalValue, ValueError } from './sql-value.ts';

/** The buckets' first moment unless one is given: 1950-01-01. Source: GoogleSQL "Time series functions". */
export const DEFAULT_ORIGIN_DAYS = -7305;

/** Start of the bucket of a civil time. `name` is the function's, for errors. */
export function bucketOf(micros: bigint, width: IntervalValue, origin: bigint, name: string): bigint {
  const { months, days, micros: time } = width;
  const fixed = BigInt(days) * MICROS_PER_DAY + time;
  if (months !== 0 && fixed !== 0n) {
    throw new ValueError(`${name} doesn't support bucket width INTERVAL with mixed MONTH and DAY/NANOSECOND parts`);
  }
  if (months < 0 || fixed < 0n || (months === 0 && fixed === 0n)) {
    throw new ValueError(`${name} doesn't support zero or negative bucket width INTERVAL`);
  }
  return months === 0 ? fixedBucket(micros, fixed, origin) : monthBucket(micros, months, origin);
}

function fixedBucket(micros: bigint, width: bigint, origin: bigint): bigint {
  const remainder = (micros - origin) % width;
  return micros - (remainder < 0n ? remainder + width : remainder);
}

function monthBucket(micros: bigint, months: number, origin: bigint): bigint {
  const start = splitMicros(origin);
  const point = splitMicros(micros);
  // Average months: an estimate that is mended by steps of one bucket.
  let count = Math.floor((point.days - start.days) / 30.436875 / months);
  const at = (n: number): bigint => BigInt(addMonths(start.days, n * months)) * MICROS_PER_DAY + start.ofDay;
  while (at(count) > micros) count--;
  while (at(count + 1) <= micros) count++;
  return at(count);
}
