/** Turns the content of load jobs into rows as the engine takes them: one JSON object each. */
import type { RestField } from '#lib/googlesql/types/rest-schema.ts';
import { TextDecoder } from 'node:util';
import type { CsvOptions, LoadFormat } from '../jobs/load-configuration.ts';
import { inflated, lines } from './content.ts';
import { createCsvReader, type CsvRecord } from './csv.ts';

/** Some rows of the content, in its order; `bad` says what is wrong with records that are no rows. */
export interface RowBatch {
  readonly rows: readonly Uint8Array[];
  readonly bad: readonly string[];
}

/** @param fields the columns that CSV records are in the order of */
export async function* readRows(
  format: LoadFormat,
  fields: readonly RestField[],
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<RowBatch> {
  if (format.kind === 'json') {
    for await (const rows of lines(inflated(content))) yield { rows, bad: [] };
    return;
  }
  const reader = createCsvReader(format.options);
  const decoder = new TextDecoder('utf-8');
  const toBatch = (records: readonly CsvRecord[]): RowBatch => csvBatch(records, fields, format.options);
  for await (const chunk of inflated(content)) yield toBatch(reader.push(decoder.decode(chunk, { stream: true })));
  yield toBatch([...reader.push(decoder.decode()), ...reader.end()]);
}

function csvBatch(records: readonly CsvRecord[], fields: readonly RestField[], options: CsvOptions): RowBatch {
  const rows: Uint8Array[] = [];
  const bad: string[] = [];
  for (const record of records) {
    const problem = record.kind === 'bad' ? record.message : widthProblem(record.values.length, fields.length, options);
    if (problem !== undefined) bad.push(problem);
    else if (record.kind === 'values') rows.push(toRow(record.values, fields));
  }
  return { rows, bad };
}

function widthProblem(found: number, expected: number, options: CsvOptions): string | undefined {
  if (found > expected && !options.ignoreUnknownValues) {
    return `Too many values in row. Found ${found} column(s) while expected ${expected}.`;
  }
  if (found < expected && !options.allowJaggedRows) {
    return `CSV table references column position ${found}, but line contains only ${found} columns.`;
  }
  return undefined;
}

/** Words that CSV may write for a BOOL. Source: https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv#data_types */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  true: true,
  y: true,
  yes: true,
  '0': false,
  f: false,
  false: false,
  n: false,
  no: false,
};

function toRow(values: readonly (string | null)[], fields: readonly RestField[]): Uint8Array {
  const row: Record<string, unknown> = {};
  for (const [index, field] of fields.entries()) {
    const value = values[index] ?? null;
    if (value !== null) row[field.name] = isBoolean(field) ? (BOOLEANS[value.trim().toLowerCase()] ?? value) : value;
  }
  return Buffer.from(JSON.stringify(row));
}

function isBoolean({ type }: RestField): boolean {
  return /^bool(?:ean)?$/i.test(type);
}
