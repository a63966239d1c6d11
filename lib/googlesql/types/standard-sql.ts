/** Types to and from BigQuery REST's `StandardSqlDataType`, which routines are described with. */

import { scalarKindOf } from './rest-conversion.ts';
import { arrayOf, scalarTypes, structOf, type SqlType } from './sql-type.ts';

/** Source: cloud.google.com/bigquery/docs/reference/rest/v2/StandardSqlDataType. */
export interface StandardSqlType {
  readonly typeKind: string;
  readonly arrayElementType?: StandardSqlType;
  readonly structType?: { readonly fields?: readonly { readonly name?: string; readonly type?: StandardSqlType }[] };
}

/** REST's `StandardSqlTableType`: columns of a table function. */
export interface StandardSqlTable {
  readonly columns: readonly { readonly name?: string; readonly type?: StandardSqlType }[];
}

/** The type that REST's JSON describes, a table's as that of its rows; undefined when it is none that is served. */
export function typeOfStandardSql(json: { readonly [key: string]: unknown }): SqlType | undefined {
  if (Array.isArray(json['columns'])) {
    return structType({ typeKind: 'STRUCT', structType: { fields: json['columns'] as StandardSqlTable['columns'] } });
  }
  return typeof json['typeKind'] === 'string' ? typeOf({ ...json, typeKind: json['typeKind'] }) : undefined;
}

function typeOf(dataType: StandardSqlType): SqlType | undefined {
  if (dataType.typeKind === 'ARRAY') {
    const element = dataType.arrayElementType === undefined ? undefined : typeOf(dataType.arrayElementType);
    return element === undefined ? undefined : arrayOf(element);
  }
  if (dataType.typeKind === 'STRUCT') return structType(dataType);
  const kind = scalarKindOf(dataType.typeKind);
  return kind === undefined ? undefined : scalarTypes[kind];
}

function structType({ structType: described }: StandardSqlType): SqlType | undefined {
  const fields: { name: string; type: SqlType }[] = [];
  for (const { name = '', type } of described?.fields ?? []) {
    const fieldType = type === undefined ? undefined : typeOf(type);
    if (fieldType === undefined) return undefined;
    fields.push({ name, type: fieldType });
  }
  return structOf(fields);
}

/** How REST describes a table whose rows are of a type. */
export function standardSqlTableOf(type: SqlType): StandardSqlTable {
  return { columns: standardSqlOfType(type).structType?.fields ?? [] };
}

/** How REST describes a type. */
export function standardSqlOfType(type: SqlType): StandardSqlType {
  if (type.kind === 'ARRAY') return { typeKind: 'ARRAY', arrayElementType: standardSqlOfType(type.element) };
  if (type.kind !== 'STRUCT') return { typeKind: type.kind };
  return {
    typeKind: 'STRUCT',
    structType: {
      fields: type.fields.map((field) => ({
        ...(field.name === '' ? {} : { name: field.name }),
        type: standardSqlOfType(field.type),
      })),
    },
  };
}
