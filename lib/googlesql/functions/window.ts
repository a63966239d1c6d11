/** Functions that only a window gives a meaning: numbering and navigation. */

import { windowFunctions } from './define.ts';
import type { AggregateTemplate } from './definition.ts';

const failing = (message: string): string => `CAST(gs_error('${message}') AS BIGINT)`;

/** A count that must be there and greater than zero. */
const positive = (count: string, what: string): string =>
  `CASE WHEN ${count} IS NULL THEN ${failing(`${what} must not be NULL`)} WHEN ${count} <= 0 THEN ${failing(`${what} must be positive`)} ELSE ${count} END`;

/** LAG and LEAD. */
function moved(name: 'LAG' | 'LEAD'): Readonly<Record<string, string>> {
  const what = `The offset to the function ${name} must not be`;
  const offset = `CASE WHEN $2 IS NULL THEN ${failing(`${what} null`)} WHEN $2 < 0 THEN ${failing(`${what} negative`)} ELSE $2 END`;
  const duck = name.toLowerCase();
  return {
    '(T) -> T': `${duck}($1)`,
    '(T, INT64) -> T': `${duck}($1, ${offset})`,
    '(T, INT64, T) -> T': `${duck}($1, ${offset}, $3)`,
  };
}

/** PERCENTILE_DISC at a share that is no double. */
const exactly = (share: string): AggregateTemplate => ({
  calls: ['list($1)'],
  result: `list_extract(list_sort(#1, 'ASC', 'NULLS FIRST'), gs_share_position(${share}, len(#1)))`,
  skipNulls: true,
});

export const windowOnlyFunctions = windowFunctions({
  ROW_NUMBER: { order: 'optional', overloads: { '() -> INT64': 'row_number()' } },
  RANK: { order: 'required', overloads: { '() -> INT64': 'rank()' } },
  DENSE_RANK: { order: 'required', overloads: { '() -> INT64': 'dense_rank()' } },
  PERCENT_RANK: { order: 'required', overloads: { '() -> FLOAT64': 'percent_rank()' } },
  CUME_DIST: { order: 'required', overloads: { '() -> FLOAT64': 'cume_dist()' } },
  NTILE: {
    order: 'required',
    overloads: {
      '(INT64) -> INT64': `ntile(${positive('$1', 'The N value (number of buckets) for the NTILE function')})`,
    },
  },
  LAG: {
    passesThrough: true,
    conditions: [1],
    order: 'required',
    overloads: moved('LAG'),
  },
  LEAD: {
    passesThrough: true,
    conditions: [1],
    order: 'required',
    overloads: moved('LEAD'),
  },
  FIRST_VALUE: {
    passesThrough: true,
    order: 'required',
    frame: true,
    modifiers: ['nulls'],
    overloads: { '(T) -> T': 'first_value($1)' },
  },
  LAST_VALUE: {
    passesThrough: true,
    order: 'required',
    frame: true,
    modifiers: ['nulls'],
    overloads: { '(T) -> T': 'last_value($1)' },
  },
  NTH_VALUE: {
    passesThrough: true,
    conditions: [1],
    order: 'required',
    frame: true,
    modifiers: ['nulls'],
    overloads: { '(T, INT64) -> T': `nth_value($1, ${positive('$2', 'The N value for the NthValue function')})` },
  },
  PERCENTILE_CONT: {
    conditions: [1],
    order: 'forbidden',
    modifiers: ['nulls'],
    overloads: {
      '(FLOAT64, FLOAT64) -> FLOAT64': { calls: ['list($1)'], result: 'gs_percentile_cont(#1, $2)', skipNulls: true },
      '(NUMERIC, NUMERIC) -> NUMERIC if NUMERIC': {
        calls: ['list($1)'],
        result: 'gs_percentile_cont_numeric(#1, $2)',
        skipNulls: true,
      },
      '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': {
        calls: ['list($1)'],
        result: 'gs_percentile_cont_big(#1, $2)',
        skipNulls: true,
      },
    },
  },
  PERCENTILE_DISC: {
    passesThrough: true,
    conditions: [1],
    order: 'forbidden',
    modifiers: ['nulls'],
    overloads: {
      '(T, FLOAT64) -> T': {
        calls: ['list($1)'],
        result: "list_extract(list_sort(#1, 'ASC', 'NULLS FIRST'), greatest(1, CAST(ceil($2 * len(#1)) AS BIGINT)))",
        skipNulls: true,
      },
      '(T, NUMERIC) -> T if NUMERIC': exactly('gs_big_of_numeric($2)'),
      '(T, BIGNUMERIC) -> T if BIGNUMERIC': exactly('$2'),
    },
  },
});
