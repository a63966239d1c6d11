/** Values as cells of REST's rows: `{"v":…}`. */

import type { ScalarKind, SqlType } from '../../types/sql-type.ts';
import { dateText, dateTimeText, timeText } from '../../values/date-time-text.ts';
import { bigNumericKind, decimalText, numericKind } from '../../values/decimal.ts';
import { restFloatText } from '../../values/float-text.ts';
import { intervalText } from '../../values/interval.ts';
import { isInterval, type SqlValue } from '../../values/sql-value.ts';

/** TIMESTAMP as whole microseconds or as float seconds. */
export type TimestampForm = 'int64' | 'float';

/** Writes one value as the JSON text of what stands behind `"v":`. */
export type CellWriter = (value: SqlValue) => string;

/** How values of a type are written. Source: REST `tabledata.list`, `formatOptions`. */
function cellWriter(type: SqlType, timestamps: TimestampForm): CellWriter {
  if (type.kind === 'ARRAY') {
    const element = cellWriter(type.element, timestamps);
    return (value) =>
      `[${items(value)
        .map((item) => `{"v":${element(item)}}`)
        .join(',')}]`;
  }
  if (type.kind === 'STRUCT') {
    const row = rowWriter(
      type.fields.map((field) => field.type),
      timestamps,
    );
    return (value) => (value === null ? 'null' : row(items(value)));
  }
  const { kind } = type;
  return (value) => (value === null ? 'null' : scalarCell(value, kind, timestamps));
}

/** Writes rows of these columns: `{"f":[{"v":…},…]}`. */
export function rowWriter(types: readonly SqlType[], timestamps: TimestampForm): (row: readonly SqlValue[]) => string {
  const cells = types.map((type) => cellWriter(type, timestamps));
  return (row) => `{"f":[${cells.map((write, i) => `{"v":${write(row[i] ?? null)}}`).join(',')}]}`;
}

function items(value: SqlValue): readonly SqlValue[] {
  return Array.isArray(value) ? (value as readonly SqlValue[]) : [];
}

function scalarCell(value: SqlValue, kind: ScalarKind, timestamps: TimestampForm): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return `"${value}"`;
    case 'number':
      return `"${kind === 'DATE' ? dateText(value) : restFloatText(value)}"`;
    case 'bigint':
      return `"${bigintCell(value, kind, timestamps)}"`;
    default:
      if (isInterval(value)) return `"${intervalText(value)}"`;
      return value instanceof Uint8Array ? `"${Buffer.from(value).toString('base64')}"` : 'null';
  }
}

function bigintCell(value: bigint, kind: ScalarKind, timestamps: TimestampForm): string {
  switch (kind) {
    case 'NUMERIC':
      return decimalText(value, numericKind);
    case 'BIGNUMERIC':
      return decimalText(value, bigNumericKind);
    case 'TIME':
      return sixDigits(timeText(value));
    case 'DATETIME':
      return sixDigits(dateTimeText(value, 'T'));
    case 'TIMESTAMP':
      return timestamps === 'int64' ? String(value) : restFloatText(Number(value) / 1e6);
    default:
      return String(value);
  }
}

/** REST writes all six digits of a fraction, if there is one. */
function sixDigits(text: string): string {
  return /\.\d{3}$/.test(text) ? `${text}000` : text;
}
