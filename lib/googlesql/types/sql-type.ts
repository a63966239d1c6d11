/** GoogleSQL's types as data. */

export const scalarKinds = [
  'INT64',
  'FLOAT64',
  'NUMERIC',
  'BIGNUMERIC',
  'BOOL',
  'STRING',
  'BYTES',
  'DATE',
  'TIME',
  'DATETIME',
  'TIMESTAMP',
  'INTERVAL',
  'JSON',
] as const;

export type ScalarKind = (typeof scalarKinds)[number];

/** What `STRING(10)` and `NUMERIC(10, 2)` say beyond the kind; only columns, casts and declarations have them. */
export interface TypeParameters {
  /** STRING: characters; BYTES: bytes. */
  readonly maxLength?: number;
  /** NUMERIC, BIGNUMERIC: all digits. */
  readonly precision?: number;
  /** NUMERIC, BIGNUMERIC: digits behind the point. */
  readonly scale?: number;
}

export interface ScalarType {
  readonly kind: ScalarKind;
  readonly parameters?: TypeParameters;
}

export interface ArrayType {
  readonly kind: 'ARRAY';
  readonly element: SqlType;
}

export interface StructField {
  /** Empty when the field has no name. */
  readonly name: string;
  readonly type: SqlType;
}

export interface StructType {
  readonly kind: 'STRUCT';
  readonly fields: readonly StructField[];
}

export type SqlType = ScalarType | ArrayType | StructType;
export type TypeKind = SqlType['kind'];

export const INT64: ScalarType = { kind: 'INT64' };
export const FLOAT64: ScalarType = { kind: 'FLOAT64' };
const NUMERIC: ScalarType = { kind: 'NUMERIC' };
const BIGNUMERIC: ScalarType = { kind: 'BIGNUMERIC' };
export const BOOL: ScalarType = { kind: 'BOOL' };
export const STRING: ScalarType = { kind: 'STRING' };
export const BYTES: ScalarType = { kind: 'BYTES' };
export const DATE: ScalarType = { kind: 'DATE' };
const TIME: ScalarType = { kind: 'TIME' };
export const DATETIME: ScalarType = { kind: 'DATETIME' };
export const TIMESTAMP: ScalarType = { kind: 'TIMESTAMP' };
export const INTERVAL: ScalarType = { kind: 'INTERVAL' };
const JSON_TYPE: ScalarType = { kind: 'JSON' };

/** Every scalar type without parameters, by kind. */
export const scalarTypes: Readonly<Record<ScalarKind, ScalarType>> = {
  INT64,
  FLOAT64,
  NUMERIC,
  BIGNUMERIC,
  BOOL,
  STRING,
  BYTES,
  DATE,
  TIME,
  DATETIME,
  TIMESTAMP,
  INTERVAL,
  JSON: JSON_TYPE,
};

export function arrayOf(element: SqlType): ArrayType {
  return { kind: 'ARRAY', element };
}

export function structOf(fields: readonly StructField[]): StructType {
  return { kind: 'STRUCT', fields };
}

/** The type as GoogleSQL writes it: `ARRAY<STRUCT<a INT64, STRING>>`; parameters are left out, as in messages. */
export function typeName(type: SqlType): string {
  switch (type.kind) {
    case 'ARRAY':
      return `ARRAY<${typeName(type.element)}>`;
    case 'STRUCT':
      return `STRUCT<${type.fields.map(fieldText).join(', ')}>`;
    default:
      return type.kind;
  }
}

function fieldText({ name, type }: StructField): string {
  return name === '' ? typeName(type) : `${name} ${typeName(type)}`;
}

/** Whether two types are the same, field names (in any case) included and parameters not. */
export function sameType(a: SqlType, b: SqlType): boolean {
  return a === b || matches(a, b, (x, y) => x.toLowerCase() === y.toLowerCase());
}

/** Whether two types hold the same values: like `sameType`, but field names do not matter. */
export function equivalentTypes(a: SqlType, b: SqlType): boolean {
  return a === b || matches(a, b, () => true);
}

function matches(a: SqlType, b: SqlType, sameName: (x: string, y: string) => boolean): boolean {
  if (a.kind === 'ARRAY') return b.kind === 'ARRAY' && matches(a.element, b.element, sameName);
  if (a.kind !== 'STRUCT') return a.kind === b.kind;
  if (b.kind !== 'STRUCT' || a.fields.length !== b.fields.length) return false;
  return a.fields.every((field, i) => {
    const other = b.fields[i];
    return other !== undefined && sameName(field.name, other.name) && matches(field.type, other.type, sameName);
  });
}

/** The type without parameters, at any depth: what expressions have. */
export function withoutParameters(type: SqlType): SqlType {
  switch (type.kind) {
    case 'ARRAY':
      return arrayOf(withoutParameters(type.element));
    case 'STRUCT':
      return structOf(type.fields.map(({ name, type: field }) => ({ name, type: withoutParameters(field) })));
    default:
      return scalarTypes[type.kind];
  }
}

/** Whether anything in the type is of this kind. */
export function containsKind(type: SqlType, kind: TypeKind): boolean {
  if (type.kind === kind) return true;
  if (type.kind === 'ARRAY') return containsKind(type.element, kind);
  return type.kind === 'STRUCT' && type.fields.some((field) => containsKind(field.type, kind));
}

export function isNumeric(type: SqlType): boolean {
  return type.kind === 'INT64' || type.kind === 'FLOAT64' || type.kind === 'NUMERIC' || type.kind === 'BIGNUMERIC';
}
