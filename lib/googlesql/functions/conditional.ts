/** Conditional functions. */

import { scalars } from './define.ts';

export const conditionalFunctions = scalars({
  IF: [{ conditions: [0], passesThrough: true }, { '(BOOL, T, T) -> T': 'CASE WHEN $1 THEN $2 ELSE $3 END' }],
  COALESCE: [{ passesThrough: true }, { '(T...) -> T': 'coalesce($all(, ))' }],
  IFNULL: [{ passesThrough: true }, { '(T, T) -> T': 'coalesce($1, $2)' }],
  NULLIF: [
    { conditions: [1], passesThrough: true },
    {
      '(FLOAT64, FLOAT64) -> FLOAT64 if FLOAT64': 'CASE WHEN $1 = $2 AND NOT isnan($1) THEN NULL ELSE $1 END',
      '(T, T) -> T': 'nullif($1, $2)',
    },
  ],
});
