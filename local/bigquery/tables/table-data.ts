/** The methods of `bigquery.tabledata`. */
import type { RowSource } from '#lib/googlesql/engine/requests.ts';
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { tableName, valueOf } from '../errors.ts';
import { MAX_PAGE_BYTES, MAX_PAGE_ROWS } from '../limits.ts';
import { tableOf } from '../names.ts';
import { etagOf } from '../wire/etag.ts';
import { apiMethod, booleanParameter, integerParameter, textParameter } from '../wire/routes.ts';
import { nextPage, rowOffset, rowsReply } from '../wire/row-pages.ts';
import { insertAll } from './insert-all.ts';
import { createInsertIds } from './insert-ids.ts';
import type { TableDataParts } from './table-data-parts.ts';

export function tableDataRoutes(parts: TableDataParts): RestRoute[] {
  const one = '/projects/{projectId}/datasets/{datasetId}/tables/{tableId}';
  const insertIds = createInsertIds(parts.clock);
  return [
    apiMethod(`GET ${one}/data`, 'tabledata.list', (request) => list(parts, request)),
    apiMethod(`POST ${one}/insertAll`, 'tabledata.insertAll', (request) => insertAll(parts, insertIds, request)),
  ].flat();
}

async function list({ warehouse, anonymous }: TableDataParts, request: RestRequest): Promise<RestReply> {
  const ref = tableOf(request);
  const token = textParameter(request, 'pageToken');
  const offset = token === undefined ? (integerParameter(request, 'startIndex') ?? 0) : rowOffset(token);
  const selectedFields = textParameter(request, 'selectedFields')?.split(',');
  const result = anonymous.find(ref);
  const source: RowSource =
    result === undefined ? { kind: 'table', table: ref } : { kind: 'result', resultId: result.resultId };
  const page = valueOf(
    await warehouse.readRows(source, {
      offset,
      maxRows: Math.min(integerParameter(request, 'maxResults') ?? MAX_PAGE_ROWS, MAX_PAGE_ROWS),
      maxBytes: MAX_PAGE_BYTES,
      timestamps: booleanParameter(request, 'formatOptions.useInt64Timestamp') ? 'int64' : 'float',
      ...(selectedFields === undefined ? {} : { selectedFields }),
    }),
  );
  const fields = {
    kind: 'bigquery#tableDataList',
    etag: etagOf('data', tableName(ref), offset, page.totalRows),
    totalRows: String(page.totalRows),
    ...nextPage(page, offset),
  };
  return rowsReply(fields, page);
}
