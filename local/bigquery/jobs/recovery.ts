/** What becomes of the jobs that were not done when the process ended. */
import type { Warehouse } from '#lib/googlesql/engine/warehouse.ts';
import type { ErrorProto } from '../errors.ts';
import type { JobPlan } from './job-configuration.ts';
import { type JobDeskParts, workOf } from './job-desk.ts';
import { jobName, type JobRecord } from './job-record.ts';
import { planOf } from './recorded-plan.ts';

/** What a job ends with that may or may not have had its effect: the reason and text after which clients try anew. */
const INTERRUPTED: ErrorProto = {
  reason: 'backendError',
  message: 'Error encountered during execution. Retrying may solve the problem.',
};

/**
 * Goes on with every job that was not done: from the beginning where doing it twice is the same as doing it once, with
 * an error that asks for another try where it is not.
 */
export async function recoverJobs(parts: JobDeskParts): Promise<void> {
  for (const job of parts.store.unfinished()) {
    const plan = planOf(job);
    if (job.state === 'PENDING' || (await isRepeatable(parts.warehouse, job, plan))) {
      parts.runner.resume(job, workOf(parts, plan));
    } else {
      await parts.store.save({ ...job, state: 'DONE', endedMs: parts.clock.now(), errorResult: INTERRUPTED });
    }
  }
}

/** True when the work may have been done already and can be done again all the same. */
async function isRepeatable(warehouse: Warehouse, job: JobRecord, plan: JobPlan): Promise<boolean> {
  switch (plan.kind) {
    case 'copy':
      return plan.copy.writeDisposition === 'WRITE_TRUNCATE';
    case 'load':
      return (
        plan.load.sourceUris.length > 0 &&
        (job.committing === undefined || plan.load.writeDisposition === 'WRITE_TRUNCATE')
      );
    case 'query': {
      const { destination } = plan.query.run;
      if (destination !== undefined && destination.writeDisposition !== 'WRITE_TRUNCATE') return false;
      const analysed = await warehouse.run({
        ...plan.query.run,
        queryId: `${jobName(job.ref)} recovery`,
        dryRun: true,
      });
      return analysed.kind === 'ok' && analysed.value.statementType === 'SELECT';
    }
  }
}
