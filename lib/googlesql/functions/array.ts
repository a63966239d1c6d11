/** Array functions and element access. */

import type { ArgumentRoles } from './definition.ts';
import { scalars } from './define.ts';

const outside = "$error('Array index ' || $2 || ' is out of bounds')";

/** A position from 0, or from the end when negative, as DuckDB's from 1. */
const sliceIndex = (position: string, fromEnd: string): string =>
  `CASE WHEN ${position} < 0 THEN ${fromEnd} ELSE ${position} END + 1`;

/** Elements are handed on as they are; positions decide which. */
const elements: ArgumentRoles = { passesThrough: true };
const elementsAt: ArgumentRoles = { passesThrough: true, conditions: [1, 2] };

export const arrayFunctions = scalars({
  ARRAY_AT_OFFSET: [
    elementsAt,
    {
      '(ARRAY<T>, INT64) -> T': `CASE WHEN $1 IS NULL THEN NULL WHEN $2 < 0 OR $2 >= len($1) THEN ${outside} ELSE list_extract($1, $2 + 1) END`,
    },
  ],
  ARRAY_AT_ORDINAL: [
    elementsAt,
    {
      '(ARRAY<T>, INT64) -> T': `CASE WHEN $1 IS NULL THEN NULL WHEN $2 < 1 OR $2 > len($1) THEN ${outside} ELSE list_extract($1, $2) END`,
    },
  ],
  ARRAY_AT_SAFE_OFFSET: [
    elementsAt,
    { '(ARRAY<T>, INT64) -> T': 'CASE WHEN $2 < 0 THEN NULL ELSE list_extract($1, $2 + 1) END' },
  ],
  ARRAY_AT_SAFE_ORDINAL: [
    elementsAt,
    { '(ARRAY<T>, INT64) -> T': 'CASE WHEN $2 < 1 THEN NULL ELSE list_extract($1, $2) END' },
  ],
  ARRAY_LENGTH: { '(ARRAY<T>) -> INT64': 'len($1)' },
  ARRAY_CONCAT: [elements, { '(ARRAY<T>...) -> ARRAY<T>': '($all( || ))' }],
  ARRAY_REVERSE: [elements, { '(ARRAY<T>) -> ARRAY<T>': 'list_reverse($1)' }],
  ARRAY_FIRST: [
    elements,
    {
      '(ARRAY<T>) -> T':
        "CASE WHEN len($1) = 0 THEN $error('ARRAY_FIRST cannot get the first element of an empty array') ELSE list_extract($1, 1) END",
    },
  ],
  ARRAY_LAST: [
    elements,
    {
      '(ARRAY<T>) -> T':
        "CASE WHEN len($1) = 0 THEN $error('ARRAY_LAST cannot get the last element of an empty array') ELSE list_extract($1, -1) END",
    },
  ],
  ARRAY_SLICE: [
    elementsAt,
    {
      '(ARRAY<T>, INT64, INT64) -> ARRAY<T>': `CASE WHEN $3 IS NULL THEN NULL ELSE list_slice($1, ${sliceIndex('$2', 'greatest(0, $2 + len($1))')}, greatest(0, ${sliceIndex('$3', '$3 + len($1)')})) END`,
    },
  ],
  ARRAY_TO_STRING: {
    '(ARRAY<STRING>, STRING, [STRING]) -> STRING': 'gs_array_to_string($all(, ))',
    '(ARRAY<BYTES>, BYTES, [BYTES]) -> BYTES': 'gs_array_to_bytes($all(, ))',
    '(ARRAY<T>, STRING) -> STRING': 'gs_array_texts($types1, $zone, $2, $1)',
    '(ARRAY<T>, STRING, STRING) -> STRING': 'gs_array_texts($types1, $zone, $2, $1, $3)',
  },
  ARRAY_IS_DISTINCT: {
    '(ARRAY<T>) -> BOOL':
      'CASE WHEN $1 IS NULL THEN NULL ELSE len(list_distinct($1)) + CAST(list_count($1) < len($1) AS BIGINT) = len($1) END',
  },
  GENERATE_ARRAY: {
    '(INT64, INT64, [INT64]) -> ARRAY<INT64>': 'gs_generate_array($all(, ))',
    '(NUMERIC, NUMERIC, [NUMERIC]) -> ARRAY<NUMERIC> if NUMERIC': 'gs_generate_numeric_array($all(, ))',
    '(BIGNUMERIC, BIGNUMERIC, [BIGNUMERIC]) -> ARRAY<BIGNUMERIC> if BIGNUMERIC': 'gs_generate_big_array($all(, ))',
    '(FLOAT64, FLOAT64, [FLOAT64]) -> ARRAY<FLOAT64>': 'gs_generate_float_array($all(, ))',
  },
  GENERATE_DATE_ARRAY: {
    '(DATE, DATE) -> ARRAY<DATE>': "gs_generate_dates($1, $2, CAST(1 AS BIGINT), 'DAY')",
    '(DATE, DATE, STEP) -> ARRAY<DATE>': 'gs_generate_dates($1, $2, $3, $part)',
  },
  GENERATE_TIMESTAMP_ARRAY: {
    '(TIMESTAMP, TIMESTAMP, STEP) -> ARRAY<TIMESTAMP>': 'gs_generate_timestamps($1, $2, $3, $part)',
  },
});
