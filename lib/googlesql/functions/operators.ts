/** Operators, under their signs. */

import { joining, scalars } from './define.ts';
import type { FloatTemplate } from './definition.ts';

const float = (sign: string, name: string): FloatTemplate => ({
  quick: `$1 ${sign} $2`,
  exact: `${name}($1, $2)`,
  // A number divided by infinity is zero.
  carries: sign === '/' ? [0] : [0, 1],
});

const ordered = (sign: string, guard: string): Readonly<Record<string, string>> => ({
  '(FLOAT64, FLOAT64) -> BOOL if FLOAT64': `($1 ${sign} $2 AND NOT isnan(${guard}))`,
  '(T, T) -> BOOL': `($1 ${sign} $2)`,
});

/** LIKE over an array of patterns; `of_none` is what an empty one gives. */
function quantifiedLike(
  quantifier: string,
  not: 'NOT ' | '' = '',
): readonly [string, Readonly<Record<string, string>>] {
  const rest = `$1, $2, '${not}${quantifier}', $option(of_none, false)`;
  return [
    `${not}LIKE ${quantifier}`,
    {
      '(STRING, ARRAY<STRING>, of_none => BOOL) -> BOOL': `gs_like_each(${rest})`,
      '(BYTES, ARRAY<BYTES>, of_none => BOOL) -> BOOL': `gs_bytes_like_each(${rest})`,
    },
  ];
}

export const operators = scalars({
  '+': {
    '(INT64, INT64) -> INT64': '($1 + $2)',
    '(FLOAT64, FLOAT64) -> FLOAT64': float('+', 'gs_float_add'),
    '(NUMERIC, NUMERIC) -> NUMERIC': '($1 + $2)',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC': 'gs_big_add($1, $2)',
    '(DATE, INT64) -> DATE': "gs_date_add($1, $2, 'DAY')",
    '(INT64, DATE) -> DATE': "gs_date_add($2, $1, 'DAY')",
    '(DATE, INTERVAL) -> DATETIME': 'gs_datetime_plus(CAST($1 AS TIMESTAMP), $2)',
    '(INTERVAL, DATE) -> DATETIME': 'gs_datetime_plus(CAST($2 AS TIMESTAMP), $1)',
    '(DATETIME, INTERVAL) -> DATETIME': 'gs_datetime_plus($1, $2)',
    '(INTERVAL, DATETIME) -> DATETIME': 'gs_datetime_plus($2, $1)',
    '(TIMESTAMP, INTERVAL) -> TIMESTAMP': 'gs_timestamp_plus($1, $2)',
    '(INTERVAL, TIMESTAMP) -> TIMESTAMP': 'gs_timestamp_plus($2, $1)',
    '(INTERVAL, INTERVAL) -> INTERVAL': 'gs_interval_add($1, $2)',
  },
  '-': {
    '(INT64, INT64) -> INT64': '($1 - $2)',
    '(FLOAT64, FLOAT64) -> FLOAT64': float('-', 'gs_float_subtract'),
    '(NUMERIC, NUMERIC) -> NUMERIC': '($1 - $2)',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC': 'gs_big_subtract($1, $2)',
    '(DATE, INT64) -> DATE': "gs_date_sub($1, $2, 'DAY')",
    '(DATE, DATE) -> INTERVAL': 'gs_interval_between(CAST($1 AS TIMESTAMP), CAST($2 AS TIMESTAMP), true)',
    '(DATETIME, DATETIME) -> INTERVAL': 'gs_interval_between($1, $2, false)',
    '(TIMESTAMP, TIMESTAMP) -> INTERVAL': 'gs_interval_elapsed($1, $2)',
    '(TIME, TIME) -> INTERVAL': 'gs_interval_of_times($1, $2)',
    '(DATE, INTERVAL) -> DATETIME': 'gs_datetime_plus(CAST($1 AS TIMESTAMP), gs_interval_negate($2))',
    '(DATETIME, INTERVAL) -> DATETIME': 'gs_datetime_plus($1, gs_interval_negate($2))',
    '(TIMESTAMP, INTERVAL) -> TIMESTAMP': 'gs_timestamp_plus($1, gs_interval_negate($2))',
    '(INTERVAL, INTERVAL) -> INTERVAL': 'gs_interval_add($1, gs_interval_negate($2))',
  },
  '*': {
    '(INT64, INT64) -> INT64': '($1 * $2)',
    '(FLOAT64, FLOAT64) -> FLOAT64': float('*', 'gs_float_multiply'),
    '(NUMERIC, NUMERIC) -> NUMERIC': 'gs_numeric_multiply($1, $2)',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC': 'gs_big_multiply($1, $2)',
    '(INTERVAL, INT64) -> INTERVAL': 'gs_interval_multiply($1, $2)',
    '(INT64, INTERVAL) -> INTERVAL': 'gs_interval_multiply($2, $1)',
  },
  '/': {
    '(FLOAT64, FLOAT64) -> FLOAT64': float('/', 'gs_float_divide'),
    '(NUMERIC, NUMERIC) -> NUMERIC if NUMERIC': 'gs_numeric_divide($1, $2)',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': 'gs_big_divide($1, $2)',
    '(INTERVAL, INT64) -> INTERVAL': 'gs_interval_divide($1, $2)',
  },
  'UNARY -': {
    '(INT64) -> INT64': '(-$1)',
    '(FLOAT64) -> FLOAT64': '(-$1)',
    '(NUMERIC) -> NUMERIC': '(-$1)',
    '(BIGNUMERIC) -> BIGNUMERIC': 'gs_big_negate($1)',
    '(INTERVAL) -> INTERVAL': 'gs_interval_negate($1)',
  },
  'UNARY +': {
    '(INT64) -> INT64': '$1',
    '(FLOAT64) -> FLOAT64': '$1',
    '(NUMERIC) -> NUMERIC': '$1',
    '(BIGNUMERIC) -> BIGNUMERIC': '$1',
  },
  '||': {
    '(STRING, STRING) -> STRING': joining('gs_join'),
    '(BYTES, BYTES) -> BYTES': joining('gs_bytes_join'),
    '(ARRAY<T>, ARRAY<T>) -> ARRAY<T>': '($1 || $2)',
  },
  '~': { '(INT64) -> INT64': '(~$1)', '(BYTES) -> BYTES': 'gs_bytes_not($1)' },
  '&': { '(INT64, INT64) -> INT64': '($1 & $2)', '(BYTES, BYTES) -> BYTES': "gs_bytes_bitwise($1, $2, '&')" },
  '|': { '(INT64, INT64) -> INT64': '($1 | $2)', '(BYTES, BYTES) -> BYTES': "gs_bytes_bitwise($1, $2, '|')" },
  '^': { '(INT64, INT64) -> INT64': 'xor($1, $2)', '(BYTES, BYTES) -> BYTES': "gs_bytes_bitwise($1, $2, '^')" },
  '<<': {
    '(INT64, INT64) -> INT64': 'gs_shift_left($1, $2)',
    '(BYTES, INT64) -> BYTES': 'gs_bytes_shift($1, $2, true)',
  },
  '>>': {
    '(INT64, INT64) -> INT64': 'gs_shift_right($1, $2)',
    '(BYTES, INT64) -> BYTES': 'gs_bytes_shift($1, $2, false)',
  },
  // DuckDB takes NaN as equal to itself and greater than everything; GoogleSQL as unequal to and unordered with all.
  '=': { '(FLOAT64, FLOAT64) -> BOOL if FLOAT64': '($1 = $2 AND NOT isnan($1))', '(T, T) -> BOOL': '($1 = $2)' },
  '!=': { '(FLOAT64, FLOAT64) -> BOOL if FLOAT64': '($1 <> $2 OR isnan($1))', '(T, T) -> BOOL': '($1 <> $2)' },
  '<': ordered('<', '$2'),
  '<=': ordered('<=', '$2'),
  '>': ordered('>', '$1'),
  '>=': ordered('>=', '$1'),
  BETWEEN: {
    '(FLOAT64, FLOAT64, FLOAT64) -> BOOL if FLOAT64': '($1 BETWEEN $2 AND $3 AND NOT isnan($1) AND NOT isnan($3))',
    '(T, T, T) -> BOOL': '($1 BETWEEN $2 AND $3)',
  },
  NOT: { '(BOOL) -> BOOL': '(NOT $1)' },
  'IS NULL': { '(ANY) -> BOOL': '($1 IS NULL)' },
  'IS TRUE': { '(BOOL) -> BOOL': '($1 IS TRUE)' },
  'IS FALSE': { '(BOOL) -> BOOL': '($1 IS FALSE)' },
  'IS DISTINCT FROM': { '(T, T) -> BOOL': '($1 IS DISTINCT FROM $2)' },
  'IS NOT DISTINCT FROM': { '(T, T) -> BOOL': '($1 IS NOT DISTINCT FROM $2)' },
  LIKE: {
    '(STRING, STRING) -> BOOL': `CASE WHEN regexp_matches($2, '(^|[^\\\\])(\\\\\\\\)*\\\\$') THEN $error('LIKE pattern ends with a backslash') ELSE $1 LIKE $2 ESCAPE '\\' END`,
    '(BYTES, BYTES) -> BOOL': 'gs_bytes_like($1, $2)',
  },
  ...Object.fromEntries(
    ['ANY', 'ALL'].flatMap((quantifier) => [quantifiedLike(quantifier), quantifiedLike(quantifier, 'NOT ')]),
  ),
  // TRUE when found; else NULL when the value or some element is NULL; else FALSE.
  'IN UNNEST': {
    '(T, ARRAY<T>) -> BOOL':
      'CASE WHEN $2 IS NULL OR len($2) = 0 THEN false WHEN list_contains($2, $1) THEN true WHEN $1 IS NULL OR list_count($2) < len($2) THEN NULL ELSE false END',
  },
});
