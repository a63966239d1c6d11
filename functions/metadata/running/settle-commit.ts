// Owns driving a commit on: look at its copy job, publish when it is done, copy again when it was seen failed.
import { classifyError } from '#shared/pipelines/failure-class.ts';
import { copyJob } from '#shared/pipelines/job-bodies.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import type { Commit, PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { MAX_COPIES } from '#shared/pipelines/run-timing.ts';
import type { Parts } from '../parts.ts';
import { over, overAndDrop, type RunStep } from './answer.ts';
import { endAbandoned, endPublished } from './end-run.ts';

/** The workflow of a run says that its copy is done, or that something went wrong: the job itself says which. */
export async function settle(parts: Parts, run: RunName): Promise<RunStep> {
  const record = await parts.partitions.recall(run);
  if (record?.commit === undefined || record.claim?.run !== run.run) return settled(parts, run);
  const { commit } = record;
  const state = await parts.jobs.state(commit.jobId);
  switch (state.kind) {
    case 'done':
      await endPublished(parts, run, record);
      return overAndDrop(parts.place, run, 'published');
    case 'missing':
    case 'under-way':
      // Inserting it once more makes it, or finds it.
      return { step: 'commit', job: copyJob(parts.place, run, commit) };
    case 'failed':
      return afterFailedCopy(parts, run, { ...record, commit }, state.reason);
  }
}

/** What was known is that the run holds no commit; what the bucket says counts. */
async function settled(parts: Parts, run: RunName): Promise<RunStep> {
  const record = await parts.partitions.read(run);
  if (record?.commit !== undefined && record.claim?.run === run.run) return settle(parts, run);
  return record?.run === run.run ? overAndDrop(parts.place, run, 'published') : over('superseded');
}

async function afterFailedCopy(
  parts: Parts,
  run: RunName,
  record: PartitionRecord & { readonly commit: Commit },
  reason: string | undefined,
): Promise<RunStep> {
  const { commit } = record;
  const { class: kind, code } = classifyError({ reason });
  if (kind === 'transient' && commit.copyAttempt < MAX_COPIES) {
    const again = await parts.partitions.apply(run, { kind: 'copy-again', run: run.run, jobId: commit.jobId });
    if (again.kind === 'refused' || again.record.commit === undefined) return over('superseded');
    return { step: 'commit', job: copyJob(parts.place, run, again.record.commit) };
  }
  const message = `The copy job ${commit.jobId} ended with the error ${reason ?? 'unknown'}.`;
  await endAbandoned(parts, run, record, { class: kind, code, message, nowMs: parts.time.now() });
  return over(code);
}
