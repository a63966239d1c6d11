/** String and bytes functions. */

import { joining, scalars } from './define.ts';
import type { LargeTemplate } from './definition.ts';

/** What TRIM takes off by itself: Unicode's white space. */
const spaces =
  "(' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(133) || chr(160) || chr(5760) || chr(8192) || " +
  'chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198) || chr(8199) || chr(8200) || chr(8201) || ' +
  'chr(8202) || chr(8232) || chr(8233) || chr(8239) || chr(8287) || chr(12288))';

/** Where characters are bytes DuckDB does it; otherwise its case and order rules differ from Google's. */
const ascii = (native: string, exact: string): string =>
  `CASE WHEN strlen($1) = length($1) THEN ${native}($1) ELSE ${exact}($1) END`;

/** The forms of Unicode normalisation, each handed over as a text. */
const normalForms = (name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) => [form, `${name}($1, '${form}')`]));

const replacing: LargeTemplate = {
  native: (texts) => `replace(${texts.join(', ')})`,
  large: 'gs_replace',
  sizes: 'product',
};

/** Under SAFE all of it is ours: what is not computed once for a constant may not stand there. */
const repeating: LargeTemplate = {
  native: ([text = '', count = '']) =>
    `CASE WHEN ${count} < 0 OR strlen(${text}) > 0 AND ${count} > 65536 // strlen(${text}) THEN gs_repeat_each(${text}, ${count}) ELSE repeat(${text}, ${count}) END`,
  large: 'gs_repeat',
  sizes: 'own',
};

const longest = '$option(max_distance, 9223372036854775807)';

const start = 'CASE WHEN $2 = 0 OR $2 < -length($1) THEN 1 ELSE $2 END';

export const stringFunctions = scalars({
  ASCII: { '(STRING) -> INT64': 'gs_ascii($1)', '(BYTES) -> INT64': 'gs_bytes_ascii($1)' },
  BYTE_LENGTH: { '(STRING) -> INT64': 'strlen($1)', '(BYTES) -> INT64': 'octet_length($1)' },
  OCTET_LENGTH: { '(STRING) -> INT64': 'strlen($1)', '(BYTES) -> INT64': 'octet_length($1)' },
  CHAR_LENGTH: { '(STRING) -> INT64': 'length($1)' },
  LENGTH: { '(STRING) -> INT64': 'length($1)', '(BYTES) -> INT64': 'octet_length($1)' },
  CHR: { '(INT64) -> STRING': 'gs_chr($1)' },
  UNICODE: { '(STRING) -> INT64': 'gs_unicode($1)' },
  CODE_POINTS_TO_BYTES: { '(ARRAY<INT64>) -> BYTES': 'gs_code_points_to_bytes($1)' },
  CODE_POINTS_TO_STRING: { '(ARRAY<INT64>) -> STRING': 'gs_code_points_to_string($1)' },
  TO_CODE_POINTS: {
    '(STRING) -> ARRAY<INT64>': 'gs_to_code_points($1)',
    '(BYTES) -> ARRAY<INT64>': 'gs_to_byte_values($1)',
  },
  CONCAT: {
    '(STRING...) -> STRING': joining('gs_join'),
    '(BYTES...) -> BYTES': joining('gs_bytes_join'),
    '(PRINTED, PRINTED...) -> STRING if STRING': 'gs_concat($types1, $zone, $all(, ))',
  },
  CONTAINS_SUBSTR: {
    '(STRING, STRING) -> BOOL': 'gs_contains_substr($1, $2)',
    '(ANY, STRING) -> BOOL': 'gs_contains_substr_in($types1, $zone, $2, $1)',
  },
  EDIT_DISTANCE: {
    '(STRING, STRING, max_distance => INT64) -> INT64': `gs_edit_distance($1, $2, ${longest})`,
    '(BYTES, BYTES, max_distance => INT64) -> INT64': `gs_bytes_edit_distance($1, $2, ${longest})`,
  },
  STARTS_WITH: {
    '(STRING, STRING) -> BOOL': 'starts_with($1, $2)',
    '(BYTES, BYTES) -> BOOL': "gs_bytes_contains($1, $2, 'start')",
  },
  ENDS_WITH: {
    '(STRING, STRING) -> BOOL': 'ends_with($1, $2)',
    '(BYTES, BYTES) -> BOOL': "gs_bytes_contains($1, $2, 'end')",
  },
  STRPOS: { '(STRING, STRING) -> INT64': 'instr($1, $2)', '(BYTES, BYTES) -> INT64': 'gs_bytes_position($1, $2)' },
  INSTR: {
    '(STRING, STRING, [INT64], [INT64]) -> INT64': 'gs_instr($all(, ))',
    '(BYTES, BYTES, [INT64], [INT64]) -> INT64': 'gs_bytes_instr($all(, ))',
  },
  LEFT: {
    '(STRING, INT64) -> STRING':
      "CASE WHEN $2 < 0 THEN $error('Second argument in LEFT() cannot be negative') ELSE left($1, $2) END",
    '(BYTES, INT64) -> BYTES': 'gs_bytes_side($1, $2, true)',
  },
  RIGHT: {
    '(STRING, INT64) -> STRING':
      "CASE WHEN $2 < 0 THEN $error('Second argument in RIGHT() cannot be negative') ELSE right($1, $2) END",
    '(BYTES, INT64) -> BYTES': 'gs_bytes_side($1, $2, false)',
  },
  SUBSTR: {
    '(STRING, INT64) -> STRING': `substr($1, ${start})`,
    '(STRING, INT64, INT64) -> STRING': `CASE WHEN $3 < 0 THEN $error('Third argument in SUBSTR() cannot be negative') ELSE substr($1, ${start}, $3) END`,
    '(BYTES, INT64, [INT64]) -> BYTES': 'gs_bytes_substr($all(, ))',
  },
  LOWER: { '(STRING) -> STRING': ascii('lower', 'gs_lower'), '(BYTES) -> BYTES': 'gs_bytes_case($1, false)' },
  UPPER: { '(STRING) -> STRING': ascii('upper', 'gs_upper'), '(BYTES) -> BYTES': 'gs_bytes_case($1, true)' },
  INITCAP: { '(STRING, [STRING]) -> STRING': 'gs_initcap($all(, ))' },
  REVERSE: { '(STRING) -> STRING': ascii('reverse', 'gs_reverse'), '(BYTES) -> BYTES': 'gs_bytes_reverse($1)' },
  TRIM: {
    '(STRING) -> STRING': `trim($1, ${spaces})`,
    '(STRING, STRING) -> STRING': 'trim($1, $2)',
    '(BYTES, BYTES) -> BYTES': "gs_bytes_trim($1, $2, 'both')",
  },
  LTRIM: {
    '(STRING) -> STRING': `ltrim($1, ${spaces})`,
    '(STRING, STRING) -> STRING': 'ltrim($1, $2)',
    '(BYTES, BYTES) -> BYTES': "gs_bytes_trim($1, $2, 'start')",
  },
  RTRIM: {
    '(STRING) -> STRING': `rtrim($1, ${spaces})`,
    '(STRING, STRING) -> STRING': 'rtrim($1, $2)',
    '(BYTES, BYTES) -> BYTES': "gs_bytes_trim($1, $2, 'end')",
  },
  LPAD: {
    '(STRING, INT64, [STRING]) -> STRING': "gs_pad('LPAD', $all(, ))",
    '(BYTES, INT64, [BYTES]) -> BYTES': "gs_bytes_pad('LPAD', $all(, ))",
  },
  RPAD: {
    '(STRING, INT64, [STRING]) -> STRING': "gs_pad('RPAD', $all(, ))",
    '(BYTES, INT64, [BYTES]) -> BYTES': "gs_bytes_pad('RPAD', $all(, ))",
  },
  REPEAT: {
    '(STRING, INT64) -> STRING': repeating,
    '(BYTES, INT64) -> BYTES': 'gs_bytes_repeat($1, $2)',
  },
  REPLACE: {
    '(STRING, STRING, STRING) -> STRING': replacing,
    '(BYTES, BYTES, BYTES) -> BYTES': 'gs_bytes_replace($1, $2, $3)',
  },
  TRANSLATE: {
    '(STRING, STRING, STRING) -> STRING': 'gs_translate($1, $2, $3)',
    '(BYTES, BYTES, BYTES) -> BYTES': 'gs_bytes_translate($1, $2, $3)',
  },
  SPLIT: {
    '(STRING, [STRING]) -> ARRAY<STRING>': 'gs_split($all(, ))',
    '(BYTES, BYTES) -> ARRAY<BYTES>': 'gs_bytes_split($1, $2)',
  },
  SOUNDEX: { '(STRING) -> STRING': 'gs_soundex($1)' },
  NORMALIZE: {
    '(STRING) -> STRING': "gs_normalize($1, 'NFC')",
    '(STRING, PART) -> STRING': { parts: normalForms('gs_normalize') },
  },
  NORMALIZE_AND_CASEFOLD: {
    '(STRING) -> STRING': "gs_casefold($1, 'NFC')",
    '(STRING, PART) -> STRING': { parts: normalForms('gs_casefold') },
  },
  REGEXP_CONTAINS: {
    '(STRING, STRING) -> BOOL': 'regexp_matches($1, $2)',
    '(BYTES, BYTES) -> BOOL': 'gs_bytes_regexp_contains($1, $2)',
  },
  REGEXP_EXTRACT: {
    '(STRING, STRING, [INT64], [INT64]) -> STRING': 'gs_regexp_extract($all(, ))',
    '(BYTES, BYTES, [INT64], [INT64]) -> BYTES': 'gs_bytes_regexp_extract($all(, ))',
  },
  REGEXP_EXTRACT_ALL: {
    '(STRING, STRING) -> ARRAY<STRING>': 'gs_regexp_extract_all($1, $2)',
    '(BYTES, BYTES) -> ARRAY<BYTES>': 'gs_bytes_regexp_extract_all($1, $2)',
  },
  REGEXP_INSTR: {
    '(STRING, STRING, [INT64], [INT64], [INT64]) -> INT64': 'gs_regexp_instr($all(, ))',
    '(BYTES, BYTES, [INT64], [INT64], [INT64]) -> INT64': 'gs_bytes_regexp_instr($all(, ))',
  },
  REGEXP_REPLACE: {
    '(STRING, STRING, STRING) -> STRING': 'gs_regexp_replace($1, $2, $3)',
    '(BYTES, BYTES, BYTES) -> BYTES': 'gs_bytes_regexp_replace($1, $2, $3)',
  },
  SAFE_CONVERT_BYTES_TO_STRING: { '(BYTES) -> STRING': 'gs_safe_utf8($1)' },
  TO_BASE64: { '(BYTES) -> STRING': 'base64($1)' },
  FROM_BASE64: { '(STRING) -> BYTES': 'gs_from_base64($1)' },
  TO_BASE32: { '(BYTES) -> STRING': 'gs_to_base32($1)' },
  FROM_BASE32: { '(STRING) -> BYTES': 'gs_from_base32($1)' },
  TO_HEX: { '(BYTES) -> STRING': 'lower(hex($1))' },
  FROM_HEX: { '(STRING) -> BYTES': 'gs_from_hex($1)' },
  FORMAT: {
    '(STRING, ANY...) -> STRING': 'gs_format($1, $types2, $zone, $rest2)',
    '(STRING) -> STRING': "gs_format($1, '', $zone)",
  },
});
