/** The methods of `bigquery.jobs`, but for those that answer with rows. */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { RestReply, RestRequest, RestRoute } from '../../host/service.ts';
import { pageSize, pageStart, toPage } from '../../primitives/pages.ts';
import { bigQueryError, invalid } from '../errors.ts';
import { LIST_PAGE } from '../limits.ts';
import { agree } from '../names.ts';
import { etagOf } from '../wire/etag.ts';
import { isObject } from '../../primitives/json-object.ts';
import { apiMethod, integerParameter, pathParameter, textParameter } from '../wire/routes.ts';
import { decodeJob } from './job-configuration.ts';
import { byCaller, draftJob, dryRunJob, type JobDeskParts, openJob, requireJob } from './job-desk.ts';
import type { JobRecord, JobState } from './job-record.ts';
import { jobListItem, jobResource } from './job-resource.ts';

export function jobRoutes(parts: JobDeskParts): RestRoute[] {
  const one = '/projects/{projectId}/jobs/{jobId}';
  return [
    apiMethod('GET /projects/{projectId}/jobs', 'jobs.list', (request) => list(parts, request)),
    apiMethod('POST /projects/{projectId}/jobs', 'jobs.insert', async (request) => ({
      json: await insert(parts, request, await request.json()),
    })),
    apiMethod(`GET ${one}`, 'jobs.get', async (request) => ({
      json: jobResource(await parts.runner.wait(jobOf(parts, request), 0)),
    })),
    apiMethod(`POST ${one}/cancel`, 'jobs.cancel', (request) => cancel(parts, request)),
    apiMethod(`DELETE ${one}/delete`, 'jobs.delete', (request) => remove(parts, request)),
  ].flat();
}

async function insert(parts: JobDeskParts, asked: RestRequest, body: JsonObject): Promise<JsonObject> {
  const projectId = pathParameter(asked, 'projectId');
  const { jobReference } = body;
  const inBody = isObject(jobReference) ? jobReference['projectId'] : undefined;
  agree(projectId, typeof inBody === 'string' ? inBody : undefined, 'projectId');
  const request = byCaller(decodeJob(body, projectId), asked);
  if (request.plan.dryRun) return withoutId(await dryRunJob(parts, projectId, request));
  if (request.plan.kind === 'load' && request.plan.load.sourceUris.length === 0) {
    throw bigQueryError('required', 'Load configuration must specify at least one source URI');
  }
  return jobResource(await openJob(parts, await draftJob(parts, projectId, request), request.plan));
}

/** A dry run makes no job that could be asked for later. */
function withoutId(job: JobRecord): JsonObject {
  const { id: _id, selfLink: _link, ...resource } = jobResource(job);
  const { projectId, location } = job.ref;
  return { ...resource, jobReference: { projectId, location } };
}

const STATES: Readonly<Record<string, JobState>> = { pending: 'PENDING', running: 'RUNNING', done: 'DONE' };

function list(parts: JobDeskParts, request: RestRequest): RestReply {
  const projection = textParameter(request, 'projection') ?? 'minimal';
  if (projection !== 'full' && projection !== 'minimal') throw invalid(`Invalid value at 'projection': ${projection}`);
  const size = pageSize(integerParameter(request, 'maxResults'), LIST_PAGE);
  const start = pageStart(textParameter(request, 'pageToken'));
  const found = parts.store.list({
    projectId: pathParameter(request, 'projectId'),
    parentJobId: textParameter(request, 'parentJobId') ?? '',
    states: readStates(request.query.getAll('stateFilter')),
    minCreatedMs: integerParameter(request, 'minCreationTime') ?? 0,
    maxCreatedMs: integerParameter(request, 'maxCreationTime') ?? Infinity,
    beforeSequence: start === '' ? Infinity : Number(start),
    limit: size + 1,
  });
  const { items, nextPageToken } = toPage(found, size, ({ sequence }) => String(sequence));
  return {
    json: {
      kind: 'bigquery#jobList',
      etag: etagOf('jobs', ...items.map(({ sequence, job }) => `${sequence} ${job.state}`)),
      ...(nextPageToken === '' ? {} : { nextPageToken }),
      jobs: items.map(({ job }) => jobListItem(job, projection)),
    },
  };
}

function readStates(names: readonly string[]): JobState[] {
  if (names.length === 0) return Object.values(STATES);
  return names.map((name) => {
    const state = STATES[name.toLowerCase()];
    if (state === undefined) throw invalid(`Invalid value at 'stateFilter': ${name}`, 'stateFilter');
    return state;
  });
}

async function cancel(parts: JobDeskParts, request: RestRequest): Promise<RestReply> {
  const job = jobOf(parts, request);
  await parts.runner.cancel(job.ref);
  const now = await parts.runner.wait(job, 0);
  return { json: { kind: 'bigquery#jobCancelResponse', job: jobResource(now) } };
}

function remove(parts: JobDeskParts, request: RestRequest): RestReply {
  const job = jobOf(parts, request);
  if (job.state !== 'DONE') throw invalid(`Job ${job.ref.jobId} is still running and cannot be deleted.`);
  if (job.parentJobId !== undefined) throw invalid(`Job ${job.ref.jobId} is a child job; delete its parent instead.`);
  parts.store.remove(job.ref);
  return { status: 204 };
}

function jobOf(parts: JobDeskParts, request: RestRequest): JobRecord {
  return requireJob(parts.store, {
    projectId: pathParameter(request, 'projectId'),
    jobId: pathParameter(request, 'jobId'),
    location: textParameter(request, 'location'),
  });
}
