/** The methods of `bigqueryconnection.projects.locations.connections` for connections of the type CLOUD_RESOURCE. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CloudContext, CloudService, RestReply, RestRequest, RestRoute } from '../host/service.ts';
import { isObject } from '../primitives/json-object.ts';
import { ApiError } from '../primitives/errors.ts';
import { pageSize, pageStart, toPage } from '../primitives/pages.ts';
import { openStore } from '../primitives/store.ts';
import { type ConnectionRow, CONNECTION_TABLE, ConnectionStore } from './connection-store.ts';
import { policyRoutes } from './policies.ts';

/** What BigQuery asks of connections. */
export interface Connections extends CloudService {
  /** The service account that a connection acts as; undefined when there is no such connection. */
  readonly accountOf: (name: string) => string | undefined;
}

/** Source: https://cloud.google.com/bigquery/docs/reference/bigqueryconnection/rest/v1/projects.locations.connections */
const COLLECTION = '/v1/projects/{project}/locations/{location}/connections';
const ONE = '/v1/{name=projects/*/locations/*/connections/*}';
/** Source: proto comment of `connection_id` */
const CONNECTION_ID = /^[a-zA-Z0-9_-]{1,1023}$/;
const PAGE = { default: 100, max: 1000 };
/** The number of every project here, as the metadata server says. */
const PROJECT_NUMBER = '100000000000';
/** What a connection can be made for, beside `cloudResource`. */
const UNSERVED = ['cloudSql', 'aws', 'azure', 'cloudSpanner', 'spark', 'salesforceDataCloud', 'configuration'];

export function createConnections(context: CloudContext): Connections {
  const store = openStore(join(context.dataDir, 'bigquery', 'connections.db'), [CONNECTION_TABLE]);
  const connections = new ConnectionStore(store);
  const route = (method: RestRoute['method'], path: string, verb: string, handle: RestRoute['handle']): RestRoute => ({
    method,
    path,
    id: `bigqueryconnection.projects.locations.connections.${verb}`,
    errors: 'rpc',
    handle,
  });
  const named = (request: RestRequest): ConnectionRow => connections.require(request.params['name'] ?? '');
  return {
    accountOf: (name) => connections.find(name)?.account,
    rest: [
      ...policyRoutes(connections, route),
      route('POST', COLLECTION, 'create', (request) => create(connections, request, context.clock.now())),
      route('GET', COLLECTION, 'list', (request) => list(connections, request)),
      route('GET', ONE, 'get', (request) => ({ json: resource(named(request)) })),
      route('PATCH', ONE, 'patch', async (request) => patch(connections, named(request), request, context.clock.now())),
      route('DELETE', ONE, 'delete', (request) => {
        connections.delete(named(request).name);
        return { json: {} };
      }),
    ],
    stop: async () => store.close(),
  };
}

async function create(connections: ConnectionStore, request: RestRequest, nowMs: number): Promise<RestReply> {
  const { project = '', location = '' } = request.params;
  const body = await request.json();
  const id = request.query.get('connectionId') ?? crypto.randomUUID();
  if (!CONNECTION_ID.test(id)) throw new ApiError('INVALID_ARGUMENT', `Invalid connection ID: ${id}`);
  const other = UNSERVED.find((type) => body[type] !== undefined);
  if (other !== undefined) {
    throw new ApiError('UNIMPLEMENTED', `Connections of type ${other} are not served by the local cloud.`);
  }
  if (!isObject(body['cloudResource'])) {
    throw new ApiError('INVALID_ARGUMENT', 'Connection properties must be specified.');
  }
  const name = `projects/${project}/locations/${location.toLowerCase()}/connections/${id}`;
  const row: ConnectionRow = {
    name,
    friendly_name: textOf(body['friendlyName']),
    description: textOf(body['description']),
    account: accountFor(name, nowMs),
    created_ms: nowMs,
    modified_ms: nowMs,
    policy: '',
  };
  if (!connections.insert(row)) throw new ApiError('ALREADY_EXISTS', `Already Exists: Connection ${name}`);
  return { json: resource(row) };
}

/** Google makes an account for each connection; a connection of the same name made anew gets another. */
function accountFor(name: string, nowMs: number): string {
  const id = createHash('sha256').update(`${name} ${nowMs}`).digest('hex').slice(0, 4);
  return `bqcx-${PROJECT_NUMBER}-${id}@gcp-sa-bigquery-condel.iam.gserviceaccount.com`;
}

function list(connections: ConnectionStore, request: RestRequest): RestReply {
  const { project = '', location = '' } = request.params;
  const size = pageSize(request.query.get('pageSize') ?? undefined, PAGE);
  const parent = `projects/${project}/locations/${location.toLowerCase()}/connections/`;
  const start = pageStart(request.query.get('pageToken') ?? undefined);
  const { items, nextPageToken } = toPage(connections.list(parent, start, size + 1), size, ({ name }) => name);
  return {
    json: {
      ...(items.length === 0 ? {} : { connections: items.map(resource) }),
      ...(nextPageToken === '' ? {} : { nextPageToken }),
    },
  };
}

const CHANGEABLE = { friendlyName: 'friendly_name', description: 'description' } as const;

async function patch(
  connections: ConnectionStore,
  row: ConnectionRow,
  request: RestRequest,
  nowMs: number,
): Promise<RestReply> {
  const body = await request.json();
  const mask = (request.query.get('updateMask') ?? '').split(',').filter((path) => path !== '');
  if (mask.length === 0) throw new ApiError('INVALID_ARGUMENT', 'update_mask must be specified.');
  let changed = { ...row, modified_ms: nowMs };
  for (const path of mask) {
    const field = path.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
    if (field !== 'friendlyName' && field !== 'description') {
      throw new ApiError('INVALID_ARGUMENT', `Invalid update mask path: ${path}`);
    }
    changed = { ...changed, [CHANGEABLE[field]]: textOf(body[field]) };
  }
  connections.update(changed);
  return { json: resource(changed) };
}

function resource(row: ConnectionRow): object {
  return {
    name: row.name,
    ...(row.friendly_name === '' ? {} : { friendlyName: row.friendly_name }),
    ...(row.description === '' ? {} : { description: row.description }),
    creationTime: String(row.created_ms),
    lastModifiedTime: String(row.modified_ms),
    hasCredential: false,
    cloudResource: { serviceAccountId: row.account },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
