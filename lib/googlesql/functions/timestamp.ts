/** TIMESTAMP functions. */

import { civilTruncation, elapsedDifference, instantTruncation, movedByElapsed } from './date-parts.ts';
import { scalars } from './define.ts';

/** Seconds, milliseconds or microseconds since 1970. */
const ofUnix = (micros: number): Readonly<Record<string, string>> => ({
  '(INT64) -> TIMESTAMP': `gs_timestamp_of_unix($1, ${micros}::BIGINT)`,
});

/** Fractions of a unit are cut off downwards. */
const toUnix = (micros: number): Readonly<Record<string, string>> => ({
  '(TIMESTAMP) -> INT64': micros === 1 ? 'epoch_us($1)' : `CAST(floor_div(epoch_us($1), ${micros}) AS BIGINT)`,
});

export const timestampFunctions = scalars({
  CURRENT_TIMESTAMP: { '() -> TIMESTAMP': 'make_timestamptz($now)' },
  TIMESTAMP: {
    '(STRING, [STRING]) -> TIMESTAMP': 'gs_timestamp_of_text($1, $zone2)',
    '(DATE, [STRING]) -> TIMESTAMP': 'gs_instant(CAST($1 AS TIMESTAMP), $zone2)',
    '(DATETIME, [STRING]) -> TIMESTAMP': 'gs_instant($1, $zone2)',
    '(TIMESTAMP) -> TIMESTAMP': '$1',
  },
  TIMESTAMP_ADD: { '(TIMESTAMP, STEP) -> TIMESTAMP': { parts: movedByElapsed('gs_timestamp_add') } },
  TIMESTAMP_SUB: { '(TIMESTAMP, STEP) -> TIMESTAMP': { parts: movedByElapsed('gs_timestamp_sub') } },
  TIMESTAMP_DIFF: { '(TIMESTAMP, TIMESTAMP, PART) -> INT64': { parts: elapsedDifference } },
  TIMESTAMP_TRUNC: {
    '(TIMESTAMP, PART, [STRING]) -> TIMESTAMP': { parts: instantTruncation },
    '(DATETIME, PART) -> DATETIME': { parts: civilTruncation },
  },
  TIMESTAMP_BUCKET: {
    '(TIMESTAMP, INTERVAL) -> TIMESTAMP': `gs_timestamp_bucket($1, $2, gs_instant(TIMESTAMP '1950-01-01 00:00:00', $zone))`,
    '(TIMESTAMP, INTERVAL, TIMESTAMP) -> TIMESTAMP': 'gs_timestamp_bucket($1, $2, $3)',
  },
  TIMESTAMP_SECONDS: ofUnix(1_000_000),
  TIMESTAMP_MILLIS: ofUnix(1000),
  TIMESTAMP_MICROS: ofUnix(1),
  UNIX_SECONDS: toUnix(1_000_000),
  UNIX_MILLIS: toUnix(1000),
  UNIX_MICROS: toUnix(1),
  FORMAT_TIMESTAMP: { '(STRING, TIMESTAMP, [STRING]) -> STRING': 'gs_format_timestamp($1, $2, $zone3)' },
  PARSE_TIMESTAMP: { '(STRING, STRING, [STRING]) -> TIMESTAMP': 'gs_parse_timestamp($1, $2, $zone3)' },
  // STRING(timestamp) and its siblings belong to the types that they write.
  STRING: {
    '(TIMESTAMP, [STRING]) -> STRING': 'gs_timestamp_text($1, $zone2)',
    '(DATE) -> STRING': 'gs_date_text($1)',
    '(TIME) -> STRING': 'gs_time_text($1)',
    '(DATETIME) -> STRING': 'gs_datetime_text($1)',
    '(JSON) -> STRING': 'gs_json_string($1)',
  },
});
