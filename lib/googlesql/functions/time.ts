/** TIME functions. */

import { movedByTime, timeDifference, timeTruncation } from './date-parts.ts';
import { scalars } from './define.ts';

export const timeFunctions = scalars({
  CURRENT_TIME: { '([STRING]) -> TIME': 'CAST(gs_local(make_timestamptz($now), $zone1) AS TIME)' },
  TIME: {
    '(INT64, INT64, INT64) -> TIME': 'gs_time($1, $2, $3)',
    '(TIMESTAMP, [STRING]) -> TIME': 'CAST(gs_local($1, $zone2) AS TIME)',
    '(DATETIME) -> TIME': 'CAST($1 AS TIME)',
    '(TIME) -> TIME': '$1',
  },
  TIME_ADD: { '(TIME, STEP) -> TIME': { parts: movedByTime('gs_time_add') } },
  TIME_SUB: { '(TIME, STEP) -> TIME': { parts: movedByTime('gs_time_sub') } },
  TIME_DIFF: { '(TIME, TIME, PART) -> INT64': { parts: timeDifference } },
  TIME_TRUNC: { '(TIME, PART) -> TIME': { parts: timeTruncation } },
  FORMAT_TIME: { '(STRING, TIME) -> STRING': 'gs_format_time($1, $2)' },
  PARSE_TIME: { '(STRING, STRING) -> TIME': 'gs_parse_time($1, $2)' },
});
