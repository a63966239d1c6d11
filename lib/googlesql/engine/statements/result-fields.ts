/** The schema of a result. */

import type { NamedType } from '../../duckdb/output.ts';
import { fieldOfType } from '../../types/rest-conversion.ts';
import type { RestField } from '../../types/rest-schema.ts';
import { failure } from '../failure.ts';

/** The fields of a query's columns; those without a name get `f0_`, `f1_`, …. Throws when two share a name. */
export function resultFields(columns: readonly NamedType[]): readonly RestField[] {
  let anonymous = 0;
  const fields = columns.map(({ name, type }) => {
    if (name !== '') return fieldOfType(name, type);
    const made = `f${anonymous}_`;
    anonymous++;
    return fieldOfType(made, type);
  });
  const duplicates = duplicateNames(fields);
  if (duplicates.length > 0) {
    throw failure(
      'invalidQuery',
      `Duplicate column names in the result are not supported. Found duplicate(s): ${duplicates.join(', ')}`,
    );
  }
  return fields;
}

function duplicateNames(fields: readonly RestField[]): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of fields) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) twice.add(lower);
    seen.add(lower);
  }
  return [...twice];
}
