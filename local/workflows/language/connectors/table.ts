/**
 * The connectors: calls of Google APIs by name, each with the request that it makes and whether it waits for what that
 * request started. Source: https://cloud.google.com/workflows/docs/reference/googleapis, and the discovery document of
 * each API for paths and parameters.
 */
import type { Parameter } from '../stdlib/function.ts';

export interface Connector {
  /** `googleapis.bigquery.v2.jobs.insert` */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly host: string;
  /** With `{argument}` where arguments go. */
  readonly path: string;
  readonly query: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly waits: Waits;
}

/** What a connector waits for: a job of BigQuery, an execution, a long-running operation, or nothing but the response. */
export type Waits = 'no' | 'bigquery-job' | 'execution' | 'operation';

interface Row {
  readonly method: Connector['method'];
  readonly path: string;
  /** Optional query parameters, between spaces. */
  readonly query?: string;
  readonly body?: 'yes';
  readonly waits?: Waits;
}

type Rows = Readonly<Record<string, Row>>;

const BIGQUERY: Rows = {
  'jobs.insert': { method: 'POST', path: '/projects/{projectId}/jobs', body: 'yes', waits: 'bigquery-job' },
  'jobs.get': { method: 'GET', path: '/projects/{projectId}/jobs/{jobId}', query: 'location' },
  'jobs.list': {
    method: 'GET',
    path: '/projects/{projectId}/jobs',
    query: 'allUsers maxCreationTime maxResults minCreationTime pageToken parentJobId projection stateFilter',
  },
  'jobs.cancel': { method: 'POST', path: '/projects/{projectId}/jobs/{jobId}/cancel', query: 'location' },
  'jobs.query': { method: 'POST', path: '/projects/{projectId}/queries', body: 'yes' },
  'jobs.getQueryResults': {
    method: 'GET',
    path: '/projects/{projectId}/queries/{jobId}',
    query: 'location maxResults pageToken startIndex timeoutMs',
  },
  'datasets.insert': { method: 'POST', path: '/projects/{projectId}/datasets', body: 'yes' },
  'datasets.get': { method: 'GET', path: '/projects/{projectId}/datasets/{datasetId}' },
  'datasets.list': { method: 'GET', path: '/projects/{projectId}/datasets', query: 'all filter maxResults pageToken' },
  'datasets.patch': { method: 'PATCH', path: '/projects/{projectId}/datasets/{datasetId}', body: 'yes' },
  'datasets.delete': {
    method: 'DELETE',
    path: '/projects/{projectId}/datasets/{datasetId}',
    query: 'deleteContents',
  },
  'tables.insert': { method: 'POST', path: '/projects/{projectId}/datasets/{datasetId}/tables', body: 'yes' },
  'tables.get': {
    method: 'GET',
    path: '/projects/{projectId}/datasets/{datasetId}/tables/{tableId}',
    query: 'selectedFields view',
  },
  'tables.list': {
    method: 'GET',
    path: '/projects/{projectId}/datasets/{datasetId}/tables',
    query: 'maxResults pageToken',
  },
  'tables.patch': {
    method: 'PATCH',
    path: '/projects/{projectId}/datasets/{datasetId}/tables/{tableId}',
    body: 'yes',
  },
  'tables.delete': { method: 'DELETE', path: '/projects/{projectId}/datasets/{datasetId}/tables/{tableId}' },
  'tabledata.insertAll': {
    method: 'POST',
    path: '/projects/{projectId}/datasets/{datasetId}/tables/{tableId}/insertAll',
    body: 'yes',
  },
  'tabledata.list': {
    method: 'GET',
    path: '/projects/{projectId}/datasets/{datasetId}/tables/{tableId}/data',
    query: 'maxResults pageToken selectedFields startIndex',
  },
};

const EXECUTIONS: Rows = {
  'executions.run': {
    method: 'POST',
    path: '/projects/{project_id}/locations/{location}/workflows/{workflow_id}/executions',
    waits: 'execution',
  },
  'executions.create': { method: 'POST', path: '/{parent}/executions', body: 'yes' },
  'executions.get': { method: 'GET', path: '/{name}', query: 'view' },
  'executions.list': { method: 'GET', path: '/{parent}/executions', query: 'filter orderBy pageSize pageToken view' },
  'executions.cancel': { method: 'POST', path: '/{name}:cancel', body: 'yes' },
};

const WORKFLOWS: Rows = {
  'workflows.create': {
    method: 'POST',
    path: '/{parent}/workflows',
    query: 'workflowId',
    body: 'yes',
    waits: 'operation',
  },
  'workflows.get': { method: 'GET', path: '/{name}', query: 'revisionId' },
  'workflows.list': { method: 'GET', path: '/{parent}/workflows', query: 'filter orderBy pageSize pageToken' },
  'workflows.patch': { method: 'PATCH', path: '/{name}', query: 'updateMask', body: 'yes', waits: 'operation' },
  'workflows.delete': { method: 'DELETE', path: '/{name}', waits: 'operation' },
};

const PUBSUB: Rows = {
  'topics.create': { method: 'PUT', path: '/{name}', body: 'yes' },
  'topics.get': { method: 'GET', path: '/{topic}' },
  'topics.delete': { method: 'DELETE', path: '/{topic}' },
  'topics.publish': { method: 'POST', path: '/{topic}:publish', body: 'yes' },
  'subscriptions.create': { method: 'PUT', path: '/{name}', body: 'yes' },
  'subscriptions.get': { method: 'GET', path: '/{subscription}' },
  'subscriptions.delete': { method: 'DELETE', path: '/{subscription}' },
  'subscriptions.pull': { method: 'POST', path: '/{subscription}:pull', body: 'yes' },
  'subscriptions.acknowledge': { method: 'POST', path: '/{subscription}:acknowledge', body: 'yes' },
};

const PRECONDITIONS = 'ifGenerationMatch ifGenerationNotMatch ifMetagenerationMatch ifMetagenerationNotMatch';

const STORAGE: Rows = {
  'buckets.insert': { method: 'POST', path: '/b', query: 'project', body: 'yes' },
  'buckets.get': { method: 'GET', path: '/b/{bucket}' },
  'buckets.delete': { method: 'DELETE', path: '/b/{bucket}' },
  'objects.insert': {
    method: 'POST',
    path: '/b/{bucket}/o',
    query: `name uploadType contentEncoding ${PRECONDITIONS}`,
    body: 'yes',
  },
  'objects.get': { method: 'GET', path: '/b/{bucket}/o/{object}', query: `alt generation ${PRECONDITIONS}` },
  'objects.list': {
    method: 'GET',
    path: '/b/{bucket}/o',
    query: 'delimiter endOffset maxResults pageToken prefix startOffset versions',
  },
  'objects.delete': { method: 'DELETE', path: '/b/{bucket}/o/{object}', query: `generation ${PRECONDITIONS}` },
};

const SCHEDULER: Rows = {
  'jobs.create': { method: 'POST', path: '/{parent}/jobs', body: 'yes' },
  'jobs.get': { method: 'GET', path: '/{name}' },
  'jobs.list': { method: 'GET', path: '/{parent}/jobs', query: 'pageSize pageToken' },
  'jobs.patch': { method: 'PATCH', path: '/{name}', query: 'updateMask', body: 'yes' },
  'jobs.pause': { method: 'POST', path: '/{name}:pause', body: 'yes' },
  'jobs.resume': { method: 'POST', path: '/{name}:resume', body: 'yes' },
  'jobs.run': { method: 'POST', path: '/{name}:run', body: 'yes' },
  'jobs.delete': { method: 'DELETE', path: '/{name}' },
};

const KMS: Rows = {
  'cryptoKeys.get': { method: 'GET', path: '/{name}' },
  'cryptoKeys.encrypt': { method: 'POST', path: '/{name}:encrypt', body: 'yes' },
  'cryptoKeys.decrypt': { method: 'POST', path: '/{name}:decrypt', body: 'yes' },
  'cryptoKeys.cryptoKeyVersions.get': { method: 'GET', path: '/{name}' },
  'cryptoKeys.cryptoKeyVersions.destroy': { method: 'POST', path: '/{name}:destroy', body: 'yes' },
  'cryptoKeys.cryptoKeyVersions.getPublicKey': { method: 'GET', path: '/{name}/publicKey' },
  'cryptoKeys.cryptoKeyVersions.asymmetricSign': { method: 'POST', path: '/{name}:asymmetricSign', body: 'yes' },
};

const DATAFLOW: Rows = {
  // Whether Google waits for the job here is documented nowhere; see DOUBTS.
  'flexTemplates.launch': {
    method: 'POST',
    path: '/projects/{projectId}/locations/{location}/flexTemplates:launch',
    body: 'yes',
  },
  'jobs.get': { method: 'GET', path: '/projects/{projectId}/locations/{location}/jobs/{jobId}', query: 'view' },
  'jobs.update': { method: 'PUT', path: '/projects/{projectId}/locations/{location}/jobs/{jobId}', body: 'yes' },
};

/** Prefix of the names, host, and prefix of the paths of each API. */
const APIS: readonly { prefix: string; host: string; base: string; rows: Rows }[] = [
  { prefix: 'bigquery.v2', host: 'bigquery', base: '/bigquery/v2', rows: BIGQUERY },
  {
    prefix: 'workflowexecutions.v1.projects.locations.workflows',
    host: 'workflowexecutions',
    base: '/v1',
    rows: EXECUTIONS,
  },
  { prefix: 'workflows.v1.projects.locations', host: 'workflows', base: '/v1', rows: WORKFLOWS },
  { prefix: 'pubsub.v1.projects', host: 'pubsub', base: '/v1', rows: PUBSUB },
  { prefix: 'storage.v1', host: 'storage', base: '/storage/v1', rows: STORAGE },
  { prefix: 'cloudscheduler.v1.projects.locations', host: 'cloudscheduler', base: '/v1', rows: SCHEDULER },
  { prefix: 'cloudkms.v1.projects.locations.keyRings', host: 'cloudkms', base: '/v1', rows: KMS },
  { prefix: 'dataflow.v1b3.projects.locations', host: 'dataflow', base: '/v1b3', rows: DATAFLOW },
];

/** Arguments that Workflows fills in from where the execution runs, when they are not given. */
export const FILLED_IN: Readonly<Record<string, string>> = {
  project_id: 'GOOGLE_CLOUD_PROJECT_ID',
  location: 'GOOGLE_CLOUD_LOCATION',
};

export const CONNECTORS: ReadonlyMap<string, Connector> = new Map(
  APIS.flatMap((api) =>
    Object.entries(api.rows).map(([method, row]) => {
      const connector = toConnector(`googleapis.${api.prefix}.${method}`, api, row);
      return [connector.name, connector] as const;
    }),
  ),
);

function toConnector(name: string, api: { host: string; base: string }, row: Row): Connector {
  const query = row.query?.split(' ') ?? [];
  const waits = row.waits ?? 'no';
  return {
    name,
    method: row.method,
    host: `${api.host}.googleapis.com`,
    path: api.base + row.path,
    query,
    parameters: parametersOf(row, query),
    waits,
  };
}

function parametersOf(row: Row, query: readonly string[]): Parameter[] {
  const inPath = [...row.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const filledIn = row.waits === 'execution' ? Object.keys(FILLED_IN) : [];
  return [
    ...inPath.map((name) => ({ name, required: !filledIn.includes(name) })),
    ...query.map((name) => ({ name, required: false })),
    ...(row.body === 'yes' ? [{ name: 'body', required: false }] : []),
    ...(row.waits === 'execution' ? [{ name: 'argument', required: false }] : []),
    { name: 'connector_params', required: false },
  ];
}
