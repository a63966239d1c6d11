/** CAST between GoogleSQL types in DuckDB. */

import type { ScalarKind, SqlType, TypeParameters } from '../types/sql-type.ts';
import { equivalentTypes } from '../types/sql-type.ts';
import { formattedCastText } from './cast-format.ts';
import { fieldName } from './types.ts';

/** How a cast is written: the value's text, and the zone of times that name none as a text. */
type CastTemplate = (value: string, zone: string) => string;

const native =
  (type: string): CastTemplate =>
  (value) =>
    `CAST(${value} AS ${type})`;
const call =
  (name: string): CastTemplate =>
  (value) =>
    `${name}(${value})`;
const callInZone =
  (name: string): CastTemplate =>
  (value, zone) =>
    `${name}(${value}, ${zone})`;
const localAs =
  (type: string): CastTemplate =>
  (value, zone) =>
    `CAST(gs_local(${value}, ${zone}) AS ${type})`;

/** Casts by `from to`. */
const templates: Readonly<Record<string, CastTemplate>> = {
  'INT64 FLOAT64': native('DOUBLE'),
  'INT64 NUMERIC': native('DECIMAL(38,9)'),
  'INT64 BIGNUMERIC': call('gs_big_of_int64'),
  'INT64 BOOL': (value) => `(${value} <> 0)`,
  'INT64 STRING': native('VARCHAR'),
  'FLOAT64 INT64': call('gs_int64_of_float'),
  'FLOAT64 NUMERIC': call('gs_numeric_of_float'),
  'FLOAT64 BIGNUMERIC': call('gs_big_of_float'),
  'FLOAT64 STRING': call('gs_float_text'),
  'NUMERIC INT64': call('gs_int64_of_numeric'),
  'NUMERIC FLOAT64': call('gs_float_of_numeric'),
  'NUMERIC BIGNUMERIC': call('gs_big_of_numeric'),
  'NUMERIC STRING': call('gs_numeric_text'),
  'BIGNUMERIC INT64': call('gs_int64_of_big'),
  'BIGNUMERIC FLOAT64': call('gs_float_of_big'),
  'BIGNUMERIC NUMERIC': call('gs_numeric_of_big'),
  'BIGNUMERIC STRING': call('gs_big_text'),
  'BOOL INT64': native('BIGINT'),
  'BOOL STRING': native('VARCHAR'),
  'STRING INT64': call('gs_parse_int64'),
  'STRING FLOAT64': call('gs_parse_float64'),
  'STRING NUMERIC': call('gs_parse_numeric'),
  'STRING BIGNUMERIC': call('gs_parse_bignumeric'),
  'STRING BOOL': call('gs_parse_bool'),
  'STRING BYTES': call('encode'),
  'STRING DATE': call('gs_parse_date_text'),
  'STRING TIME': call('gs_parse_time_text'),
  'STRING DATETIME': call('gs_parse_datetime_text'),
  'STRING TIMESTAMP': callInZone('gs_timestamp_of_text'),
  'STRING INTERVAL': call('gs_parse_interval'),
  'BYTES STRING': call('gs_utf8'),
  'DATE STRING': call('gs_date_text'),
  'DATE DATETIME': native('TIMESTAMP'),
  'DATE TIMESTAMP': (value, zone) => `gs_instant(CAST(${value} AS TIMESTAMP), ${zone})`,
  'DATETIME STRING': call('gs_datetime_text'),
  'DATETIME DATE': native('DATE'),
  'DATETIME TIME': native('TIME'),
  'DATETIME TIMESTAMP': callInZone('gs_instant'),
  'TIME STRING': call('gs_time_text'),
  'TIMESTAMP STRING': callInZone('gs_timestamp_text'),
  'TIMESTAMP DATE': localAs('DATE'),
  'TIMESTAMP TIME': localAs('TIME'),
  'TIMESTAMP DATETIME': callInZone('gs_local'),
  'INTERVAL STRING': call('gs_interval_text'),
};

/** One cast to be written. */
export interface CastRequest {
  readonly from: SqlType;
  readonly to: SqlType;
  readonly zone: string;
  readonly format?: { readonly text: string; readonly nowMicros: bigint };
  /** Makes names for lambdas. */
  readonly fresh: () => string;
}

/** The value's text as another type. */
export function castText(value: string, request: CastRequest): string {
  const { from, to } = request;
  if (to.kind === 'ARRAY' && from.kind === 'ARRAY') return castArray(value, from.element, to.element, request);
  if (to.kind === 'STRUCT' && from.kind === 'STRUCT') return castStruct(value, request);
  if (to.kind === 'ARRAY' || to.kind === 'STRUCT') throw new Error(`no cast from ${from.kind} to ${to.kind}`);
  const converted = convertScalar(value, to.kind, request);
  return to.parameters === undefined ? converted : constrain(converted, to.kind, to.parameters);
}

function convertScalar(value: string, to: ScalarKind, request: CastRequest): string {
  const { from, zone, format } = request;
  if (format !== undefined) {
    return formattedCastText({ ...request, value, format: format.text, nowMicros: format.nowMicros });
  }
  return from.kind === to ? value : scalarTemplate(from, to)(value, zone);
}

function scalarTemplate(from: SqlType, to: ScalarKind): CastTemplate {
  const template = templates[`${from.kind} ${to}`];
  if (template === undefined) throw new Error(`no cast from ${from.kind} to ${to}`);
  return template;
}

function castArray(value: string, from: SqlType, to: SqlType, request: CastRequest): string {
  if (equivalentTypes(from, to) && !hasParameters(to)) return value;
  const name = request.fresh();
  return `list_transform(${value}, lambda ${name}: ${castText(name, { ...request, from, to })})`;
}

function castStruct(value: string, request: CastRequest): string {
  const { from, to, fresh } = request;
  if (from.kind !== 'STRUCT' || to.kind !== 'STRUCT') throw new Error('both types are structs');
  if (equivalentTypes(from, to) && !hasParameters(to)) return value;
  const name = fresh();
  const fields = to.fields.map((field, i) => {
    const source = from.fields[i]?.type ?? field.type;
    return `'${fieldName(i)}': ${castText(`${name}.${fieldName(i)}`, { ...request, from: source, to: field.type })}`;
  });
  return `list_transform([${value}], lambda ${name}: CASE WHEN ${name} IS NULL THEN NULL ELSE {${fields.join(', ')}} END)[1]`;
}

function hasParameters(type: SqlType): boolean {
  if (type.kind === 'ARRAY') return hasParameters(type.element);
  if (type.kind === 'STRUCT') return type.fields.some((field) => hasParameters(field.type));
  return type.parameters !== undefined;
}

/** STRING(n), BYTES(n), NUMERIC(p, s): refused when too long, rounded when too fine. */
function constrain(value: string, kind: ScalarKind, parameters: TypeParameters): string {
  if (kind === 'STRING') return `gs_check_length(${value}, ${parameters.maxLength ?? 0}::BIGINT)`;
  if (kind === 'BYTES') return `gs_check_size(${value}, ${parameters.maxLength ?? 0}::BIGINT)`;
  const digits = `${parameters.precision ?? 0}::BIGINT, ${parameters.scale ?? 0}::BIGINT`;
  return kind === 'NUMERIC' ? `gs_fit_numeric(${value}, ${digits})` : `gs_fit_bignumeric(${value}, ${digits})`;
}
