/** JSON functions. */

import { scalars } from './define.ts';

const path = (name: string, extra = ''): string => `${name}($1, ${extra}$2)`;

/** Reads of one value by path, on JSON and on text. */
function reader(name: string, kind: 'JSON' | 'STRING', legacy: boolean): Readonly<Record<string, string>> {
  const fallback = "'$'";
  const flag = legacy ? 'true' : 'false';
  const ofText = `${name}_of_text`;
  const result = kind === 'JSON' ? 'JSON' : 'STRING';
  return {
    [`(JSON, STRING) -> ${result}`]: `${name}($1, $2, ${flag})`,
    [`(JSON) -> ${result}`]: `${name}($1, ${fallback}, ${flag})`,
    '(STRING, STRING) -> STRING': `${ofText}($1, $2, ${flag})`,
    '(STRING) -> STRING': `${ofText}($1, ${fallback}, ${flag})`,
  };
}

function arrayReader(name: string, legacy: boolean): Readonly<Record<string, string>> {
  const flag = legacy ? 'true' : 'false';
  const element = name === 'gs_json_query_array' ? 'JSON' : 'STRING';
  return {
    [`(JSON, STRING) -> ARRAY<${element}>`]: `${name}($1, $2, ${flag})`,
    [`(JSON) -> ARRAY<${element}>`]: `${name}($1, '$', ${flag})`,
    '(STRING, STRING) -> ARRAY<STRING>': `${name}_of_text($1, $2, ${flag})`,
    '(STRING) -> ARRAY<STRING>': `${name}_of_text($1, '$', ${flag})`,
  };
}

export const jsonFunctions = scalars({
  JSON_FIELD: { '(JSON, STRING) -> JSON': path('gs_json_field') },
  JSON_ELEMENT: { '(JSON, INT64) -> JSON': path('gs_json_element') },
  JSON_VALUE: reader('gs_json_value', 'STRING', false),
  JSON_EXTRACT_SCALAR: reader('gs_json_value', 'STRING', true),
  JSON_QUERY: reader('gs_json_query', 'JSON', false),
  JSON_EXTRACT: reader('gs_json_query', 'JSON', true),
  JSON_QUERY_ARRAY: arrayReader('gs_json_query_array', false),
  JSON_EXTRACT_ARRAY: arrayReader('gs_json_query_array', true),
  JSON_VALUE_ARRAY: arrayReader('gs_json_value_array', false),
  JSON_EXTRACT_STRING_ARRAY: arrayReader('gs_json_value_array', true),
  PARSE_JSON: {
    '(STRING, wide_number_mode => STRING) -> JSON': "gs_parse_json($1, $option(wide_number_mode, 'exact'))",
  },
  TO_JSON: {
    '(ANY, stringify_wide_numbers => BOOL) -> JSON': 'gs_to_json($types1, $option(stringify_wide_numbers, false), $1)',
  },
  TO_JSON_STRING: { '(ANY, [BOOL]) -> STRING': 'gs_to_json_string($types1, $all(, ))' },
  JSON_TYPE: { '(JSON) -> STRING': 'gs_json_type($1)' },
  BOOL: { '(JSON) -> BOOL': 'gs_json_bool($1)' },
  INT64: { '(JSON) -> INT64': 'gs_json_int64($1)' },
  FLOAT64: {
    '(JSON, wide_number_mode => STRING) -> FLOAT64': "gs_json_float64($1, $option(wide_number_mode, 'round'))",
  },
  LAX_BOOL: { '(JSON) -> BOOL': 'gs_json_lax_bool($1)' },
  LAX_INT64: { '(JSON) -> INT64': 'gs_json_lax_int64($1)' },
  LAX_FLOAT64: { '(JSON) -> FLOAT64': 'gs_json_lax_float64($1)' },
  LAX_STRING: { '(JSON) -> STRING': 'gs_json_lax_string($1)' },
});
