/** DATE functions. */

import {
  civilTruncation,
  dateDifference,
  dateTruncation,
  instantTruncation,
  lastDayOf,
  movedByDays,
} from './date-parts.ts';
import { scalars } from './define.ts';

export const dateFunctions = scalars({
  CURRENT_DATE: { '([STRING]) -> DATE': 'CAST(gs_local(make_timestamptz($now), $zone1) AS DATE)' },
  DATE: {
    '(INT64, INT64, INT64) -> DATE': 'gs_date($1, $2, $3)',
    '(TIMESTAMP, [STRING]) -> DATE': 'CAST(gs_local($1, $zone2) AS DATE)',
    '(DATETIME) -> DATE': 'CAST($1 AS DATE)',
    '(DATE) -> DATE': '$1',
    '(STRING, [STRING]) -> DATE': 'CAST(gs_local(gs_timestamp_of_text($1, $zone2), $zone2) AS DATE)',
  },
  DATE_ADD: { '(DATE, STEP) -> DATE': { parts: movedByDays('gs_date_add') } },
  DATE_SUB: { '(DATE, STEP) -> DATE': { parts: movedByDays('gs_date_sub') } },
  DATE_DIFF: { '(DATE, DATE, PART) -> INT64': { parts: dateDifference } },
  DATE_TRUNC: {
    '(DATE, PART) -> DATE': { parts: dateTruncation },
    '(DATETIME, PART) -> DATETIME': { parts: civilTruncation },
    '(TIMESTAMP, PART, [STRING]) -> TIMESTAMP': { parts: instantTruncation },
  },
  DATE_BUCKET: { '(DATE, INTERVAL, [DATE]) -> DATE': 'gs_date_bucket($all(, ))' },
  DATE_FROM_UNIX_DATE: { '(INT64) -> DATE': "gs_date_add(DATE '1970-01-01', $1, 'DAY')" },
  UNIX_DATE: { '(DATE) -> INT64': "CAST($1 - DATE '1970-01-01' AS BIGINT)" },
  LAST_DAY: {
    '(DATE) -> DATE': 'last_day($1)',
    '(DATE, PART) -> DATE': { parts: lastDayOf('$1') },
    '(DATETIME) -> DATE': 'last_day(CAST($1 AS DATE))',
    '(DATETIME, PART) -> DATE': { parts: lastDayOf('CAST($1 AS DATE)') },
  },
  FORMAT_DATE: { '(STRING, DATE) -> STRING': 'gs_format_date($1, $2)' },
  PARSE_DATE: { '(STRING, STRING) -> DATE': 'gs_parse_date($1, $2)' },
});
