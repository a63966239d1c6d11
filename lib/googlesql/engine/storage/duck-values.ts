/** Values between DuckDB's JavaScript API and ours. */

import {
  BIGINT,
  BIGNUM,
  BLOB,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBTypeId,
  INTERVAL,
  LIST,
  STRUCT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARCHAR,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { fieldName } from '../../duckdb/types.ts';
import type { ScalarKind, SqlType } from '../../types/sql-type.ts';
import { isInterval, type SqlValue } from '../../values/sql-value.ts';

const scalarTypes: Readonly<Record<ScalarKind, DuckDBType>> = {
  INT64: BIGINT,
  FLOAT64: DOUBLE,
  NUMERIC: DECIMAL(38, 9),
  BIGNUMERIC: BIGNUM,
  BOOL: BOOLEAN,
  STRING: VARCHAR,
  BYTES: BLOB,
  DATE,
  TIME,
  DATETIME: TIMESTAMP,
  TIMESTAMP: TIMESTAMPTZ,
  INTERVAL,
  JSON: VARCHAR,
};

/** The DuckDB type that keeps a GoogleSQL type. */
export function duckDBType(type: SqlType): DuckDBType {
  if (type.kind === 'ARRAY') return LIST(duckDBType(type.element));
  if (type.kind !== 'STRUCT') return scalarTypes[type.kind];
  if (type.fields.length === 0) return STRUCT({ f0: BOOLEAN });
  return STRUCT(Object.fromEntries(type.fields.map((field, i) => [fieldName(i), duckDBType(field.type)])));
}

/** Reads one value that DuckDB handed over. */
export type DuckReader = (value: DuckDBValue) => SqlValue;

const asIs: DuckReader = (value) => value as SqlValue;

const readers: Readonly<Partial<Record<DuckDBTypeId, DuckReader>>> = {
  [DuckDBTypeId.INTEGER]: (value) => BigInt(value as number),
  [DuckDBTypeId.SMALLINT]: (value) => BigInt(value as number),
  [DuckDBTypeId.TINYINT]: (value) => BigInt(value as number),
  [DuckDBTypeId.BLOB]: (value) => (value as DuckDBBlobValue).bytes,
  [DuckDBTypeId.DATE]: (value) => (value as DuckDBDateValue).days,
  [DuckDBTypeId.TIME]: (value) => (value as DuckDBTimeValue).micros,
  [DuckDBTypeId.TIMESTAMP]: (value) => (value as DuckDBTimestampValue).micros,
  [DuckDBTypeId.TIMESTAMP_TZ]: (value) => (value as DuckDBTimestampTZValue).micros,
  [DuckDBTypeId.DECIMAL]: (value) => (value as DuckDBDecimalValue).value,
  [DuckDBTypeId.INTERVAL]: (value) => {
    const { months, days, micros } = value as DuckDBIntervalValue;
    return { months, days, micros };
  },
};

/** How values of a DuckDB type are read; NULL stays null. */
export function duckReader(type: DuckDBType): DuckReader {
  if (type instanceof DuckDBListType) {
    const element = duckReader(type.valueType);
    return nullable((value) => (value as DuckDBListValue).items.map(element));
  }
  if (type instanceof DuckDBStructType) {
    const fields = type.entryTypes.map((entry, i) => ({ name: type.entryNames[i] ?? '', read: duckReader(entry) }));
    return nullable((value) => {
      const { entries } = value as DuckDBStructValue;
      return fields.map(({ name, read }) => read(entries[name] ?? null));
    });
  }
  return nullable(readers[type.typeId] ?? asIs);
}

function nullable(read: DuckReader): DuckReader {
  return (value) => (value === null ? null : read(value));
}

/** Writes one value in the form that DuckDB takes. */
export type DuckWriter = (value: SqlValue) => DuckDBValue;

const writers: Readonly<Partial<Record<ScalarKind, DuckWriter>>> = {
  BYTES: (value) => new DuckDBBlobValue(value as Uint8Array),
  DATE: (value) => new DuckDBDateValue(value as number),
  TIME: (value) => new DuckDBTimeValue(value as bigint),
  DATETIME: (value) => new DuckDBTimestampValue(value as bigint),
  TIMESTAMP: (value) => new DuckDBTimestampTZValue(value as bigint),
  NUMERIC: (value) => new DuckDBDecimalValue(value as bigint, 38, 9),
  INTERVAL: (value) => {
    if (!isInterval(value)) throw new Error('an INTERVAL value is an interval');
    return new DuckDBIntervalValue(value.months, value.days, value.micros);
  },
};

/** How values of a GoogleSQL type are written. */
export function duckWriter(type: SqlType): DuckWriter {
  if (type.kind === 'ARRAY') {
    const element = duckWriter(type.element);
    return orNull((value) => new DuckDBListValue((value as readonly SqlValue[]).map(element)));
  }
  if (type.kind === 'STRUCT') {
    const fields = type.fields.map((field) => duckWriter(field.type));
    return orNull((value) => {
      const parts = value as readonly SqlValue[];
      return new DuckDBStructValue(
        Object.fromEntries(fields.map((write, i) => [fieldName(i), write(parts[i] ?? null)])),
      );
    });
  }
  return orNull(writers[type.kind] ?? ((value) => value as DuckDBValue));
}

function orNull(write: DuckWriter): DuckWriter {
  return (value) => (value === null ? null : write(value));
}
