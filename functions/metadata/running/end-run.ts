// Owns how a run ends: told as facts and kept before the partition says so, because whoever dies in between repeats it.
import type { RunName } from '#shared/pipelines/job-names.ts';
import type { PartitionRecord } from '#shared/pipelines/partition-record.ts';
import type { RunFailure } from '#shared/pipelines/partition-transition.ts';
import { publishedFacts, runEndedFact } from '#shared/metadata/facts.ts';
import type { RunRecord } from '#shared/metadata/run-record.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';
import { markStale, wake } from '../driving/wake.ts';
import type { Parts } from '../parts.ts';
import { keepRun } from '../state/runs.ts';

/** Publishes the generation whose copy was seen done. Safe to repeat at any point of it. */
export async function endPublished(parts: Parts, run: RunName, record: PartitionRecord): Promise<void> {
  const { claim, commit } = record;
  if (claim === undefined || commit === undefined) return;
  const nowMs = parts.time.now();
  const ended = runRecord(run, record, nowMs, { outcome: 'published', ...generationOf(commit) });
  // The copy is done, so all this is true already, whoever gets to write it down.
  await Promise.all([
    parts.facts.tell([...publishedFacts(record, commit, nowMs), runEndedFact(run, ended, nowMs)]),
    keepRun(parts.store, ended, run),
    markStale(parts, run, commit.generation),
  ]);
  const published = await parts.partitions.apply(run, { kind: 'publish', run: run.run, jobId: commit.jobId, nowMs });
  await letGo(parts, run);
  if (published.kind !== 'next') return;
  parts.log.write('INFO', 'partition published', { ...about(run), ...generationOf(commit) });
  if (published.record.state !== 'published') parts.alarm.by(nowMs);
  await wake(parts, run, commit.generation);
}

/** Ends a run that found nothing new: the published generation stands. */
export async function endWithNothing(parts: Parts, run: RunName, record: PartitionRecord): Promise<void> {
  const nowMs = parts.time.now();
  await tellAndKeep(parts, run, runRecord(run, record, nowMs, { outcome: 'nothing' }), nowMs);
  await parts.partitions.apply(run, { kind: 'nothing', run: run.run });
  await letGo(parts, run);
  await wake(parts, run, record.generation);
}

/** Ends a run that failed; a commit cannot fail. Afterwards the partition is looked at again when its pause is over. */
export async function endFailed(parts: Parts, run: RunName, failure: RunFailure): Promise<void> {
  const record = await parts.partitions.recall(run);
  if (record?.claim?.run !== run.run) return;
  await tellAndKeep(parts, run, failedRecord(run, record, failure), failure.nowMs);
  const failed = await parts.partitions.apply(run, { kind: 'fail', run: run.run, failure });
  await afterFailure(parts, run, failure, failed.kind === 'next' ? failed.record : undefined);
}

/**
 * Ends a run before it commits, because what it has read may be of somebody who is erased; `committing` when it was quicker. It is told
 * afterwards: only the partition's record knows which of the two was first.
 */
export async function endForErasure(parts: Parts, run: RunName): Promise<'ended' | 'committing' | 'over'> {
  const record = await parts.partitions.read(run);
  if (record?.claim?.run !== run.run) return 'over';
  if (record.commit !== undefined) return 'committing';
  const message = 'A user was erased while the run was reading values of theirs.';
  const nowMs = parts.time.now();
  const failure: RunFailure = { class: 'waiting', code: 'revealed_before_shred', message, nowMs };
  const ended = await parts.partitions.apply(run, { kind: 'fail', run: run.run, failure });
  if (ended.kind === 'refused') return ended.why === 'committing' ? 'committing' : 'over';
  await tellAndKeep(parts, run, failedRecord(run, record, failure), nowMs);
  await afterFailure(parts, run, failure, ended.record);
  return 'ended';
}

/** Gives a commit up whose copy job was seen ended with an error that another one would have, too. */
export async function endAbandoned(
  parts: Parts,
  run: RunName,
  record: PartitionRecord,
  failure: RunFailure,
): Promise<void> {
  await tellAndKeep(parts, run, failedRecord(run, record, failure), failure.nowMs);
  const jobId = record.commit?.jobId ?? '';
  const failed = await parts.partitions.apply(run, { kind: 'abandon', run: run.run, jobId, failure });
  await afterFailure(parts, run, failure, failed.kind === 'next' ? failed.record : undefined);
}

/** Makes room in the pool; who found it full gets another look. */
async function letGo({ slots, alarm, time }: Parts, { run }: RunName): Promise<void> {
  if (await slots.release(run)) alarm.by(time.now());
}

async function afterFailure(
  parts: Parts,
  run: RunName,
  { class: kind, code, nowMs }: RunFailure,
  failed: PartitionRecord | undefined,
): Promise<void> {
  await letGo(parts, run);
  const severity = kind === 'permanent' ? 'ERROR' : 'WARNING';
  parts.log.write(severity, `run failed: ${kind}`, { ...about(run), code });
  const retryAt = failed?.failure?.retryAt;
  if (retryAt !== undefined) parts.alarm.by(parseTimestamp(retryAt) ?? nowMs);
  else if (failed !== undefined && failed.state !== 'failed') parts.alarm.by(nowMs);
}

async function tellAndKeep(parts: Parts, run: RunName, ended: RunRecord, nowMs: number): Promise<void> {
  await Promise.all([parts.facts.tell([runEndedFact(run, ended, nowMs)]), keepRun(parts.store, ended, run)]);
}

function failedRecord(
  run: RunName,
  record: PartitionRecord,
  { class: kind, code, message, nowMs }: RunFailure,
): RunRecord {
  return runRecord(run, record, nowMs, { outcome: kind === 'waiting' ? 'waiting' : 'failed', code, message });
}

function runRecord(
  { endpoint, key, run }: RunName,
  { claim }: PartitionRecord,
  nowMs: number,
  ending: Pick<RunRecord, 'outcome' | 'generation' | 'rows' | 'code' | 'message'>,
): RunRecord {
  const endedAt = formatTimestamp(nowMs);
  return {
    run,
    endpoint,
    key,
    reason: claim?.reason ?? 'due',
    startedAt: claim?.claimedAt ?? endedAt,
    endedAt,
    ...ending,
  };
}

function generationOf({ generation, rows }: { readonly generation: number; readonly rows: number }) {
  return { generation, rows };
}

function about({ endpoint, key, run }: RunName): {
  readonly endpoint: string;
  readonly partition: string;
  readonly run: string;
} {
  return { endpoint, partition: key, run };
}
