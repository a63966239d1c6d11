// Owns the first call of a run's workflow: what to stage and audit, or which commit to drive on.
import { auditJob, copyJob, stageJob } from '#shared/pipelines/job-bodies.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import { leaseFrom } from '../driving/build.ts';
import type { Parts } from '../parts.ts';
import { over, type RunStep } from './answer.ts';
import { workOf } from './run-work.ts';

/** An execution begins to drive a run. */
export async function begin(parts: Parts, run: RunName, execution: string): Promise<RunStep> {
  const { partitions, imports, place, time } = parts;
  const leaseUntil = leaseFrom(time.now());
  const begun = await partitions.apply(run, { kind: 'begin', run: run.run, execution, leaseUntil });
  if (begun.kind === 'refused') return over(begun.why);
  const { record } = begun;
  if (record.commit !== undefined) return { step: 'commit', job: copyJob(place, run, record.commit) };
  if (record.claim === undefined) return over('superseded');
  await imports.ready(time.now());
  const { endpoint, query, contract } = await workOf(parts, { ...record, claim: record.claim });
  return { step: 'stage', job: stageJob(place, endpoint, run, query), audit: auditJob(place, contract, run) };
}
