/** Query parameters as REST gives them, as typed values. */

import type { TypedValue } from '../../duckdb/context.ts';
import { scalarKindOf } from '../../types/rest-conversion.ts';
import { arrayOf, scalarTypes, structOf, type ScalarKind, type SqlType } from '../../types/sql-type.ts';
import { timeZone } from '../../values/time-zone.ts';
import { ValueError, type SqlValue } from '../../values/sql-value.ts';
import { valueOfText } from '../../values/text-value.ts';
import { failure } from '../failure.ts';
import type { QueryParameter, RestParameterType, RestParameterValue } from '../requests.ts';

/** Parameters by lower-case name, or by position from 1 as text. Throws `invalidQuery`. */
export function readParameters(parameters: readonly QueryParameter[]): ReadonlyMap<string, TypedValue> {
  const byKey = new Map<string, TypedValue>();
  for (const [i, { name, parameterType, parameterValue }] of parameters.entries()) {
    const key = name === undefined || name === '' ? String(i + 1) : name.toLowerCase();
    if (byKey.has(key)) throw failure('invalidQuery', `Duplicate parameter name ${name}`);
    const type = typeOfParameter(parameterType, key);
    byKey.set(key, { type, value: valueOfParameter(parameterValue, type, key) });
  }
  return byKey;
}

function typeOfParameter(described: RestParameterType, key: string): SqlType {
  const name = described.type.toUpperCase();
  if (name === 'ARRAY') {
    if (described.arrayType === undefined)
      throw failure('invalidQuery', `Missing array element type of parameter ${key}`);
    return arrayOf(typeOfParameter(described.arrayType, key));
  }
  if (name === 'STRUCT' || name === 'RECORD') {
    const fields = described.structTypes ?? [];
    return structOf(fields.map((field) => ({ name: field.name ?? '', type: typeOfParameter(field.type, key) })));
  }
  const kind = scalarKindOf(name);
  if (kind === undefined) throw failure('invalidQuery', `Invalid type of query parameter ${key}: ${described.type}`);
  return scalarTypes[kind];
}

function valueOfParameter(given: RestParameterValue, type: SqlType, key: string): SqlValue {
  if (type.kind === 'ARRAY') {
    // A NULL array parameter is an empty array.
    return (given.arrayValues ?? []).map((element) => valueOfParameter(element, type.element, key));
  }
  if (type.kind === 'STRUCT') {
    const { structValues } = given;
    if (structValues === undefined || structValues === null) return null;
    return type.fields.map((field) => {
      const value = structValues[field.name];
      return value === undefined ? null : valueOfParameter(value, field.type, key);
    });
  }
  const { value } = given;
  if (value === undefined || value === null) return null;
  return readScalar(value, type.kind, key);
}

function readScalar(text: string, kind: ScalarKind, key: string): SqlValue {
  try {
    return kind === 'BYTES' ? new Uint8Array(Buffer.from(text, 'base64')) : valueOfText(text, kind, timeZone('UTC'));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    // The value itself may be personal, so the message names only the parameter.
    throw failure('invalid', `Unparseable query parameter \`${key}\` in type \`TYPE_${kind}\``);
  }
}
