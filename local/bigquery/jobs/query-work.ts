/** Runs query jobs: one statement or a script, whose statements become jobs of their own. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { ChildStatement, RunResult, StatementResult } from '#lib/googlesql/engine/requests.ts';
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { CloudClock } from '../../primitives/clock.ts';
import type { ErrorProto } from '../errors.ts';
import { type AccessParts, refusedRoutine } from '../remote/invoke-access.ts';
import { type AnonymousTables, anonymousTable } from './anonymous-tables.ts';
import { type FileTask, type FileWorkParts, workOnFiles } from './file-work.ts';
import { queryError } from './job-error.ts';
import { jobName, type JobRecord, type RowsPlace } from './job-record.ts';
import type { QueryPlan } from './query-configuration.ts';
import { billedBytes, queryStatistics } from './query-statistics.ts';
import type { WorkControl, WorkResult } from './work.ts';

export interface QueryWorkParts extends FileWorkParts {
  readonly anonymous: AnonymousTables;
  readonly clock: CloudClock;
  readonly access: AccessParts;
}

/** Runs the statement of a job to its end. */
export async function workOnQuery(
  parts: QueryWorkParts,
  job: JobRecord,
  plan: QueryPlan & { readonly jobTimeoutMs?: number },
  control: WorkControl,
): Promise<WorkResult> {
  const tooExpensive = await checkBill(parts.warehouse, job, plan);
  if (tooExpensive !== undefined) return { kind: 'failed', error: tooExpensive };
  const refused = await refusedRoutine(parts.access, job.userEmail, plan.run);
  if (refused !== undefined) return { kind: 'failed', error: queryError(refused) };
  const limitMs = Math.min(plan.jobTimeoutMs ?? Infinity, plan.run.timeoutMs ?? Infinity);
  const outcome = await parts.warehouse.run({
    ...plan.run,
    queryId: jobName(job.ref),
    sessionUser: job.userEmail,
    ...(limitMs === Infinity ? {} : { timeoutMs: limitMs }),
  });
  if (outcome.kind === 'failed') return { kind: 'failed', error: queryError(outcome.error) };
  const result = outcome.value;
  if (result.files !== undefined) return withFiles(parts, { job, result, files: result.files }, control);
  keepRows(parts, job, result);
  const children = (result.children ?? []).map((child, index) => childJob(parts, job, child, index));
  return {
    kind: 'done',
    statistics: {
      ...queryStatistics(result),
      ...(children.length === 0 ? {} : { numChildJobs: String(children.length) }),
    },
    children,
    ...rowsPlace(result, plan),
  };
}

async function withFiles(parts: QueryWorkParts, task: FileTask, control: WorkControl): Promise<WorkResult> {
  const done = await workOnFiles(parts, task, control);
  if (done.kind === 'failed') return done;
  const { query, ...rest } = queryStatistics(task.result);
  return { kind: 'done', statistics: { ...rest, query: { ...(query as JsonObject), ...done.statistics } } };
}

function rowsPlace(result: StatementResult, plan: QueryPlan): { readonly rows?: RowsPlace } {
  if (result.result !== undefined) return { rows: 'anonymous' };
  return plan.run.destination !== undefined && result.statementType === 'SELECT' ? { rows: 'destination' } : {};
}

async function checkBill(warehouse: Warehouse, job: JobRecord, plan: QueryPlan): Promise<ErrorProto | undefined> {
  if (plan.maximumBytesBilled === undefined) return undefined;
  const outcome = await warehouse.run({ ...plan.run, queryId: `${jobName(job.ref)} estimate`, dryRun: true });
  if (outcome.kind === 'failed') return queryError(outcome.error);
  const bytes = billedBytes(outcome.value);
  if (bytes <= plan.maximumBytesBilled) return undefined;
  return {
    reason: 'bytesBilledLimitExceeded',
    message: `Query exceeded limit for bytes billed: ${plan.maximumBytesBilled}. ${bytes} or higher required.`,
  };
}

/** Rows without a destination stay with the engine, under the name of the job's anonymous table. */
function keepRows(parts: QueryWorkParts, job: JobRecord, result: StatementResult | RunResult): void {
  if (result.result === undefined || result.schema === undefined) return;
  const { resultId, totalRows, expiresMs } = result.result;
  parts.anonymous.put({
    ref: anonymousTable(job.ref),
    resultId,
    schema: result.schema,
    totalRows,
    location: job.ref.location,
    createdMs: parts.clock.now(),
    expiresMs,
  });
}

function childJob(parts: QueryWorkParts, parent: JobRecord, child: ChildStatement, index: number): JobRecord {
  const digest = createHash('md5').update(jobName(parent.ref)).digest('hex');
  const ref = { ...parent.ref, jobId: `script_job_${digest}_${index}` };
  const endedMs = parts.clock.now();
  const { startLine, startColumn, endLine, endColumn, text } = child;
  const job: JobRecord = {
    ref,
    userEmail: parent.userEmail,
    configuration: {
      jobType: 'QUERY',
      query: {
        query: text,
        useLegacySql: false,
        priority: 'INTERACTIVE',
        ...(child.result === undefined ? {} : { destinationTable: anonymousTable(ref) }),
      },
    },
    state: 'DONE',
    createdMs: endedMs,
    startedMs: Math.max(parent.startedMs ?? 0, Math.round(endedMs - child.executionMs)),
    endedMs,
    parentJobId: parent.ref.jobId,
    ...(child.result === undefined ? {} : { rows: 'anonymous' }),
    statistics: {
      ...queryStatistics(child),
      scriptStatistics: {
        evaluationKind: 'STATEMENT',
        stackFrames: [{ startLine, startColumn, endLine, endColumn, text }],
      },
    },
  };
  keepRows(parts, job, child);
  return job;
}
