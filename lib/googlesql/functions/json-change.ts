/** JSON functions that build values and change them. */

import { scalars } from './define.ts';

/** Paths, each followed by its value, and an option that is true unless given. */
const pairs = (name: string, option: string): Readonly<Record<string, string>> => ({
  [`(JSON, STRING, ANY, [ANY...], ${option} => BOOL) -> JSON`]: `${name}($1, $option(${option}, true), $types2, $rest2)`,
});

const strip = '$option(include_arrays, true), $option(remove_empty, false)';
const mode = "$option(mode, 'strict')";

export const jsonChangeFunctions = scalars({
  JSON_ARRAY: { '() -> JSON': "'[]'", '(ANY...) -> JSON': 'gs_json_array($types1, $all(, ))' },
  JSON_OBJECT: {
    '() -> JSON': "'{}'",
    '(ARRAY<STRING>, ARRAY<T>) -> JSON': 'gs_json_object_of_arrays($types2, $1, $2)',
    '(STRING, ANY, [ANY...]) -> JSON': 'gs_json_object($types1, $all(, ))',
  },
  JSON_SET: pairs('gs_json_set', 'create_if_missing'),
  JSON_ARRAY_APPEND: pairs('gs_json_array_append', 'append_each_element'),
  JSON_ARRAY_INSERT: pairs('gs_json_array_insert', 'insert_each_element'),
  JSON_REMOVE: { '(JSON, STRING, [STRING...]) -> JSON': 'gs_json_remove($all(, ))' },
  JSON_STRIP_NULLS: {
    '(JSON, include_arrays => BOOL, remove_empty => BOOL) -> JSON': `gs_json_strip_nulls($1, ${strip}, '$')`,
    '(JSON, STRING, include_arrays => BOOL, remove_empty => BOOL) -> JSON': `gs_json_strip_nulls($1, ${strip}, $2)`,
  },
  JSON_KEYS: {
    '(JSON, mode => STRING) -> ARRAY<STRING>': `gs_json_keys($1, 1000, ${mode})`,
    '(JSON, INT64, mode => STRING) -> ARRAY<STRING>': `gs_json_keys($1, $2, ${mode})`,
  },
});
