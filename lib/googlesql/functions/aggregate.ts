/** Aggregate functions. */

import { aggregates } from './define.ts';
import type { AggregateTemplate } from './definition.ts';

const statistical = (name: string): Readonly<Record<string, AggregateTemplate>> => ({
  '(FLOAT64) -> FLOAT64': { calls: [`list($1)`], result: `gs_statistic('${name}', #1)` },
  '(NUMERIC) -> FLOAT64 if NUMERIC': { calls: ['list(CAST($1 AS DOUBLE))'], result: `gs_statistic('${name}', #1)` },
});

const pairwise = (name: string): Readonly<Record<string, AggregateTemplate>> => ({
  '(FLOAT64, FLOAT64) -> FLOAT64': { calls: ['list([$1, $2])'], result: `gs_pair_statistic('${name}', #1)` },
});

/**
 * Google adds doubles with a wider exponent: a sum that passes the greatest double is taken again over numbers made 2^64
 * times smaller, and is an overflow only if its end is one.
 */
const floatSum: AggregateTemplate = {
  calls: ['sum($1)', 'sum($1 * 5.421010862427522e-20)'],
  result: 'CASE WHEN isfinite(#1) THEN #1 ELSE gs_unscaled_sum(#2) END',
  quick: { calls: ['sum($1)'], result: 'CASE WHEN isfinite(#1) THEN #1 ELSE gs_sum_again(#1) END' },
};

/** Sums of NUMERICs may pass NUMERIC's range on their way: whole numbers and fractions are added apart. */
const wideSum = ['sum(CAST(trunc($1) AS HUGEINT))', 'sum($1 % CAST(1 AS DECIMAL(38, 9)))'];

/** DuckDB's sum of NUMERICs fails, or has more digits than a NUMERIC, where it may be wrong. */
const quickNumericSum = `CASE WHEN abs(#1) <= ${'9'.repeat(29)}.${'9'.repeat(9)} THEN #1 ELSE CAST(gs_sum_again(CAST(#1 AS DOUBLE)) AS DECIMAL(38, 9)) END`;

const sums: Readonly<Record<string, string | AggregateTemplate>> = {
  '(INT64) -> INT64': { calls: ['sum($1)'], result: 'CAST(#1 AS BIGINT)' },
  '(FLOAT64) -> FLOAT64': floatSum,
  '(NUMERIC) -> NUMERIC': {
    calls: wideSum,
    result: 'gs_numeric_total(CAST(#1 AS VARCHAR), #2)',
    quick: { calls: ['sum($1)'], result: quickNumericSum },
  },
  '(BIGNUMERIC) -> BIGNUMERIC': { calls: ['sum($1)'], result: "gs_big_check('SUM', #1)" },
  '(INTERVAL) -> INTERVAL': { calls: ['list($1)'], result: 'gs_interval_sum(#1)' },
};

/** Values at positions, each beside a number, as structs. */
const topPairs = (positions: string, numbers: string): string =>
  `list_transform(list_zip(list_select(#1, ${positions}), ${numbers}), lambda pair: {'f0': pair[1], 'f1': pair[2]})`;

const topSum = (sums: string): AggregateTemplate => ({
  calls: ['list($1)', 'list($2)'],
  result: topPairs('gs_top_sum_positions(#1, #2, $3)', `${sums}(#1, #2, $3)`),
});

const separator = (kind: 'STRING' | 'BYTES'): string =>
  `CASE WHEN $2 IS NULL THEN CAST(gs_error('Illegal NULL separator in STRING_AGG') AS ${kind === 'STRING' ? 'VARCHAR' : 'BLOB'}) ELSE $2 END`;

export const aggregateFunctions = aggregates({
  COUNT: { counts: true, overloads: { '() -> INT64': 'count(*)', '(ANY) -> INT64': 'count($1)' } },
  COUNTIF: {
    counts: true,
    overloads: { '(BOOL) -> INT64': 'count(CASE WHEN $1 THEN 1 END)' },
    modifiers: ['having', 'distinct'],
  },
  SUM: { combines: true, overloads: sums },
  AVG: {
    combines: true,
    overloads: {
      '(INT64) -> FLOAT64': 'avg($1)',
      '(FLOAT64) -> FLOAT64': {
        ...floatSum,
        calls: [...floatSum.calls, 'count($1)'],
        result: `(${floatSum.result}) / nullif(#3, 0)`,
        quick: { calls: ['avg($1)'], result: 'CASE WHEN isfinite(#1) THEN #1 ELSE gs_sum_again(#1) END' },
      },
      '(NUMERIC) -> NUMERIC': {
        calls: [...wideSum, 'count($1)'],
        result: 'gs_numeric_average(CAST(#1 AS VARCHAR), #2, #3)',
        quick: { calls: ['sum($1)', 'count($1)'], result: `gs_numeric_average('0', ${quickNumericSum}, #2)` },
      },
      '(BIGNUMERIC) -> BIGNUMERIC': { calls: ['sum($1)', 'count($1)'], result: 'gs_big_average(#1, #2)' },
      '(INTERVAL) -> INTERVAL': { calls: ['list($1)'], result: 'gs_interval_average(#1)' },
    },
  },
  MIN: {
    passesThrough: true,
    overloads: {
      '(FLOAT64) -> FLOAT64': {
        calls: ['min($1)', 'bool_or(isnan($1))'],
        result: "CASE WHEN #2 THEN CAST('nan' AS DOUBLE) ELSE #1 END",
      },
      '(T) -> T': 'min($1)',
    },
  },
  MAX: { passesThrough: true, overloads: { '(T) -> T': 'max($1)' } },
  ANY_VALUE: { passesThrough: true, overloads: { '(T) -> T': 'first($1)' } },
  MAX_BY: {
    passesThrough: true,
    conditions: [1],
    overloads: { '(T, T2) -> T': 'arg_max_null($1, $2)' },
    modifiers: [],
  },
  MIN_BY: {
    passesThrough: true,
    conditions: [1],
    overloads: { '(T, T2) -> T': 'arg_min_null($1, $2)' },
    modifiers: [],
  },
  ARRAY_AGG: {
    passesThrough: true,
    overloads: { '(T) -> ARRAY<T>': { calls: ['list($1)'], list: true } },
    modifiers: ['distinct', 'nulls', 'having', 'order', 'limit'],
  },
  ARRAY_CONCAT_AGG: {
    passesThrough: true,
    overloads: {
      '(ARRAY<T>) -> ARRAY<T>': { calls: ['list($1)'], result: 'flatten(#1)', list: true, skipNulls: true },
    },
    modifiers: ['having', 'order', 'limit'],
    analytic: false,
  },
  STRING_AGG: {
    overloads: {
      '(STRING) -> STRING': { calls: ['list($1)'], result: "gs_string_agg(#1, ',')", list: true, skipNulls: true },
      '(STRING, STRING) -> STRING': {
        calls: ['list($1)'],
        result: `gs_string_agg(#1, ${separator('STRING')})`,
        list: true,
        skipNulls: true,
      },
      '(BYTES) -> BYTES': {
        calls: ['list($1)'],
        result: "gs_bytes_agg(#1, CAST(',' AS BLOB))",
        list: true,
        skipNulls: true,
      },
      '(BYTES, BYTES) -> BYTES': {
        calls: ['list($1)'],
        result: `gs_bytes_agg(#1, ${separator('BYTES')})`,
        list: true,
        skipNulls: true,
      },
    },
    modifiers: ['distinct', 'having', 'order', 'limit'],
  },
  APPROX_QUANTILES: {
    passesThrough: true,
    modifiers: ['distinct', 'nulls'],
    overloads: {
      '(T, INT64) -> ARRAY<T>': {
        calls: ['list($1)'],
        result: "list_select(list_sort(#1, 'ASC', 'NULLS FIRST'), gs_quantile_positions(len(#1), $2))",
        skipNulls: true,
      },
    },
  },
  APPROX_TOP_COUNT: {
    modifiers: [],
    overloads: {
      '(T, INT64) -> ARRAY<STRUCT<value T, count INT64>>': {
        calls: ['list($1)'],
        result: topPairs('gs_top_positions(#1, $2)', 'gs_top_counts(#1, $2)'),
      },
    },
  },
  APPROX_TOP_SUM: {
    modifiers: [],
    overloads: {
      '(T, INT64, INT64) -> ARRAY<STRUCT<value T, sum INT64>>': topSum('gs_top_sums_int64'),
      '(T, FLOAT64, INT64) -> ARRAY<STRUCT<value T, sum FLOAT64>>': topSum('gs_top_sums_float64'),
      '(T, NUMERIC, INT64) -> ARRAY<STRUCT<value T, sum NUMERIC>> if NUMERIC': topSum('gs_top_sums_numeric'),
    },
  },
  LOGICAL_AND: { combines: true, overloads: { '(BOOL) -> BOOL': 'bool_and($1)' } },
  LOGICAL_OR: { combines: true, overloads: { '(BOOL) -> BOOL': 'bool_or($1)' } },
  BIT_AND: { combines: true, overloads: { '(INT64) -> INT64': 'bit_and($1)' } },
  BIT_OR: { combines: true, overloads: { '(INT64) -> INT64': 'bit_or($1)' } },
  BIT_XOR: { combines: true, overloads: { '(INT64) -> INT64': 'bit_xor($1)' } },
  APPROX_COUNT_DISTINCT: {
    counts: true,
    overloads: { '(ANY) -> INT64': 'count(DISTINCT $1)' },
    modifiers: ['having'],
  },
  STDDEV: { combines: true, overloads: statistical('STDDEV_SAMP') },
  STDDEV_SAMP: { combines: true, overloads: statistical('STDDEV_SAMP') },
  STDDEV_POP: { combines: true, overloads: statistical('STDDEV_POP') },
  VARIANCE: { combines: true, overloads: statistical('VAR_SAMP') },
  VAR_SAMP: { combines: true, overloads: statistical('VAR_SAMP') },
  VAR_POP: { combines: true, overloads: statistical('VAR_POP') },
  CORR: { combines: true, overloads: pairwise('CORR') },
  COVAR_POP: { combines: true, overloads: pairwise('COVAR_POP') },
  COVAR_SAMP: { combines: true, overloads: pairwise('COVAR_SAMP') },
});
