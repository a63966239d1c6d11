/** What a query job is asked to do: REST `JobConfigurationQuery`. */
import type { DatasetRef, TableRef } from '#lib/googlesql/engine/definitions.ts';
import type { Destination, RunRequest, WriteDisposition } from '#lib/googlesql/engine/requests.ts';
import { z } from 'zod';
import { datasetReferenceShape } from '../datasets/dataset-resource.ts';
import { bigQueryError, invalid, notServed } from '../errors.ts';
import { MAX_QUERY_BYTES } from '../limits.ts';
import { checkDatasetId, checkTableId } from '../names.ts';
import {
  clusteringShape,
  rangePartitioningShape,
  readClustering,
  readRangePartitioning,
  readTimePartitioning,
  tableReferenceShape,
  timePartitioningShape,
} from '../tables/table-resource.ts';
import { anyObject, bool, int32, int64, message, oneOf, text } from '../wire/proto-json.ts';
import { queryParametersShape, readQueryParameters } from './query-parameters.ts';

export const writeDispositionShape = oneOf(['WRITE_EMPTY', 'WRITE_APPEND', 'WRITE_TRUNCATE', 'WRITE_TRUNCATE_DATA']);
export const createDispositionShape = oneOf(['CREATE_IF_NEEDED', 'CREATE_NEVER']);

const scriptOptionsShape = message({
  statementTimeoutMs: int64.optional(),
  statementByteBudget: int64.optional(),
  keyResultStatement: text.optional(),
});

/** Fields that jobs.query has as well. Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query#QueryRequest */
export const SHARED_QUERY_FIELDS = {
  query: text,
  defaultDataset: datasetReferenceShape.optional(),
  useLegacySql: bool.optional(),
  useQueryCache: bool.optional(),
  parameterMode: text.optional(),
  queryParameters: queryParametersShape.optional(),
  maximumBytesBilled: int64.optional(),
  connectionProperties: z.array(message({ key: text, value: text })).optional(),
  createSession: bool.optional(),
  continuous: bool.optional(),
  destinationEncryptionConfiguration: anyObject.optional(),
  preserveNulls: bool.optional(),
  writeIncrementalResults: bool.optional(),
};

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationQuery */
export const queryShape = message({
  ...SHARED_QUERY_FIELDS,
  allowLargeResults: bool.optional(),
  clustering: clusteringShape.optional(),
  createDisposition: createDispositionShape.optional(),
  destinationTable: tableReferenceShape.optional(),
  flattenResults: bool.optional(),
  maximumBillingTier: int32.optional(),
  priority: oneOf(['INTERACTIVE', 'BATCH']).optional(),
  rangePartitioning: rangePartitioningShape.optional(),
  schemaUpdateOptions: z.array(oneOf(['ALLOW_FIELD_ADDITION', 'ALLOW_FIELD_RELAXATION'])).optional(),
  scriptOptions: scriptOptionsShape.optional(),
  tableDefinitions: anyObject.optional(),
  timePartitioning: timePartitioningShape.optional(),
  userDefinedFunctionResources: z.array(anyObject).optional(),
  writeDisposition: writeDispositionShape.optional(),
});

type QueryBody = z.output<typeof queryShape>;

export interface QueryPlan {
  /** What the engine runs, but for its id. */
  readonly run: Omit<RunRequest, 'queryId'>;
  readonly maximumBytesBilled?: number;
}

/** @throws ApiError `invalid`, or `notImplemented` for what is not served */
export function readQuery(body: QueryBody, projectId: string): QueryPlan {
  refuseUnserved(body);
  if (body.query.trim() === '') throw bigQueryError('required', 'Required parameter is missing: query');
  if (Buffer.byteLength(body.query) > MAX_QUERY_BYTES) {
    throw invalid(
      `The query is too large. The maximum standard SQL query length is ${MAX_QUERY_BYTES / 1024}.00K characters, including comments and white space characters.`,
    );
  }
  const timeZone = connectionTimeZone(body);
  const statementTimeoutMs = Number(body.scriptOptions?.statementTimeoutMs ?? 0);
  const destination = readDestination(body, projectId);
  const parameters = readQueryParameters(body.parameterMode, body.queryParameters);
  const bytes = Number(body.maximumBytesBilled ?? 0);
  return {
    run: {
      sql: body.query,
      projectId,
      ...(body.defaultDataset === undefined ? {} : { defaultDataset: readDataset(body.defaultDataset, projectId) }),
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(destination === undefined ? {} : { destination }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(statementTimeoutMs > 0 ? { timeoutMs: statementTimeoutMs } : {}),
    },
    ...(bytes > 0 ? { maximumBytesBilled: bytes } : {}),
  };
}

function refuseUnserved(body: QueryBody): void {
  // Google reads a query as legacy SQL unless told otherwise; a first line may tell, too.
  const standard =
    body.useLegacySql === false || (body.useLegacySql === undefined && /^\s*#standardSQL\b/i.test(body.query));
  if (!standard) throw notServed('Legacy SQL (useLegacySql is not false) is');
  if (body.createSession === true) throw notServed('Sessions (createSession) are');
  if (body.continuous === true) throw notServed('Continuous queries are');
  if (body.tableDefinitions !== undefined) throw notServed('External tables (tableDefinitions) are');
  if (body.userDefinedFunctionResources !== undefined) throw notServed('userDefinedFunctionResources are');
  if (body.scriptOptions?.keyResultStatement === 'FIRST_SELECT') throw notServed('keyResultStatement FIRST_SELECT is');
}

/** Properties that change nothing here pass; unknown ones are refused, as Google refuses them. */
function connectionTimeZone(body: QueryBody): string | undefined {
  let timeZone: string | undefined;
  for (const { key, value } of body.connectionProperties ?? []) {
    if (key === 'time_zone') timeZone = value;
    else if (key === 'session_id') throw notServed('Sessions (session_id) are');
    else if (key !== 'query_label' && key !== 'dataset_project_id' && key !== 'service_account') {
      throw invalid(`Unsupported connection property: ${key}`, 'connectionProperties');
    }
  }
  return timeZone;
}

function readDestination(body: QueryBody, projectId: string): Destination | undefined {
  if (body.destinationTable === undefined) return undefined;
  const updates = body.schemaUpdateOptions ?? [];
  return {
    table: readTable(body.destinationTable, projectId),
    writeDisposition: readWriteDisposition(body.writeDisposition, 'WRITE_EMPTY'),
    createDisposition: body.createDisposition ?? 'CREATE_IF_NEEDED',
    ...(body.timePartitioning === undefined ? {} : { timePartitioning: readTimePartitioning(body.timePartitioning) }),
    ...(body.rangePartitioning === undefined
      ? {}
      : { rangePartitioning: readRangePartitioning(body.rangePartitioning) }),
    ...(body.clustering === undefined ? {} : { clustering: readClustering(body.clustering) }),
    ...(updates.length === 0 ? {} : { schemaUpdateOptions: updates }),
  };
}

/** @throws ApiError `notImplemented` for the one that is not served */
export function readWriteDisposition(
  value: z.output<typeof writeDispositionShape> | undefined,
  byDefault: WriteDisposition,
): WriteDisposition {
  if (value === 'WRITE_TRUNCATE_DATA') throw notServed('WRITE_TRUNCATE_DATA is');
  return value ?? byDefault;
}

/** A table reference of a job; it may carry a partition decorator. */
export function readTable(body: z.output<typeof tableReferenceShape>, projectId: string): TableRef {
  checkDatasetId(body.datasetId);
  checkTableId(body.tableId, 'decorated');
  return { projectId: body.projectId ?? projectId, datasetId: body.datasetId, tableId: body.tableId };
}

function readDataset(body: z.output<typeof datasetReferenceShape>, projectId: string): DatasetRef {
  checkDatasetId(body.datasetId);
  return { projectId: body.projectId ?? projectId, datasetId: body.datasetId };
}
