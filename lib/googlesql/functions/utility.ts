/** Functions about the session, errors and identifiers. */

import { scalars } from './define.ts';

export const utilityFunctions = scalars({
  SESSION_USER: { '() -> STRING': '$user' },
  GENERATE_UUID: [{ volatile: true }, { '() -> STRING': 'CAST(uuid() AS VARCHAR)' }],
  ERROR: {
    '(STRING) -> INT64': "CASE WHEN $1 IS NULL THEN $error('ERROR called with a NULL message') ELSE $error($1) END",
  },
});
