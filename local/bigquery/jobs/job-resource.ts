/** The REST resource of a job, written in replies. */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import { etagOf } from '../wire/etag.ts';
import { definedFields } from '../../primitives/json-object.ts';
import { jobName, type JobRecord } from './job-record.ts';

/** The whole resource. */
export function jobResource(job: JobRecord): JsonObject {
  const { projectId, jobId, location } = job.ref;
  return {
    kind: 'bigquery#job',
    etag: etagOf('job', jobName(job.ref), job.createdMs, job.state),
    id: jobName(job.ref),
    selfLink: `https://bigquery.googleapis.com/bigquery/v2/projects/${projectId}/jobs/${jobId}?location=${location}`,
    user_email: job.userEmail,
    configuration: job.configuration,
    jobReference: job.ref,
    statistics: statistics(job),
    status: status(job),
    principal_subject: `serviceAccount:${job.userEmail}`,
    jobCreationReason: { code: 'REQUESTED' },
  };
}

/** The resource as jobs.list shows it; `minimal` leaves out the configuration. */
export function jobListItem(job: JobRecord, projection: 'full' | 'minimal'): JsonObject {
  return definedFields({
    kind: 'bigquery#job',
    id: jobName(job.ref),
    jobReference: job.ref,
    state: job.state,
    errorResult: job.errorResult,
    statistics: statistics(job),
    status: status(job),
    user_email: job.userEmail,
    configuration: projection === 'full' ? job.configuration : undefined,
  });
}

function status(job: JobRecord): JsonObject {
  if (job.errorResult === undefined) return { state: job.state };
  return { errorResult: job.errorResult, errors: job.errors ?? [job.errorResult], state: job.state };
}

function statistics(job: JobRecord): JsonObject {
  const time = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : String(ms));
  const durationMs = job.endedMs === undefined ? undefined : job.endedMs - (job.startedMs ?? job.endedMs);
  return definedFields({
    creationTime: time(job.createdMs),
    startTime: time(job.startedMs),
    endTime: time(job.endedMs),
    finalExecutionDurationMs: time(durationMs),
    parentJobId: job.parentJobId,
    ...job.statistics,
  });
}
