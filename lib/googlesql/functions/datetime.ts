/** DATETIME functions. */

import { civilDifference, civilTruncation, instantTruncation, movedByAll } from './date-parts.ts';
import { scalars } from './define.ts';

export const dateTimeFunctions = scalars({
  CURRENT_DATETIME: { '([STRING]) -> DATETIME': 'gs_local(make_timestamptz($now), $zone1)' },
  DATETIME: {
    '(INT64, INT64, INT64, INT64, INT64, INT64) -> DATETIME': 'gs_datetime($all(, ))',
    '(DATE, TIME) -> DATETIME': '($1 + $2)',
    '(DATE) -> DATETIME': 'CAST($1 AS TIMESTAMP)',
    '(TIMESTAMP, [STRING]) -> DATETIME': 'gs_local($1, $zone2)',
    '(DATETIME) -> DATETIME': '$1',
    '(STRING, [STRING]) -> DATETIME': 'gs_local(gs_timestamp_of_text($1, $zone2), $zone2)',
  },
  DATETIME_ADD: { '(DATETIME, STEP) -> DATETIME': { parts: movedByAll('gs_datetime_add') } },
  DATETIME_SUB: { '(DATETIME, STEP) -> DATETIME': { parts: movedByAll('gs_datetime_sub') } },
  DATETIME_DIFF: { '(DATETIME, DATETIME, PART) -> INT64': { parts: civilDifference } },
  DATETIME_TRUNC: {
    '(DATETIME, PART) -> DATETIME': { parts: civilTruncation },
    '(TIMESTAMP, PART, [STRING]) -> TIMESTAMP if TIMESTAMP': { parts: instantTruncation },
  },
  DATETIME_BUCKET: { '(DATETIME, INTERVAL, [DATETIME]) -> DATETIME': 'gs_datetime_bucket($all(, ))' },
  FORMAT_DATETIME: { '(STRING, DATETIME) -> STRING': 'gs_format_datetime($1, $2)' },
  PARSE_DATETIME: { '(STRING, STRING) -> DATETIME': 'gs_parse_datetime($1, $2)' },
});
