/** Takes jobs in: gives them an id and a place, records them, starts their work, finds them again. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { RestRequest } from '../../host/service.ts';
import { callerOf } from '../../primitives/caller.ts';
import type { CloudClock } from '../../primitives/clock.ts';
import type { Outbound } from '../../primitives/outbound.ts';
import { canonicalLocation } from '../datasets/dataset-resource.ts';
import { bigQueryError, engineError } from '../errors.ts';
import { type AccessParts, refusedRoutine } from '../remote/invoke-access.ts';
import type { LoadWork } from '../loads/load-work.ts';
import { type AnonymousTables, anonymousTable } from './anonymous-tables.ts';
import { workOnCopy } from './copy-work.ts';
import type { JobPlan, JobRequest } from './job-configuration.ts';
import { jobLocation } from './job-location.ts';
import type { JobRecord, JobReference } from './job-record.ts';
import type { JobRunner } from './job-runner.ts';
import type { JobStore } from './job-store.ts';
import { dryRunStatistics } from './query-statistics.ts';
import { workOnQuery } from './query-work.ts';
import type { Work } from './work.ts';

export interface JobDeskParts {
  readonly warehouse: Warehouse;
  readonly store: JobStore;
  readonly runner: JobRunner;
  readonly anonymous: AnonymousTables;
  readonly clock: CloudClock;
  readonly loads: LoadWork;
  readonly outbound: Outbound;
  /** What decides who may call remote functions. */
  readonly access: AccessParts;
  /** Whose job it is when the request's token does not say. */
  readonly owner: string;
}

/** What is asked, as asked by whom the token of the HTTP request names. */
export function byCaller(request: JobRequest, { headers }: Pick<RestRequest, 'headers'>): JobRequest {
  const user = callerOf(headers);
  return user === undefined ? request : { ...request, user };
}

/** A new job that nobody has recorded yet. */
export async function draftJob(
  { warehouse, clock, owner }: Pick<JobDeskParts, 'warehouse' | 'clock' | 'owner'>,
  projectId: string,
  request: JobRequest,
): Promise<JobRecord> {
  const location = await jobLocation(warehouse, request.plan, request.location);
  const ref = { projectId, location, jobId: request.jobId ?? `job_${randomUUID().replaceAll('-', '')}` };
  return {
    ref,
    userEmail: request.user ?? owner,
    configuration: filledIn(request.plan, ref),
    state: 'PENDING',
    createdMs: clock.now(),
    statistics: {},
  };
}

/** Records a job and starts it; answers its first state. @throws ApiError 409 when its id is taken */
export function openJob(parts: JobDeskParts, job: JobRecord, plan: JobPlan): Promise<JobRecord> {
  return parts.runner.submit(job, workOf(parts, plan));
}

/** What a plan does when its turn comes. */
export function workOf(parts: JobDeskParts, plan: JobPlan): Work {
  switch (plan.kind) {
    case 'query':
      return (job, control) => workOnQuery(parts, job, queryOf(plan), control);
    case 'copy':
      return () => workOnCopy(parts.warehouse, plan.copy);
    case 'load':
      return (job, control) => parts.loads.work(job, plan.load, control);
  }
}

/** The query with the job's own limit of time. */
function queryOf({ query, timeoutMs }: Extract<JobPlan, { kind: 'query' }>): Parameters<typeof workOnQuery>[2] {
  return { ...query, ...(timeoutMs === undefined ? {} : { jobTimeoutMs: timeoutMs }) };
}

/** Analyses a query without running it; such a job has no id and no history. @throws ApiError what is wrong with it */
export async function dryRunJob(parts: JobDeskParts, projectId: string, request: JobRequest): Promise<JobRecord> {
  const { plan } = request;
  if (plan.kind !== 'query') throw bigQueryError('invalid', 'Dry run is supported for query jobs only.');
  const draft = await draftJob(parts, projectId, request);
  const refused = await refusedRoutine(parts.access, draft.userEmail, plan.query.run);
  if (refused !== undefined) throw engineError(refused);
  const outcome = await parts.warehouse.run({ ...plan.query.run, queryId: `dry run ${randomUUID()}`, dryRun: true });
  if (outcome.kind === 'failed') throw engineError(outcome.error);
  return { ...draft, state: 'DONE', statistics: dryRunStatistics(outcome.value) };
}

/** A job by the reference that a request gives. @throws ApiError 404 */
export function requireJob(
  store: JobStore,
  { projectId, jobId, location }: { projectId: string; jobId: string; location: string | undefined },
): JobRecord {
  const place = location === undefined ? undefined : canonicalLocation(location);
  const job = store.find({ projectId, jobId, location: place });
  if (job !== undefined) return job;
  const name = place === undefined ? `${projectId}:${jobId}` : `${projectId}:${place}.${jobId}`;
  throw bigQueryError('notFound', `Not found: Job ${name}`);
}

/** The configuration with what the service decides: whole references, and where rows without a destination go. */
function filledIn(plan: JobPlan, ref: JobReference): JsonObject {
  // Decoded as an object when the plan was made.
  const asked = plan.configuration[plan.kind] as JsonObject;
  return { ...plan.configuration, [plan.kind]: { ...asked, ...decided(plan, ref, asked) } };
}

function decided(plan: JobPlan, ref: JobReference, asked: JsonObject): JsonObject {
  switch (plan.kind) {
    case 'copy':
      return { destinationTable: plan.copy.destination };
    case 'load':
      return { destinationTable: plan.load.destination };
    case 'query': {
      const table = plan.query.run.destination?.table;
      return {
        createDisposition: 'CREATE_IF_NEEDED',
        priority: 'INTERACTIVE',
        ...asked,
        useLegacySql: false,
        destinationTable: table ?? anonymousTable(ref),
        ...(table === undefined ? { writeDisposition: 'WRITE_TRUNCATE' } : {}),
      };
    }
  }
}
