/** INTERVAL functions. */

import { scalars } from './define.ts';

export const intervalFunctions = scalars({
  INTERVAL: { '(INT64, PART) -> INTERVAL': 'gs_interval($1, $part)' },
  MAKE_INTERVAL: {
    '([year: INT64], [month: INT64], [day: INT64], [hour: INT64], [minute: INT64], [second: INT64]) -> INTERVAL':
      'gs_make_interval($all(, ))',
  },
  JUSTIFY_DAYS: { '(INTERVAL) -> INTERVAL': "gs_justify($1, 'DAYS')" },
  JUSTIFY_HOURS: { '(INTERVAL) -> INTERVAL': "gs_justify($1, 'HOURS')" },
  JUSTIFY_INTERVAL: { '(INTERVAL) -> INTERVAL': "gs_justify($1, 'INTERVAL')" },
});
