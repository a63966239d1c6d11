/** Checks JSON against the proto message that it is to become, as strictly as Google's front end. Source: https://protobuf.dev/programming-guides/json/ */
import protobuf from 'protobufjs';
import { ApiError } from '../primitives/errors.ts';
import { isObject } from '../primitives/json-object.ts';

/**
 * The same JSON with fields under their JSON names; clients may also write those of the proto (`page_size`).
 * @throws ApiError INVALID_ARGUMENT for unknown names and for values of another type
 */
export function shapedJson(
  type: protobuf.Type,
  json: Record<string, unknown>,
  path: readonly string[] = [],
): Record<string, unknown> {
  const shaped: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    const jsonName = camelCase(name);
    const field = Object.hasOwn(type.fields, jsonName) ? type.fields[jsonName] : undefined;
    if (field === undefined) throw unknownName(name, path);
    shaped[jsonName] = value === null ? null : shapedField(field, value, [...path, jsonName]);
  }
  return shaped;
}

/** `snake_case` as proto files write it, in the camelCase of JSON. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function shapedField(field: protobuf.Field, value: unknown, path: readonly string[]): unknown {
  if (field.map) {
    if (!isObject(value)) throw invalidValue(path, field);
    return value;
  }
  if (!field.repeated) return shapedValue(field, value, path);
  if (!Array.isArray(value)) throw invalidValue(path, field);
  const [last = '', ...before] = path.toReversed();
  return value.map((item, index) => shapedValue(field, item, [...before.toReversed(), `${last}[${index}]`]));
}

function shapedValue(field: protobuf.Field, value: unknown, path: readonly string[]): unknown {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type && !isWellKnown(type)) {
    if (!isObject(value)) throw invalidValue(path, field);
    return shapedJson(type, value, path);
  }
  const valid = type instanceof protobuf.Enum ? isValueOf(type, value) : IS_OF_KIND[kindOf(field)](value);
  if (!valid) throw invalidValue(path, field);
  return value;
}

/** Enums go by name, or by number: numbers that are not known yet are kept. */
function isValueOf(type: protobuf.Enum, value: unknown): boolean {
  return typeof value === 'string' ? Object.hasOwn(type.values, value) : Number.isInteger(value);
}

function kindOf(field: protobuf.Field): Kind {
  const type = field.resolvedType;
  if (type === null) return SCALARS[field.type] ?? 'any';
  return WELL_KNOWN[type.name] ?? 'any';
}

type Kind = 'string' | 'bytes' | 'bool' | 'integer' | 'number' | 'object' | 'any';

const IS_OF_KIND: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  // Both alphabets are taken, padded or not.
  bytes: (value) => typeof value === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value),
  bool: (value) => typeof value === 'boolean',
  // 64-bit integers travel as text.
  integer: (value) => isNumeric(value) && Number.isInteger(Number(value)),
  number: isNumeric,
  object: isObject,
  any: () => true,
};

const SCALARS: Readonly<Record<string, Kind>> = {
  string: 'string',
  bytes: 'bytes',
  bool: 'bool',
  double: 'number',
  float: 'number',
  int32: 'integer',
  int64: 'integer',
  uint32: 'integer',
  uint64: 'integer',
  sint32: 'integer',
  sint64: 'integer',
  fixed32: 'integer',
  fixed64: 'integer',
  sfixed32: 'integer',
  sfixed64: 'integer',
};

const WELL_KNOWN: Readonly<Record<string, Kind>> = {
  Timestamp: 'string',
  Duration: 'string',
  FieldMask: 'string',
  StringValue: 'string',
  BytesValue: 'bytes',
  BoolValue: 'bool',
  Int32Value: 'integer',
  Int64Value: 'integer',
  UInt32Value: 'integer',
  UInt64Value: 'integer',
  DoubleValue: 'number',
  FloatValue: 'number',
  Struct: 'object',
  Any: 'object',
  Empty: 'object',
};

function isWellKnown(type: protobuf.Type): boolean {
  return type.fullName.startsWith('.google.protobuf.');
}

function isNumeric(value: unknown): boolean {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value));
}

function unknownName(name: string, path: readonly string[]): ApiError {
  const at = path.length === 0 ? '' : ` at '${path.join('.')}'`;
  return new ApiError(
    'INVALID_ARGUMENT',
    `Invalid JSON payload received. Unknown name "${name}"${at}: Cannot find field.`,
  );
}

function invalidValue(path: readonly string[], field: protobuf.Field): ApiError {
  const type =
    field.resolvedType === null
      ? `TYPE_${field.type.toUpperCase()}`
      : `type.googleapis.com${field.resolvedType.fullName.replace('.', '/')}`;
  return new ApiError('INVALID_ARGUMENT', `Invalid value at '${path.join('.')}' (${type})`);
}
