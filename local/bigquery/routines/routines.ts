/** The methods of `bigquery.routines`. */
import type { RoutineDefinition } from '#lib/googlesql/engine/definitions.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { bigQueryError, invalid, valueOf } from '../errors.ts';
import { checkRoutineId, datasetOf, routineOf } from '../names.ts';
import { listPage } from '../wire/lists.ts';
import { replaceUntilCurrent } from '../wire/replace.ts';
import { apiMethod, textParameter } from '../wire/routes.ts';
import { connectionName } from '../remote/remote-functions.ts';
import {
  decodeRoutine,
  type RoutineBody,
  routineEtag,
  routineListItem,
  routineResource,
  routineSpec,
} from './routine-resource.ts';

/** @param accountOf the service account of a connection, undefined when there is none of that name */
export function routineRoutes(warehouse: Warehouse, accountOf: AccountOf): RestRoute[] {
  const all = '/projects/{projectId}/datasets/{datasetId}/routines';
  const one = `${all}/{routineId}`;
  return [
    apiMethod(`GET ${all}`, 'routines.list', (request) => list(warehouse, request)),
    apiMethod(`POST ${all}`, 'routines.insert', (request) => insert(warehouse, accountOf, request)),
    apiMethod(`GET ${one}`, 'routines.get', async (request) => ({
      json: routineResource(valueOf(await warehouse.routines.get(routineOf(request)))),
    })),
    apiMethod(`PUT ${one}`, 'routines.update', (request) => update(warehouse, accountOf, request)),
    apiMethod(`DELETE ${one}`, 'routines.delete', async (request) => {
      valueOf(await warehouse.routines.delete(routineOf(request)));
      return { status: 204 };
    }),
  ].flat();
}

async function list(warehouse: Warehouse, request: RestRequest): Promise<RestReply> {
  const filter = textParameter(request, 'filter');
  const type = /^routineType:(?<type>\w+)$/.exec(filter ?? '')?.groups?.['type'];
  if (filter !== undefined && type === undefined) throw invalid(`Invalid filter expression: ${filter}`, 'filter');
  const all = valueOf(await warehouse.routines.list(datasetOf(request)));
  const shown = type === undefined ? all : all.filter((routine) => routine.type === type);
  const { items, fields } = listPage(request, shown, (routine) => routine.ref.routineId);
  const { etag: _etag, ...paging } = fields;
  return { json: { ...paging, ...(items.length === 0 ? {} : { routines: items.map(routineListItem) }) } };
}

type AccountOf = (connection: string) => string | undefined;

/** @throws ApiError also when there is no connection of that name */
async function decoded(accountOf: AccountOf, request: RestRequest): Promise<RoutineBody> {
  const body = decodeRoutine(await request.json());
  const connection = body.remoteFunctionOptions?.connection;
  if (connection !== undefined && accountOf(connection) === undefined) {
    throw bigQueryError('notFound', `Not found: Connection ${connectionName(connection)}`);
  }
  return body;
}

async function insert(warehouse: Warehouse, accountOf: AccountOf, request: RestRequest): Promise<RestReply> {
  const body = await decoded(accountOf, request);
  const routineId = body.routineReference?.routineId ?? '';
  checkRoutineId(routineId);
  const ref = { ...datasetOf(request), routineId };
  return { json: routineResource(valueOf(await warehouse.routines.create(routineSpec(ref, body)))) };
}

async function update(warehouse: Warehouse, accountOf: AccountOf, request: RestRequest): Promise<RestReply> {
  const ref = routineOf(request);
  const body = await decoded(accountOf, request);
  const changed = await replaceUntilCurrent(request, {
    read: () => warehouse.routines.get(ref),
    etag: routineEtag,
    write: (before: RoutineDefinition) => warehouse.routines.replace(routineSpec(ref, body), before.revision),
  });
  return { json: routineResource(changed) };
}
