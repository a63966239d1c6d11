/** Shows REST answers as the conformance files write them: types in GoogleSQL's words, values as text. */

import type { RestField } from '#lib/googlesql/types/rest-schema.ts';

const kinds: Readonly<Record<string, string>> = {
  INTEGER: 'INT64',
  FLOAT: 'FLOAT64',
  BOOLEAN: 'BOOL',
  RECORD: 'STRUCT',
};

const kindOf = (field: RestField): string => kinds[field.type] ?? field.type;

/** `name TYPE`; names that BigQuery makes up are left out. */
export function shownColumn(field: RestField): string {
  const name = /^(?:f\d+_|_field_\d+|)$/.test(field.name) ? '' : `${field.name} `;
  return name + shownType(field);
}

function shownType(field: RestField): string {
  const kind = kindOf(field);
  const single = kind === 'STRUCT' ? `STRUCT<${(field.fields ?? []).map(shownColumn).join(', ')}>` : kind;
  return field.mode === 'REPEATED' ? `ARRAY<${single}>` : single;
}

/** A cell of `{"f": [{"v": …}]}`. */
export interface RestCell {
  readonly v: RestValue;
}
export type RestValue = null | string | readonly RestCell[] | { readonly f: readonly RestCell[] };

/** One row, ` | ` between its columns. */
export function shownRow(fields: readonly RestField[], cells: readonly RestCell[]): string {
  return fields.map((field, i) => shownValue(field, cells[i]?.v ?? null)).join(' | ');
}

function shownValue(field: RestField, value: RestValue): string {
  if (field.mode === 'REPEATED') {
    const elements = Array.isArray(value) ? (value as readonly RestCell[]) : [];
    return `[${elements.map(({ v }) => shownValue({ ...field, mode: 'NULLABLE' }, v)).join(', ')}]`;
  }
  if (value === null) return 'NULL';
  if (typeof value === 'string') return shownScalar(kindOf(field), value);
  if (!('f' in value)) throw new Error(`not a value of ${field.type}`);
  return `{${(field.fields ?? []).map((inner, i) => shownValue(inner, value.f[i]?.v ?? null)).join(', ')}}`;
}

function shownScalar(kind: string, value: string): string {
  switch (kind) {
    case 'STRING':
      return JSON.stringify(value);
    case 'BYTES':
      return shownBytes(Buffer.from(value, 'base64'));
    case 'FLOAT64':
      return shownFloat(value);
    case 'TIMESTAMP':
      return shownInstant(BigInt(value));
    case 'DATETIME':
    case 'TIME':
      return value.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
    default:
      return value;
  }
}

function shownBytes(bytes: Uint8Array): string {
  const parts = [...bytes].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `b"${parts.join('')}"`;
}

function shownFloat(value: string): string {
  const number = Number(value);
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number > 0 ? 'inf' : '-inf';
  return Number.isInteger(number) && Math.abs(number) < 1e15
    ? `${Object.is(number, -0) ? '-0' : number}.0`
    : String(number);
}

/** `2020-01-02 03:04:05.6+00`, always in UTC. */
function shownInstant(micros: bigint): string {
  const millis = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n);
  const fraction = (((micros % 1_000_000n) + 1_000_000n) % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  const seconds = new Date(Number(millis)).toISOString().slice(0, 19).replace('T', ' ');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}+00`;
}
