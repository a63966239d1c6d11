/** Constants as DuckDB SQL, each with its type written out. */

import type { ScalarKind, SqlType } from '../types/sql-type.ts';
import { dateText, dateTimeText, timeText } from '../values/date-time-text.ts';
import { decimalText, numericKind } from '../values/decimal.ts';
import { isInterval, type IntervalValue, type SqlValue } from '../values/sql-value.ts';
import { quoteText } from './text.ts';
import { duckType, fieldName } from './types.ts';

/** The value of a type. */
export function duckLiteral(value: SqlValue, type: SqlType): string {
  if (value === null) return `CAST(NULL AS ${duckType(type)})`;
  if (type.kind === 'ARRAY') return arrayLiteral(value, type.element);
  if (type.kind === 'STRUCT') return structLiteral(value, type.fields);
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'string':
      return quoteText(value);
    case 'number':
      return type.kind === 'DATE' ? `DATE '${dateText(value)}'` : floatLiteral(value);
    case 'bigint':
      return integerLiteral(value, type.kind);
    default:
      if (isInterval(value)) return intervalLiteral(value);
      if (value instanceof Uint8Array) return `unhex('${Buffer.from(value).toString('hex')}')`;
      throw new Error(`not a value of ${type.kind}`);
  }
}

function arrayLiteral(value: SqlValue, element: SqlType): string {
  const items = Array.isArray(value) ? (value as readonly SqlValue[]) : [];
  if (items.length === 0) return `CAST([] AS ${duckType(element)}[])`;
  return `[${items.map((item) => duckLiteral(item, element)).join(', ')}]`;
}

function structLiteral(value: SqlValue, fields: readonly { readonly type: SqlType }[]): string {
  const items = Array.isArray(value) ? (value as readonly SqlValue[]) : [];
  return structOfTexts(fields.map((field, i) => duckLiteral(items[i] ?? null, field.type)));
}

/** A struct of expressions, by position. */
export function structOfTexts(fields: readonly string[]): string {
  if (fields.length === 0) return `{'f0': true}`;
  return `{${fields.map((field, i) => `'${fieldName(i)}': ${field}`).join(', ')}}`;
}

function floatLiteral(value: number): string {
  if (Number.isNaN(value)) return "CAST('nan' AS DOUBLE)";
  if (!Number.isFinite(value)) return `CAST('${value > 0 ? '' : '-'}inf' AS DOUBLE)`;
  return `CAST('${Object.is(value, -0) ? '-0.0' : String(value)}' AS DOUBLE)`;
}

function integerLiteral(value: bigint, kind: ScalarKind): string {
  switch (kind) {
    case 'NUMERIC':
      return `CAST('${decimalText(value, numericKind)}' AS DECIMAL(38,9))`;
    case 'BIGNUMERIC':
      return `CAST('${value}' AS BIGNUM)`;
    case 'TIME':
      return `TIME '${timeText(value)}'`;
    case 'DATETIME':
      return `TIMESTAMP '${dateTimeText(value)}'`;
    case 'TIMESTAMP':
      return `make_timestamptz(${value < 0n ? `(${value})` : value}::BIGINT)`;
    default:
      return `CAST(${value} AS BIGINT)`;
  }
}

function intervalLiteral({ months, days, micros }: IntervalValue): string {
  return `(to_months(${months}) + to_days(${days}) + to_microseconds(${micros}))`;
}
