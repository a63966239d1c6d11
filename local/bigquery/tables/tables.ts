/** The methods of `bigquery.tables`. */
import type { JsonObject, TableDefinition, TableRef } from '#lib/googlesql/engine/definitions.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { locationOf } from '../datasets/dataset-resource.ts';
import { invalid, valueOf } from '../errors.ts';
import type { AnonymousTables } from '../jobs/anonymous-tables.ts';
import { checkTableId, datasetOf, tableOf, withoutDecorator } from '../names.ts';
import { checkIfMatch } from '../wire/etag.ts';
import { listPage } from '../wire/lists.ts';
import { mergePatch } from '../wire/merge-patch.ts';
import { replaceUntilCurrent } from '../wire/replace.ts';
import { apiMethod, booleanParameter, textParameter } from '../wire/routes.ts';
import { tableEtag, tableListItem, tableResource, writableTable } from './table-reply.ts';
import { decodeTable, tableSpec } from './table-resource.ts';

export interface TableParts {
  readonly warehouse: Warehouse;
  readonly anonymous: AnonymousTables;
}

export function tableRoutes(parts: TableParts): RestRoute[] {
  const all = '/projects/{projectId}/datasets/{datasetId}/tables';
  const one = `${all}/{tableId}`;
  return [
    apiMethod(`GET ${all}`, 'tables.list', (request) => list(parts, request)),
    apiMethod(`POST ${all}`, 'tables.insert', (request) => insert(parts, request)),
    apiMethod(`GET ${one}`, 'tables.get', (request) => get(parts, request)),
    apiMethod(`PATCH ${one}`, 'tables.patch', (request) => change(parts, request, mergePatch)),
    apiMethod(`PUT ${one}`, 'tables.update', (request) => change(parts, request, (_before, body) => body)),
    apiMethod(`DELETE ${one}`, 'tables.delete', (request) => remove(parts, request)),
  ].flat();
}

async function list({ warehouse }: TableParts, request: RestRequest): Promise<RestReply> {
  const all = valueOf(await warehouse.tables.list(datasetOf(request)));
  const { items, fields } = listPage(request, all, (table) => table.ref.tableId);
  return {
    json: {
      kind: 'bigquery#tableList',
      ...fields,
      ...(items.length === 0 ? {} : { tables: items.map(tableListItem) }),
      totalItems: all.length,
    },
  };
}

async function insert({ warehouse }: TableParts, request: RestRequest): Promise<RestReply> {
  const body = decodeTable(await request.json());
  const tableId = body.tableReference?.tableId ?? '';
  checkTableId(tableId, 'plain');
  const ref = { ...datasetOf(request), tableId };
  const table = valueOf(await warehouse.tables.create(tableSpec(ref, body)));
  return { json: await describe(warehouse, table, ref) };
}

/** Source of the views: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables/get#TableMetadataView */
const VIEWS = new Set(['TABLE_METADATA_VIEW_UNSPECIFIED', 'BASIC', 'STORAGE_STATS', 'FULL']);

async function get({ warehouse, anonymous }: TableParts, request: RestRequest): Promise<RestReply> {
  const ref = tableOf(request);
  const view = textParameter(request, 'view');
  if (view !== undefined && !VIEWS.has(view)) throw invalid(`Invalid value at 'view': ${view}`, 'view');
  const result = anonymous.describe(ref);
  if (result !== undefined) return { json: result };
  const table = valueOf(await warehouse.tables.get(withoutDecorator(ref)));
  const selectedFields = textParameter(request, 'selectedFields')?.split(',');
  return {
    json: await describe(warehouse, table, ref, {
      ...(view === 'BASIC' ? { basic: true } : {}),
      ...(selectedFields === undefined ? {} : { selectedFields }),
    }),
  };
}

/** The reply's resource, with what has to be asked for besides the definition. */
async function describe(
  warehouse: Warehouse,
  table: TableDefinition,
  ref: TableRef,
  options: { readonly basic?: true; readonly selectedFields?: readonly string[] } = {},
): Promise<JsonObject> {
  const [dataset, statistics] = await Promise.all([
    warehouse.datasets.get(ref),
    options.basic ? undefined : warehouse.tables.statistics(ref),
  ]);
  return tableResource({
    table,
    ref,
    location: locationOf(valueOf(dataset)),
    ...(statistics === undefined ? {} : { statistics: valueOf(statistics) }),
    ...(options.selectedFields === undefined ? {} : { selectedFields: options.selectedFields }),
  });
}

async function change(
  { warehouse }: TableParts,
  request: RestRequest,
  merge: (before: JsonObject, body: JsonObject) => JsonObject,
): Promise<RestReply> {
  const ref = tableOf(request);
  checkTableId(ref.tableId, 'plain');
  if (booleanParameter(request, 'autodetect_schema')) throw invalid('autodetect_schema needs an external table.');
  const body = await request.json();
  const changed = await replaceUntilCurrent(request, {
    read: () => warehouse.tables.get(ref),
    etag: tableEtag,
    write: (before: TableDefinition) => {
      const next = decodeTable(merge(writableTable(before), body));
      return warehouse.tables.replace(tableSpec(ref, next, before), before.revision);
    },
  });
  return { json: await describe(warehouse, changed, ref) };
}

async function remove({ warehouse, anonymous }: TableParts, request: RestRequest): Promise<RestReply> {
  const ref = tableOf(request);
  if (anonymous.drop(ref)) return { status: 204 };
  if (request.headers['if-match'] !== undefined) {
    checkIfMatch(request, tableEtag(valueOf(await warehouse.tables.get(withoutDecorator(ref)))));
  }
  valueOf(await warehouse.tables.delete(ref));
  return { status: 204 };
}
