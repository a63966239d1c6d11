/** Writes the rows of EXPORT DATA to objects of Cloud Storage. */
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { ResultHandle } from '#lib/googlesql/engine/requests.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { RestField } from '#lib/googlesql/types/rest-schema.ts';
import type { Outbound } from '../../primitives/outbound.ts';
import type { ErrorProto } from '../errors.ts';
import { findObjects, writeObject } from '../loads/storage-objects.ts';
import { readExport, type ExportPlan } from './export-options.ts';
import { headLine, nestedField, rowLine, type RestRow } from './export-text.ts';

/** Text of one file before it is zipped, bytes; BigQuery decides by itself how many files there are. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const PAGE_ROWS = 10_000;
/** Digits of the number that stands for the wildcard. */
const NUMBER_DIGITS = 12;

export interface ExportParts {
  readonly warehouse: Warehouse;
  readonly outbound: Outbound;
}

/** The rows of a query, as the engine keeps them. */
export interface ExportedRows {
  readonly result: ResultHandle;
  readonly fields: readonly RestField[];
  readonly options: JsonObject;
}

export type Exported =
  | { readonly kind: 'done'; readonly files: number; readonly rows: number }
  | { readonly kind: 'refused'; readonly error: ErrorProto };

/** Writes all rows; files that were written before something failed stay. */
export async function exportRows(parts: ExportParts, { result, fields, options }: ExportedRows): Promise<Exported> {
  const read = readExport(options);
  if (read.kind === 'refused') return read;
  const { plan } = read;
  const problem = await problemOf(parts, plan, fields);
  if (problem !== undefined) return { kind: 'refused', error: problem };
  let files = 0;
  for await (const text of fileTexts(parts.warehouse, result, plan, fields)) {
    const name = `${plan.prefix}${String(files).padStart(NUMBER_DIGITS, '0')}${plan.suffix}`;
    const written = await writeObject(parts.outbound, { bucket: plan.bucket, name }, plan.gzip ? gzipSync(text) : text);
    if (written !== undefined) return { kind: 'refused', error: written };
    files += 1;
  }
  return { kind: 'done', files, rows: result.totalRows };
}

async function problemOf(
  { outbound }: ExportParts,
  plan: ExportPlan,
  fields: readonly RestField[],
): Promise<ErrorProto | undefined> {
  const nested = plan.format.kind === 'csv' ? nestedField(fields) : undefined;
  if (nested !== undefined) {
    return { reason: 'invalid', message: `Operation cannot be performed on a nested schema. Field: ${nested.name}` };
  }
  if (plan.overwrite) return undefined;
  const there = await findObjects(outbound, [plan.uri]);
  if (there.kind === 'refused') return undefined;
  return {
    reason: 'invalid',
    message: `Invalid value: the destination of URI ${plan.uri} is not empty. Set the overwrite option to true to overwrite its files.`,
  };
}

/** The texts of the files; without rows there is one file all the same. */
async function* fileTexts(
  warehouse: Warehouse,
  { resultId, totalRows }: ResultHandle,
  { format }: ExportPlan,
  fields: readonly RestField[],
): AsyncGenerator<Buffer> {
  let lines = [headLine(format, fields)];
  let bytes = 0;
  for (let offset = 0; offset < totalRows;) {
    const source = { kind: 'result', resultId } as const;
    const page = await warehouse.readRows(source, { offset, maxRows: PAGE_ROWS, timestamps: 'int64' });
    if (page.kind === 'failed') throw new Error(`exported rows are gone: ${page.error.reason}`);
    offset += page.value.rowCount;
    for (const row of JSON.parse(Buffer.from(page.value.rowsJson).toString('utf8')) as readonly RestRow[]) {
      const line = rowLine(format, fields, row);
      lines.push(line);
      bytes += line.length;
      if (bytes < MAX_FILE_BYTES) continue;
      yield Buffer.from(lines.join(''));
      lines = [headLine(format, fields)];
      bytes = 0;
    }
  }
  if (bytes > 0 || totalRows === 0) yield Buffer.from(lines.join(''));
}
