/** Rows as files of EXPORT DATA. Source: https://cloud.google.com/bigquery/docs/exporting-data#data_types */
import type { RestField } from '#lib/googlesql/types/rest-schema.ts';
import { timestampText } from '#lib/googlesql/values/date-time-text.ts';
import { timeZone } from '#lib/googlesql/values/time-zone.ts';
import type { ExportFormat } from './export-options.ts';

/** A row as REST has it. */
export interface RestRow {
  readonly f: readonly { readonly v: unknown }[];
}

/** The first line of a file; empty when it has none. */
export function headLine(format: ExportFormat, fields: readonly RestField[]): string {
  if (format.kind === 'json' || !format.header) return '';
  return `${fields.map(({ name }) => csvText(name, format.delimiter)).join(format.delimiter)}\n`;
}

/** A row's line with its end. */
export function rowLine(format: ExportFormat, fields: readonly RestField[], row: RestRow): string {
  if (format.kind === 'json') return `${recordText(fields, row)}\n`;
  const values = fields.map((field, i) => {
    const value = row.f[i]?.v ?? null;
    return value === null ? '' : csvText(plainText(field, value), format.delimiter);
  });
  return `${values.join(format.delimiter)}\n`;
}

/** The first column that CSV cannot hold. */
export function nestedField(fields: readonly RestField[]): RestField | undefined {
  return fields.find((field) => field.mode === 'REPEATED' || isRecord(field));
}

const isRecord = ({ type }: RestField): boolean => type === 'RECORD' || type === 'STRUCT';

function csvText(text: string, delimiter: string): string {
  const plain = text !== '' && !text.includes(delimiter) && !/["\r\n]/.test(text);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}

function plainText({ type }: RestField, value: unknown): string {
  if (type !== 'TIMESTAMP') return String(value);
  return timestampText(BigInt(String(value)), timeZone('UTC')).replace(/\+00$/, ' UTC');
}

/** An object's text; fields that are NULL are left out. */
function recordText(fields: readonly RestField[], row: RestRow): string {
  const members = fields.flatMap((field, i) => {
    const value = row.f[i]?.v ?? null;
    return value === null ? [] : [`${JSON.stringify(field.name)}:${jsonText(field, value)}`];
  });
  return `{${members.join(',')}}`;
}

function jsonText(field: RestField, value: unknown): string {
  if (field.mode === 'REPEATED') {
    const { mode: _mode, ...element } = field;
    const list = Array.isArray(value) ? (value as readonly { readonly v: unknown }[]) : [];
    return `[${list.map(({ v }) => (v === null ? 'null' : jsonText(element, v))).join(',')}]`;
  }
  if (isRecord(field)) return recordText(field.fields ?? [], value as RestRow);
  return scalarText(field, String(value));
}

/** Whole numbers are texts, so that no reader loses digits; JSON is itself. */
function scalarText(field: RestField, text: string): string {
  switch (field.type) {
    case 'BOOLEAN':
    case 'BOOL':
    case 'JSON':
      return text;
    case 'FLOAT':
    case 'FLOAT64':
      return Number.isFinite(Number(text)) ? text : JSON.stringify(text);
    default:
      return JSON.stringify(plainText(field, text));
  }
}
