/** The methods of `bigquery.datasets`. */
import type { DatasetDefinition, JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { valueOf } from '../errors.ts';
import { STAGING_DATASET } from '../loads/staging.ts';
import { checkDatasetId, datasetOf } from '../names.ts';
import { checkIfMatch } from '../wire/etag.ts';
import { labelFilter } from '../wire/labels.ts';
import { listPage } from '../wire/lists.ts';
import { mergePatch } from '../wire/merge-patch.ts';
import { replaceUntilCurrent } from '../wire/replace.ts';
import { apiMethod, booleanParameter, pathParameter, textParameter } from '../wire/routes.ts';
import {
  datasetEtag,
  datasetListItem,
  datasetResource,
  datasetSpec,
  decodeDataset,
  writableDataset,
} from './dataset-resource.ts';

/** Datasets whose names start so are hidden from lists unless all are asked for. */
const HIDDEN = '_';

export function datasetRoutes(warehouse: Warehouse): RestRoute[] {
  const one = '/projects/{projectId}/datasets/{datasetId}';
  return [
    apiMethod('GET /projects/{projectId}/datasets', 'datasets.list', (request) => list(warehouse, request)),
    apiMethod('POST /projects/{projectId}/datasets', 'datasets.insert', (request) => insert(warehouse, request)),
    apiMethod(`GET ${one}`, 'datasets.get', async (request) => ({
      json: datasetResource(valueOf(await warehouse.datasets.get(datasetOf(request)))),
    })),
    apiMethod(`PATCH ${one}`, 'datasets.patch', (request) => change(warehouse, request, mergePatch)),
    apiMethod(`PUT ${one}`, 'datasets.update', (request) => change(warehouse, request, (_before, body) => body)),
    apiMethod(`DELETE ${one}`, 'datasets.delete', (request) => remove(warehouse, request)),
  ].flat();
}

async function list(warehouse: Warehouse, request: RestRequest): Promise<RestReply> {
  const projectId = pathParameter(request, 'projectId');
  const matches = labelFilter(textParameter(request, 'filter'));
  const hidden = booleanParameter(request, 'all');
  const all = valueOf(await warehouse.datasets.list({ projectId }));
  const shown = all.filter(({ ref, resource }) => {
    const isShown = hidden ? ref.datasetId !== STAGING_DATASET : !ref.datasetId.startsWith(HIDDEN);
    return isShown && matches(resource);
  });
  const { items, fields } = listPage(request, shown, (dataset) => dataset.ref.datasetId);
  return {
    json: {
      kind: 'bigquery#datasetList',
      ...fields,
      ...(items.length === 0 ? {} : { datasets: items.map(datasetListItem) }),
    },
  };
}

async function insert(warehouse: Warehouse, request: RestRequest): Promise<RestReply> {
  const body = decodeDataset(await request.json());
  const datasetId = body.datasetReference?.datasetId ?? '';
  checkDatasetId(datasetId);
  const ref = { projectId: pathParameter(request, 'projectId'), datasetId };
  return { json: datasetResource(valueOf(await warehouse.datasets.create(datasetSpec(ref, body)))) };
}

async function change(
  warehouse: Warehouse,
  request: RestRequest,
  merge: (before: JsonObject, body: JsonObject) => JsonObject,
): Promise<RestReply> {
  const ref = datasetOf(request);
  const body = await request.json();
  const changed = await replaceUntilCurrent(request, {
    read: () => warehouse.datasets.get(ref),
    etag: datasetEtag,
    write: (before: DatasetDefinition) => {
      const next = decodeDataset(merge(writableDataset(before), body));
      return warehouse.datasets.replace(datasetSpec(ref, next, before), before.revision);
    },
  });
  return { json: datasetResource(changed) };
}

async function remove(warehouse: Warehouse, request: RestRequest): Promise<RestReply> {
  const ref = datasetOf(request);
  if (request.headers['if-match'] !== undefined) {
    checkIfMatch(request, datasetEtag(valueOf(await warehouse.datasets.get(ref))));
  }
  const contents = booleanParameter(request, 'deleteContents') ? 'delete' : 'keep';
  valueOf(await warehouse.datasets.delete(ref, contents));
  return { status: 204 };
}
