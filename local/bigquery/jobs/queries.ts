/** jobs.query: a query, and its first page of rows if it is done in time. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import { z } from 'zod';
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { bigQueryError, invalid } from '../errors.ts';
import { MAX_REQUEST_ID_LENGTH } from '../limits.ts';
import { definedFields, isObject } from '../../primitives/json-object.ts';
import { bool, decodeBody, int32, int64, message, oneOf, text } from '../wire/proto-json.ts';
import { apiMethod, pathParameter } from '../wire/routes.ts';
import { rowsReply } from '../wire/row-pages.ts';
import { readConfiguration } from './job-configuration.ts';
import { byCaller, draftJob, dryRunJob, type JobDeskParts, openJob } from './job-desk.ts';
import type { JobRecord } from './job-record.ts';
import { SHARED_QUERY_FIELDS } from './query-configuration.ts';
import { finishedQuery, type RowWindow, waitMs } from './query-results.ts';

const MODES = ['JOB_CREATION_MODE_UNSPECIFIED', 'JOB_CREATION_REQUIRED', 'JOB_CREATION_OPTIONAL'] as const;

/** Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query#QueryRequest */
const requestShape = message({
  ...SHARED_QUERY_FIELDS,
  dryRun: bool.optional(),
  formatOptions: message({ useInt64Timestamp: bool.optional(), timestampOutputFormat: text.optional() }).optional(),
  jobCreationMode: oneOf(MODES).optional(),
  jobTimeoutMs: int64.optional(),
  labels: z.record(z.string(), text).optional(),
  location: text.optional(),
  maxResults: int32.optional(),
  requestId: text.optional(),
  reservation: text.optional(),
  timeoutMs: int32.optional(),
});

type QueryRequest = z.output<typeof requestShape>;

export function queryRoutes(parts: JobDeskParts): RestRoute[] {
  return apiMethod('POST /projects/{projectId}/queries', 'jobs.query', (request) => query(parts, request));
}

async function query(parts: JobDeskParts, request: RestRequest): Promise<RestReply> {
  const projectId = pathParameter(request, 'projectId');
  const json = await request.json();
  const body = decodeBody(requestShape, json, 'query_request');
  const plan = readConfiguration(configurationOf(json), projectId);
  const window = windowOf(body);
  checkRequestId(body);
  const asked = byCaller({ plan, ...(body.location === undefined ? {} : { location: body.location }) }, request);
  if (plan.dryRun) return { json: dryRunReply(await dryRunJob(parts, projectId, asked)) };

  const repeated = repeatedRequest(parts, projectId, body, json);
  if (repeated !== undefined) return answer(parts, repeated, { body, window });
  const draft = await draftJob(parts, projectId, asked);
  const job: JobRecord =
    body.requestId === undefined ? draft : { ...draft, request: { id: body.requestId, digest: digestOf(json) } };
  return answer(parts, await openJob(parts, job, plan), { body, window });
}

/** The same question as jobs.insert would be asked. */
function configurationOf(json: JsonObject): JsonObject {
  const own = Object.fromEntries(Object.entries(json).filter(([name]) => name in SHARED_QUERY_FIELDS));
  const { dryRun, labels, jobTimeoutMs, reservation } = json;
  return definedFields({ query: own, dryRun, labels, jobTimeoutMs, reservation });
}

function windowOf(body: QueryRequest): RowWindow {
  const { useInt64Timestamp = false, timestampOutputFormat } = body.formatOptions ?? {};
  if (timestampOutputFormat !== undefined && timestampOutputFormat !== 'INT64' && timestampOutputFormat !== 'FLOAT64') {
    throw bigQueryError(
      'notImplemented',
      `formatOptions.timestampOutputFormat ${timestampOutputFormat} is not served by the local cloud.`,
    );
  }
  const int64 = useInt64Timestamp || timestampOutputFormat === 'INT64';
  return { offset: 0, maxRows: body.maxResults, timestamps: int64 ? 'int64' : 'float' };
}

function checkRequestId({ requestId = '' }: QueryRequest): void {
  if (requestId.length <= MAX_REQUEST_ID_LENGTH) return;
  throw invalid(`requestId must be at most ${MAX_REQUEST_ID_LENGTH} characters long.`, 'requestId');
}

/** The job of an earlier request with the same id that asked the same. */
function repeatedRequest(
  parts: JobDeskParts,
  projectId: string,
  body: QueryRequest,
  json: JsonObject,
): JobRecord | undefined {
  if (body.requestId === undefined) return undefined;
  const earlier = parts.store.findRequest(projectId, body.requestId, parts.clock.now());
  return earlier?.request?.digest === digestOf(json) ? earlier : undefined;
}

/** A digest of what affects the result; how it is shown does not. */
function digestOf(json: JsonObject): string {
  const { timeoutMs: _wait, maxResults: _rows, formatOptions: _format, ...rest } = json;
  return createHash('sha256').update(JSON.stringify(rest)).digest('base64url');
}

interface Shown {
  readonly body: QueryRequest;
  readonly window: RowWindow;
}

async function answer(parts: JobDeskParts, opened: JobRecord, { body, window }: Shown): Promise<RestReply> {
  const job = await parts.runner.wait(opened, waitMs(body.timeoutMs));
  const { ref } = job;
  const common = {
    kind: 'bigquery#queryResponse',
    // A job is always made: with optional creation BigQuery may decide so, too.
    ...(body.jobCreationMode === 'JOB_CREATION_OPTIONAL' ? { jobCreationReason: { code: 'OTHER' } } : {}),
    location: ref.location,
    queryId: ref.jobId,
  };
  if (job.state !== 'DONE') return { json: { ...common, jobReference: ref, jobComplete: false } };
  const { fields, page } = await finishedQuery(parts, job, window);
  return rowsReply({ ...common, ...fields, ...moreStatistics(job) }, page);
}

/** Statistics that only jobs.query repeats in its reply. */
function moreStatistics(job: JobRecord): JsonObject {
  const query = isObject(job.statistics['query']) ? job.statistics['query'] : {};
  return definedFields({
    totalBytesBilled: query['totalBytesBilled'],
    totalSlotMs: query['totalSlotMs'],
    dmlStats: query['dmlStats'],
    creationTime: String(job.createdMs),
    startTime: String(job.startedMs ?? job.createdMs),
    endTime: String(job.endedMs ?? job.createdMs),
  });
}

function dryRunReply(job: JobRecord): JsonObject {
  const query = isObject(job.statistics['query']) ? job.statistics['query'] : {};
  const { projectId, location } = job.ref;
  return definedFields({
    kind: 'bigquery#queryResponse',
    jobReference: { projectId, location },
    location,
    schema: query['schema'],
    totalBytesProcessed: query['totalBytesProcessed'],
    jobComplete: true,
    cacheHit: false,
  });
}
