// Owns the call of a run's workflow that something went wrong.
import { classifyError, type StepError } from '#shared/pipelines/failure-class.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import type { Parts } from '../parts.ts';
import { over, type RunStep } from './answer.ts';
import { endFailed } from './end-run.ts';
import { settle } from './settle-commit.ts';

/** An error as the workflow passes it on: words of BigQuery and Workflows, never a text. */
export interface CaughtError extends StepError {
  /** The job that it was about. */
  readonly job?: string | undefined;
}

/** Ends the run, unless it is committing: a commit does not fail, it is driven on. */
export async function failed(parts: Parts, run: RunName, error: CaughtError): Promise<RunStep> {
  const record = await parts.partitions.read(run);
  if (record?.claim?.run !== run.run) return over('superseded');
  if (record.commit !== undefined) return settle(parts, run);
  const { class: kind, code } = classifyError(error);
  await endFailed(parts, run, { class: kind, code, message: describe(error), nowMs: parts.time.now() });
  return over(code);
}

function describe({ code, tags = [], reason, job }: CaughtError): string {
  const what = reason ?? (code === undefined ? tags.join(' ') : `HTTP ${code}`);
  const where = job === undefined ? 'A step of the run' : `The job ${job}`;
  return `${where} ended with the error ${what === '' ? 'unknown' : what}; BigQuery's own words are in the job.`;
}
