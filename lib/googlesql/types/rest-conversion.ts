/** Types to and from BigQuery REST schema fields. */

import type { RestField } from './rest-schema.ts';
import { scalarTypes, structOf, type ScalarKind, type SqlType, type TypeParameters } from './sql-type.ts';

/** REST type names, legacy and GoogleSQL, in upper case. Source: REST `TableFieldSchema.type`. */
const kinds: Readonly<Record<string, ScalarKind>> = {
  INTEGER: 'INT64',
  INT64: 'INT64',
  INT: 'INT64',
  FLOAT: 'FLOAT64',
  FLOAT64: 'FLOAT64',
  NUMERIC: 'NUMERIC',
  DECIMAL: 'NUMERIC',
  BIGNUMERIC: 'BIGNUMERIC',
  BIGDECIMAL: 'BIGNUMERIC',
  BOOLEAN: 'BOOL',
  BOOL: 'BOOL',
  STRING: 'STRING',
  BYTES: 'BYTES',
  DATE: 'DATE',
  TIME: 'TIME',
  DATETIME: 'DATETIME',
  TIMESTAMP: 'TIMESTAMP',
  INTERVAL: 'INTERVAL',
  JSON: 'JSON',
};

/** The names that REST answers with. */
const restNames: Readonly<Record<ScalarKind, string>> = {
  INT64: 'INTEGER',
  FLOAT64: 'FLOAT',
  NUMERIC: 'NUMERIC',
  BIGNUMERIC: 'BIGNUMERIC',
  BOOL: 'BOOLEAN',
  STRING: 'STRING',
  BYTES: 'BYTES',
  DATE: 'DATE',
  TIME: 'TIME',
  DATETIME: 'DATETIME',
  TIMESTAMP: 'TIMESTAMP',
  INTERVAL: 'INTERVAL',
  JSON: 'JSON',
};

/** The kind that a REST or SQL type name means; undefined for STRUCT, RECORD, ARRAY and unknown names. */
export function scalarKindOf(name: string): ScalarKind | undefined {
  const upper = name.toUpperCase();
  return Object.hasOwn(kinds, upper) ? kinds[upper] : undefined;
}

/** A type name as REST answers it: INT64 is INTEGER, STRUCT is RECORD. What is no name of a type stays, in upper case. */
export function restTypeName(name: string): string {
  const upper = name.toUpperCase();
  const kind = scalarKindOf(upper);
  if (kind !== undefined) return restNames[kind];
  return upper === 'STRUCT' ? 'RECORD' : upper;
}

/** The type of a field's column, REPEATED counted in; undefined when the type name is none that is served. */
export function typeOfField(field: RestField): SqlType | undefined {
  const element = elementType(field);
  if (element === undefined) return undefined;
  return field.mode?.toUpperCase() === 'REPEATED' ? { kind: 'ARRAY', element } : element;
}

function elementType(field: RestField): SqlType | undefined {
  const name = field.type.toUpperCase();
  if (name === 'RECORD' || name === 'STRUCT') {
    const fields: { name: string; type: SqlType }[] = [];
    for (const inner of field.fields ?? []) {
      const type = typeOfField(inner);
      if (type === undefined) return undefined;
      fields.push({ name: inner.name, type });
    }
    return structOf(fields);
  }
  const kind = scalarKindOf(name);
  if (kind === undefined) return undefined;
  const parameters = parametersOfField(field);
  return parameters === undefined ? scalarTypes[kind] : { kind, parameters };
}

function parametersOfField(field: RestField): TypeParameters | undefined {
  const { maxLength, precision, scale } = field;
  if (maxLength === undefined && precision === undefined) return undefined;
  return {
    ...(maxLength === undefined ? {} : { maxLength: Number(maxLength) }),
    ...(precision === undefined ? {} : { precision: Number(precision) }),
    ...(scale === undefined ? {} : { scale: Number(scale) }),
  };
}

/** The field that REST answers for a column. An array of arrays has none; the analyser refuses it before. */
export function fieldOfType(name: string, type: SqlType, mode = 'NULLABLE'): RestField {
  if (type.kind === 'ARRAY') return { ...fieldOfType(name, type.element), mode: 'REPEATED' };
  if (type.kind === 'STRUCT') {
    return { name, type: 'RECORD', mode, fields: type.fields.map((field) => fieldOfType(field.name, field.type)) };
  }
  const { maxLength, precision, scale } = type.parameters ?? {};
  return {
    name,
    type: restNames[type.kind],
    mode,
    ...(maxLength === undefined ? {} : { maxLength: String(maxLength) }),
    ...(precision === undefined ? {} : { precision: String(precision) }),
    ...(scale === undefined ? {} : { scale: String(scale) }),
  };
}
