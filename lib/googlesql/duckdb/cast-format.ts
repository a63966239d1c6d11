/** CAST with FORMAT in DuckDB: a function for each pair of types. Source: GoogleSQL "Format clause for CAST". */

import type { ScalarKind, SqlType } from '../types/sql-type.ts';

/** A cast by a format; all texts are DuckDB SQL. */
export interface FormattedCast {
  readonly from: SqlType;
  readonly to: SqlType;
  readonly value: string;
  readonly format: string;
  readonly zone: string;
  readonly nowMicros: bigint;
}

type Template = (cast: FormattedCast) => string;

const write =
  (name: string): Template =>
  ({ value, format }) =>
    `${name}(${value}, ${format})`;
const read =
  (name: string): Template =>
  ({ value, format, zone, nowMicros }) =>
    `${name}(${value}, ${format}, ${zone}, ${nowMicros}::BIGINT)`;

const toText: Readonly<Partial<Record<ScalarKind, Template>>> = {
  BYTES: write('gs_format_bytes'),
  INT64: write('gs_format_int64'),
  FLOAT64: write('gs_format_float64'),
  NUMERIC: write('gs_format_numeric'),
  BIGNUMERIC: write('gs_format_bignumeric'),
  DATE: write('gs_date_by_model'),
  TIME: write('gs_time_by_model'),
  DATETIME: write('gs_datetime_by_model'),
  TIMESTAMP: ({ value, format, zone }) => `gs_timestamp_by_model(${value}, ${format}, ${zone})`,
};

const ofText: Readonly<Partial<Record<ScalarKind, Template>>> = {
  BYTES: write('gs_bytes_by_format'),
  DATE: read('gs_read_date'),
  TIME: read('gs_read_time'),
  DATETIME: read('gs_read_datetime'),
  TIMESTAMP: read('gs_read_timestamp'),
};

/** The cast's text. */
export function formattedCastText(cast: FormattedCast): string {
  const table = cast.to.kind === 'STRING' ? toText : ofText;
  const scalar = cast.to.kind === 'STRING' ? cast.from : cast.to;
  const template = scalar.kind === 'ARRAY' || scalar.kind === 'STRUCT' ? undefined : table[scalar.kind];
  if (template === undefined) throw new Error(`no cast with a format from ${cast.from.kind} to ${cast.to.kind}`);
  return template(cast);
}
