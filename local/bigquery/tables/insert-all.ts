/** tabledata.insertAll: rows into a table, with a verdict for each that cannot be. */
import type { RowErrors } from '#lib/googlesql/engine/requests.ts';
import type { RestReply, RestRequest } from '../../host/service.ts';
import { invalid, notServed, tableName, valueOf } from '../errors.ts';
import { MAX_INSERT_BYTES, MAX_INSERT_ROWS } from '../limits.ts';
import { tableOf } from '../names.ts';
import { isObject } from '../../primitives/json-object.ts';
import { bool, decodeBody, message, text } from '../wire/proto-json.ts';
import type { InsertIds } from './insert-ids.ts';
import type { TableDataParts } from './table-data-parts.ts';

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/insertAll */
const optionsShape = message({
  ignoreUnknownValues: bool.optional(),
  skipInvalidRows: bool.optional(),
  templateSuffix: text.optional(),
});

interface Row {
  readonly insertId: string;
  readonly json: string;
}

export async function insertAll(parts: TableDataParts, ids: InsertIds, request: RestRequest): Promise<RestReply> {
  const ref = tableOf(request);
  const { rows: given, ...rest } = await readRequest(request);
  const options = decodeBody(optionsShape, rest, 'table_data_insert_all_request');
  if (options.templateSuffix !== undefined) throw notServed('Template tables (templateSuffix) are');
  const rows = readRows(given);
  const table = tableName(ref);
  const kept = keepNew(rows, ids, table);
  const outcome = await parts.warehouse.appendRows(
    ref,
    kept.map((index) => Buffer.from(rows[index]?.json ?? '{}')),
    {
      ignoreUnknownValues: options.ignoreUnknownValues ?? false,
      skipInvalidRows: options.skipInvalidRows ?? false,
      numericTimestamps: 'seconds',
    },
  );
  const { rowErrors } = valueOf(outcome);
  const refused = new Set(rowErrors.map(({ index }) => kept[index]));
  const accepted = kept.filter((index) => !refused.has(index)).map((index) => rows[index]?.insertId ?? '');
  ids.remember(
    table,
    accepted.filter((insertId) => insertId !== ''),
  );
  return { json: reply(rowErrors, kept) };
}

/** The check of a table's existence comes with appending, but one that is too large is refused unread. */
async function readRequest(request: RestRequest): Promise<Record<string, unknown>> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > MAX_INSERT_BYTES) {
    throw invalid(`Request payload size exceeds the limit: ${MAX_INSERT_BYTES} bytes.`);
  }
  return request.json();
}

function readRows(given: unknown): Row[] {
  if (!Array.isArray(given) || given.length === 0) throw invalid('No rows present in the request.');
  if (given.length > MAX_INSERT_ROWS) {
    throw invalid(`too many rows present in the request, limit: ${MAX_INSERT_ROWS} row count: ${given.length}.`);
  }
  return given.map((row: unknown, index) => {
    const json = isObject(row) ? (row['json'] ?? {}) : undefined;
    const insertId = isObject(row) ? (row['insertId'] ?? '') : undefined;
    if (!isObject(json) || typeof insertId !== 'string') {
      throw invalid(`Invalid value at 'rows[${index}]': expected {"insertId": string, "json": object}`);
    }
    return { insertId, json: JSON.stringify(json) };
  });
}

/** The indices of rows that were not in the table already, nor earlier in the same request. */
function keepNew(rows: readonly Row[], ids: InsertIds, table: string): number[] {
  const here = new Set<string>();
  return [...rows.keys()].filter((index) => {
    const { insertId = '' } = rows[index] ?? {};
    if (insertId === '') return true;
    if (here.has(insertId) || ids.has(table, insertId)) return false;
    here.add(insertId);
    return true;
  });
}

function reply(rowErrors: readonly RowErrors[], kept: readonly number[]): object {
  const insertErrors = rowErrors.map(({ index, errors }) => ({ index: kept[index] ?? index, errors }));
  return {
    kind: 'bigquery#tableDataInsertAllResponse',
    ...(insertErrors.length === 0 ? {} : { insertErrors }),
  };
}
