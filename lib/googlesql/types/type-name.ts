/** Type names as written in SQL to types. */

import type { TypeArgument, TypeName } from '../syntax/ast-type.ts';
import { SqlError } from '../syntax/sql-error.ts';
import { scalarKindOf } from './rest-conversion.ts';
import { arrayOf, scalarTypes, structOf, type ScalarKind, type SqlType, type TypeParameters } from './sql-type.ts';

/** Names that REST accepts and SQL does not. */
const restOnly: ReadonlySet<string> = new Set(['FLOAT']);

/** SQL aliases that REST does not have. Source: GoogleSQL data types, "Integer types". */
const integerAliases: ReadonlySet<string> = new Set(['SMALLINT', 'BIGINT', 'TINYINT', 'BYTEINT']);

/** Types of BigQuery that are not served here. */
const unsupported: ReadonlySet<string> = new Set(['GEOGRAPHY', 'RANGE']);

/** The type that a name means. Throws a `SqlError` in Google's words. */
export function resolveTypeName(name: TypeName): SqlType {
  switch (name.kind) {
    case 'array': {
      const element = resolveTypeName(name.element);
      if (element.kind === 'ARRAY') throw new SqlError('Arrays of arrays are not supported', name.at);
      return arrayOf(element);
    }
    case 'struct':
      return structOf(
        name.fields.map((field) => ({ name: field.name?.name ?? '', type: resolveTypeName(field.type) })),
      );
    case 'range':
      throw new SqlError('Type RANGE is not supported locally', name.at, 'notImplemented');
    case 'simple':
      return resolveSimple(name);
  }
}

function resolveSimple(name: Extract<TypeName, { kind: 'simple' }>): SqlType {
  const kind = integerAliases.has(name.name) ? 'INT64' : restOnly.has(name.name) ? undefined : scalarKindOf(name.name);
  if (kind === undefined) {
    if (unsupported.has(name.name)) {
      throw new SqlError(`Type ${name.name} is not supported locally`, name.at, 'notImplemented');
    }
    throw new SqlError(`Type not found: ${name.name}`, name.at);
  }
  if (name.arguments.length === 0) return scalarTypes[kind];
  return { kind, parameters: resolveParameters(kind, name.arguments, name.at) };
}

/** Limits of parameterised decimals: digits before the point, and behind it. */
const decimalLimits = { NUMERIC: { integer: 29, scale: 9 }, BIGNUMERIC: { integer: 38, scale: 38 } } as const;

function resolveParameters(kind: ScalarKind, list: readonly TypeArgument[], at: number): TypeParameters {
  const numbers = list.map((argument) => (argument.text.toUpperCase() === 'MAX' ? undefined : Number(argument.text)));
  if (kind === 'STRING' || kind === 'BYTES') {
    const [maxLength] = numbers;
    if (list.length !== 1 || maxLength === undefined || maxLength < 1) {
      throw new SqlError(`${kind} length must be an integer literal greater than 0`, at);
    }
    return { maxLength };
  }
  if (kind !== 'NUMERIC' && kind !== 'BIGNUMERIC') throw new SqlError(`${kind} does not support type parameters`, at);
  const [precision = 0, scale = 0] = numbers;
  const limit = decimalLimits[kind];
  if (list.length > 2 || scale > limit.scale) {
    throw new SqlError(`In ${kind}(P, S), S must be between 0 and ${limit.scale}`, at);
  }
  if (precision < Math.max(1, scale) || precision > limit.integer + scale) {
    throw new SqlError(
      `In ${kind}(P${list.length > 1 ? `, ${scale}` : ''}), P must be between ${Math.max(1, scale)} and ${limit.integer + scale}`,
      at,
    );
  }
  return { precision, scale };
}
