/** What is kept of a job: its reference, what was asked, how far it is, how it ended. */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { ErrorProto } from '../errors.ts';

export interface JobReference {
  readonly projectId: string;
  readonly location: string;
  readonly jobId: string;
}

export type JobState = 'PENDING' | 'RUNNING' | 'DONE';

/** Where the rows of a finished query are: in its anonymous table while that lives, or in the table it was told. */
export type RowsPlace = 'anonymous' | 'destination';

export interface JobRecord {
  readonly ref: JobReference;
  readonly userEmail: string;
  /** REST `configuration`, with what the service filled in. */
  readonly configuration: JsonObject;
  readonly state: JobState;
  readonly createdMs: number;
  readonly startedMs?: number;
  readonly endedMs?: number;
  /** REST `statistics` besides times: `query`, `copy`, `load`, `numChildJobs`, `scriptStatistics`, `totalBytesProcessed`. */
  readonly statistics: JsonObject;
  /** Absent while the job runs, and after statements that answer no rows. */
  readonly rows?: RowsPlace;
  /** The error that ended the job; absent after success. */
  readonly errorResult?: ErrorProto;
  /** All errors, where `errorResult` sums them up. */
  readonly errors?: readonly ErrorProto[];
  /** The statement's script, for the jobs of its statements. */
  readonly parentJobId?: string;
  /** `requestId` of jobs.query and a digest of what was asked under it. */
  readonly request?: { readonly id: string; readonly digest: string };
  /** Set just before the one step that cannot be repeated without doubling its effect. */
  readonly committing?: true;
}

/** `p:US.job_1`: the REST `id`, unique among all jobs, and the engine's name for the running statement. */
export function jobName(ref: JobReference): string {
  return `${ref.projectId}:${ref.location}.${ref.jobId}`;
}
