/** Types of columns as SQL writes them, parameters included: INFORMATION_SCHEMA's `data_type`. */

import { scalarKindOf } from '../../types/rest-conversion.ts';
import type { RestField } from '../../types/rest-schema.ts';

/** `ARRAY<STRUCT<a INT64, b STRING(10)>>`. */
export function sqlTypeOfField(field: RestField): string {
  const element = elementText(field);
  return field.mode?.toUpperCase() === 'REPEATED' ? `ARRAY<${element}>` : element;
}

function elementText({ type, fields, maxLength, precision, scale }: RestField): string {
  const kind = scalarKindOf(type);
  if (kind === undefined) {
    return `STRUCT<${(fields ?? []).map((inner) => `${inner.name} ${sqlTypeOfField(inner)}`).join(', ')}>`;
  }
  if (maxLength !== undefined) return `${kind}(${maxLength})`;
  if (precision === undefined) return kind;
  return `${kind}(${precision}${scale === undefined ? '' : `, ${scale}`})`;
}
