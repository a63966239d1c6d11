/** Mathematical functions. */

import { scalars } from './define.ts';
import type { FloatTemplate } from './definition.ts';

/** A function of doubles with Google's errors. */
const float = (name: string): Readonly<Record<string, string>> => ({
  '(FLOAT64) -> FLOAT64': `gs_math('${name}', $1)`,
});

/** Arithmetic whose errors are NULL; an error of what is divided stays one. */
const safeFloat = (sign: string): FloatTemplate => ({
  quick: `$1 ${sign} $2`,
  exact: `gs_safe_float('${sign}', $1, $2)`,
  carries: sign === '/' ? [0] : [0, 1],
});

/** DuckDB ignores NULLs here; GoogleSQL does not. */
const extreme = (name: string): Readonly<Record<string, string>> => ({
  '(FLOAT64...) -> FLOAT64 if FLOAT64': `CASE WHEN $all( IS NULL OR ) IS NULL THEN NULL WHEN $nan THEN CAST('nan' AS DOUBLE) ELSE ${name}($all(, )) END`,
  '(T...) -> T': `CASE WHEN $all( IS NULL OR ) IS NULL THEN NULL ELSE ${name}($all(, )) END`,
});

/** Functions of two vectors: of numbers, or of pairs of an index and a number. */
const vectors = (name: string): Readonly<Record<string, string>> => ({
  '(ARRAY<FLOAT64>, ARRAY<FLOAT64>) -> FLOAT64': `${name}($1, $2)`,
  '(ARRAY<T>, ARRAY<T>) -> FLOAT64': `${name}($1, $2)`,
});

export const mathFunctions = scalars({
  ABS: {
    '(INT64) -> INT64': 'gs_abs($1)',
    '(FLOAT64) -> FLOAT64': 'abs($1)',
    '(NUMERIC) -> NUMERIC': 'abs($1)',
    '(BIGNUMERIC) -> BIGNUMERIC': 'gs_big_abs($1)',
  },
  SIGN: {
    '(INT64) -> INT64': 'CAST(sign($1) AS BIGINT)',
    '(FLOAT64) -> FLOAT64': 'CASE WHEN isnan($1) THEN $1 ELSE CAST(sign($1) AS DOUBLE) END',
    '(NUMERIC) -> NUMERIC': 'CAST(sign($1) AS DECIMAL(38, 9))',
    '(BIGNUMERIC) -> BIGNUMERIC': 'gs_big_sign($1)',
  },
  PARSE_NUMERIC: { '(STRING) -> NUMERIC': 'gs_read_numeric($1)' },
  PARSE_BIGNUMERIC: { '(STRING) -> BIGNUMERIC': 'gs_read_bignumeric($1)' },
  COSINE_DISTANCE: vectors('gs_cosine_distance'),
  EUCLIDEAN_DISTANCE: vectors('gs_euclidean_distance'),
  IS_INF: { '(FLOAT64) -> BOOL': 'isinf($1)' },
  IS_NAN: { '(FLOAT64) -> BOOL': 'isnan($1)' },
  IEEE_DIVIDE: { '(FLOAT64, FLOAT64) -> FLOAT64': '$1 / $2' },
  RAND: [{ volatile: true }, { '() -> FLOAT64': 'random()' }],
  SQRT: {
    ...float('SQRT'),
    '(NUMERIC) -> NUMERIC if NUMERIC': "gs_numeric_math('SQRT', $1)",
    '(BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': "gs_big_math('SQRT', $1)",
  },
  CBRT: {
    ...float('CBRT'),
    '(NUMERIC) -> NUMERIC if NUMERIC': "gs_numeric_math('CBRT', $1)",
    '(BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': "gs_big_math('CBRT', $1)",
  },
  EXP: {
    ...float('EXP'),
    '(NUMERIC) -> NUMERIC if NUMERIC': "gs_numeric_math('EXP', $1)",
    '(BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': "gs_big_math('EXP', $1)",
  },
  LN: {
    ...float('LN'),
    '(NUMERIC) -> NUMERIC if NUMERIC': "gs_numeric_math('LN', $1)",
    '(BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': "gs_big_math('LN', $1)",
  },
  LOG10: {
    ...float('LOG10'),
    '(NUMERIC) -> NUMERIC if NUMERIC': "gs_numeric_math('LOG10', $1)",
    '(BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': "gs_big_math('LOG10', $1)",
  },
  LOG: {
    '(FLOAT64, [FLOAT64]) -> FLOAT64': 'gs_log($all(, ))',
    '(NUMERIC, [NUMERIC]) -> NUMERIC if NUMERIC': 'gs_numeric_log($all(, ))',
    '(BIGNUMERIC, [BIGNUMERIC]) -> BIGNUMERIC if BIGNUMERIC': 'gs_big_log($all(, ))',
  },
  POW: {
    '(FLOAT64, FLOAT64) -> FLOAT64': 'gs_pow($1, $2)',
    '(NUMERIC, NUMERIC) -> NUMERIC if NUMERIC': 'gs_numeric_pow($1, $2)',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': 'gs_big_pow($1, $2)',
  },
  COS: float('COS'),
  COSH: float('COSH'),
  ACOS: float('ACOS'),
  ACOSH: float('ACOSH'),
  COT: float('COT'),
  COTH: float('COTH'),
  CSC: float('CSC'),
  CSCH: float('CSCH'),
  SEC: float('SEC'),
  SECH: float('SECH'),
  SIN: float('SIN'),
  SINH: float('SINH'),
  ASIN: float('ASIN'),
  ASINH: float('ASINH'),
  TAN: float('TAN'),
  TANH: float('TANH'),
  ATAN: float('ATAN'),
  ATANH: float('ATANH'),
  ATAN2: { '(FLOAT64, FLOAT64) -> FLOAT64': 'gs_atan2($1, $2)' },
  GREATEST: [{ passesThrough: true }, extreme('greatest')],
  LEAST: [{ passesThrough: true }, extreme('least')],
  DIV: {
    '(INT64, INT64) -> INT64': 'gs_div($1, $2)',
    '(NUMERIC, NUMERIC) -> NUMERIC if NUMERIC': 'gs_numeric_div($1, $2)',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': 'gs_big_div($1, $2)',
  },
  MOD: {
    '(INT64, INT64) -> INT64':
      "CASE WHEN $2 = 0 THEN $error('division by zero: MOD(' || $1 || ', 0)') ELSE $1 % $2 END",
    '(NUMERIC, NUMERIC) -> NUMERIC if NUMERIC': 'gs_numeric_mod($1, $2)',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': 'gs_big_mod($1, $2)',
  },
  SAFE_ADD: {
    '(INT64, INT64) -> INT64': 'TRY($1 + $2)',
    '(FLOAT64, FLOAT64) -> FLOAT64': safeFloat('+'),
    '(NUMERIC, NUMERIC) -> NUMERIC': 'TRY($1 + $2)',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC': 'TRY(gs_big_add($1, $2))',
  },
  SAFE_SUBTRACT: {
    '(INT64, INT64) -> INT64': 'TRY($1 - $2)',
    '(FLOAT64, FLOAT64) -> FLOAT64': safeFloat('-'),
    '(NUMERIC, NUMERIC) -> NUMERIC': 'TRY($1 - $2)',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC': 'TRY(gs_big_subtract($1, $2))',
  },
  SAFE_MULTIPLY: {
    '(INT64, INT64) -> INT64': 'TRY($1 * $2)',
    '(FLOAT64, FLOAT64) -> FLOAT64': safeFloat('*'),
    '(NUMERIC, NUMERIC) -> NUMERIC': 'TRY(gs_numeric_multiply($1, $2))',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC': 'TRY(gs_big_multiply($1, $2))',
  },
  SAFE_DIVIDE: {
    '(FLOAT64, FLOAT64) -> FLOAT64': safeFloat('/'),
    '(NUMERIC, NUMERIC) -> NUMERIC if NUMERIC': 'TRY(gs_numeric_divide($1, $2))',
    '(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': 'TRY(gs_big_divide($1, $2))',
  },
  SAFE_NEGATE: {
    '(INT64) -> INT64': 'TRY(-$1)',
    '(FLOAT64) -> FLOAT64': '(-$1)',
    '(NUMERIC) -> NUMERIC': '(-$1)',
    '(BIGNUMERIC) -> BIGNUMERIC': 'TRY(gs_big_negate($1))',
  },
  ROUND: {
    '(FLOAT64) -> FLOAT64': 'round($1)',
    '(FLOAT64, INT64) -> FLOAT64': 'gs_round($1, $2)',
    '(NUMERIC, [INT64]) -> NUMERIC if NUMERIC': "gs_numeric_round('ROUND', $all(, ))",
    '(BIGNUMERIC, [INT64]) -> BIGNUMERIC if BIGNUMERIC': "gs_big_round('ROUND', $all(, ))",
    '(NUMERIC, INT64, STRING) -> NUMERIC if NUMERIC': 'gs_numeric_round_mode($1, $2, $3)',
    '(BIGNUMERIC, INT64, STRING) -> BIGNUMERIC if BIGNUMERIC': 'gs_big_round_mode($1, $2, $3)',
  },
  TRUNC: {
    '(FLOAT64) -> FLOAT64': 'trunc($1)',
    '(FLOAT64, INT64) -> FLOAT64': 'gs_trunc($1, $2)',
    '(NUMERIC, [INT64]) -> NUMERIC if NUMERIC': "gs_numeric_round('TRUNC', $all(, ))",
    '(BIGNUMERIC, [INT64]) -> BIGNUMERIC if BIGNUMERIC': "gs_big_round('TRUNC', $all(, ))",
  },
  CEIL: {
    '(FLOAT64) -> FLOAT64': 'ceil($1)',
    '(NUMERIC) -> NUMERIC if NUMERIC': "gs_numeric_round('CEIL', $1)",
    '(BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': "gs_big_round('CEIL', $1)",
  },
  FLOOR: {
    '(FLOAT64) -> FLOAT64': 'floor($1)',
    '(NUMERIC) -> NUMERIC if NUMERIC': "gs_numeric_round('FLOOR', $1)",
    '(BIGNUMERIC) -> BIGNUMERIC if BIGNUMERIC': "gs_big_round('FLOOR', $1)",
  },
  RANGE_BUCKET: {
    '(T, ARRAY<T>) -> INT64':
      'CAST(CASE WHEN $1 IS NULL THEN NULL ELSE len(list_filter($2, lambda bound: bound <= $1)) END AS BIGINT)',
  },
  BIT_COUNT: { '(INT64) -> INT64': 'CAST(bit_count($1) AS BIGINT)', '(BYTES) -> INT64': 'gs_bytes_bit_count($1)' },
});
