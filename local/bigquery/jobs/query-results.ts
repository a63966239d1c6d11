/** The rows of finished query jobs: jobs.getQueryResults, and the first page for jobs.query. */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { ReadRowsOptions, RowSource, RowsPage } from '#lib/googlesql/engine/requests.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { invalid, jobFailure, tableNotFound, valueOf } from '../errors.ts';
import { DEFAULT_WAIT_MS, MAX_PAGE_BYTES, MAX_PAGE_ROWS, MAX_WAIT_MS } from '../limits.ts';
import { etagOf } from '../wire/etag.ts';
import { definedFields, isObject } from '../../primitives/json-object.ts';
import { apiMethod, booleanParameter, integerParameter, pathParameter, textParameter } from '../wire/routes.ts';
import { nextPage, rowOffset, rowsReply } from '../wire/row-pages.ts';
import { type AnonymousTables, anonymousTable } from './anonymous-tables.ts';
import { type JobDeskParts, requireJob } from './job-desk.ts';
import { jobName, type JobRecord } from './job-record.ts';
import { planOf } from './recorded-plan.ts';

export function queryResultRoutes(parts: JobDeskParts): RestRoute[] {
  return apiMethod('GET /projects/{projectId}/queries/{jobId}', 'jobs.getQueryResults', (request) =>
    getQueryResults(parts, request),
  );
}

async function getQueryResults(parts: JobDeskParts, request: RestRequest): Promise<RestReply> {
  const found = requireJob(parts.store, {
    projectId: pathParameter(request, 'projectId'),
    jobId: pathParameter(request, 'jobId'),
    location: textParameter(request, 'location'),
  });
  if (!isObject(found.configuration['query'])) throw invalid(`Job ${jobName(found.ref)} is not a query job.`);
  const token = textParameter(request, 'pageToken');
  const window = {
    offset: token === undefined ? (integerParameter(request, 'startIndex') ?? 0) : rowOffset(token),
    maxRows: integerParameter(request, 'maxResults'),
    timestamps: timestampFormat(request),
  };
  const job = await parts.runner.wait(found, waitMs(integerParameter(request, 'timeoutMs')));
  const kind = 'bigquery#getQueryResultsResponse';
  if (job.state !== 'DONE') return { json: { kind, jobReference: job.ref, jobComplete: false } };
  const { fields, page } = await finishedQuery(parts, job, window);
  return rowsReply({ kind, etag: etagOf('results', jobName(job.ref), window.offset), ...fields }, page);
}

/** How long a request may wait for a job. */
export function waitMs(asked: number | undefined): number {
  return Math.min(asked ?? DEFAULT_WAIT_MS, MAX_WAIT_MS);
}

/** How TIMESTAMP is written: whole microseconds or float seconds. */
function timestampFormat(request: RestRequest): ReadRowsOptions['timestamps'] {
  return booleanParameter(request, 'formatOptions.useInt64Timestamp') ? 'int64' : 'float';
}

/** Which rows to show of a finished query. */
export interface RowWindow {
  readonly offset: number;
  readonly maxRows: number | undefined;
  readonly timestamps: ReadRowsOptions['timestamps'];
}

export interface FinishedQuery {
  /** The fields that answers of jobs.query and jobs.getQueryResults share. */
  readonly fields: JsonObject;
  readonly page: RowsPage | undefined;
}

/**
 * What a finished query answers.
 * @throws ApiError the job's own error; 404 when its rows have expired
 */
export async function finishedQuery(
  parts: Pick<JobDeskParts, 'warehouse' | 'anonymous'>,
  job: JobRecord,
  window: RowWindow,
): Promise<FinishedQuery> {
  if (job.errorResult !== undefined) throw jobFailure(job.errorResult);
  const query = isObject(job.statistics['query']) ? job.statistics['query'] : {};
  const page = await readPage(parts, job, window);
  return {
    page,
    fields: definedFields({
      jobReference: job.ref,
      jobComplete: true,
      schema: page?.schema,
      totalRows: page === undefined ? undefined : String(page.totalRows),
      ...(page === undefined ? {} : nextPage(page, window.offset)),
      totalBytesProcessed: query['totalBytesProcessed'],
      cacheHit: false,
      numDmlAffectedRows: query['numDmlAffectedRows'],
    }),
  };
}

async function readPage(
  parts: { readonly warehouse: Warehouse; readonly anonymous: AnonymousTables },
  job: JobRecord,
  window: RowWindow,
): Promise<RowsPage | undefined> {
  const source = rowsOf(parts.anonymous, job);
  if (source === undefined) return undefined;
  return valueOf(
    await parts.warehouse.readRows(source, {
      offset: window.offset,
      maxRows: Math.min(window.maxRows ?? MAX_PAGE_ROWS, MAX_PAGE_ROWS),
      maxBytes: MAX_PAGE_BYTES,
      timestamps: window.timestamps,
    }),
  );
}

/** Where a query's rows are; undefined for statements that have none. */
function rowsOf(anonymous: AnonymousTables, job: JobRecord): RowSource | undefined {
  if (job.rows === undefined) return undefined;
  if (job.rows === 'anonymous') {
    const ref = anonymousTable(job.ref);
    const result = anonymous.find(ref);
    if (result === undefined) throw tableNotFound(ref);
    return { kind: 'result', resultId: result.resultId };
  }
  const plan = planOf(job);
  const destination = plan.kind === 'query' ? plan.query.run.destination : undefined;
  return destination === undefined ? undefined : { kind: 'table', table: destination.table };
}
