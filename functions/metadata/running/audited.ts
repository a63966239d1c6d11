// Owns the call after the audit: judge what was staged, see that its inputs still stand, and commit.
import { type AuditCounts, readAudit, verdictOf } from '#shared/pipelines/audit-verdict.ts';
import { CLOSING_COUNTS } from '#shared/pipelines/closing-query.ts';
import { copyJob } from '#shared/pipelines/job-bodies.ts';
import { type RunName, stagingTableOf } from '#shared/pipelines/job-names.ts';
import type { Claim, InputPin, PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { pinHolds } from '#shared/pipelines/readiness.ts';
import { auditFact } from '#shared/metadata/facts.ts';
import { qualified } from '#shared/catalog/names.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import type { Parts } from '../parts.ts';
import { over, overAndDrop, type RunStep } from './answer.ts';
import { endFailed, endWithNothing } from './end-run.ts';
import { workOf } from './run-work.ts';

/** The audit of a run has answered with a row: its values, in the order of the query's columns. */
export async function audited(parts: Parts, run: RunName, values: readonly unknown[]): Promise<RunStep> {
  const record = await heldBy(parts, run);
  if (record === undefined) return over('superseded');
  if (record.commit !== undefined) return { step: 'commit', job: copyJob(parts.place, run, record.commit) };
  const work = await workOf(parts, record);
  const nowMs = parts.time.now();
  const counts = readAudit(values, work.contract.checks);
  if (counts === undefined) {
    await endFailed(parts, run, {
      class: 'permanent',
      code: 'internal',
      message: 'The audit answered no counts.',
      nowMs,
    });
    return over('internal');
  }
  if (work.endpoint.kind === 'sql') await parts.facts.tell([auditFact(run, counts, nowMs)]);
  const verdict = verdictOf(counts);
  if (verdict.kind === 'failed') {
    await endFailed(parts, run, { class: 'permanent', code: verdict.code, message: verdict.message, nowMs });
    return over(verdict.code);
  }
  if (work.publishesOnlyNews && closingCount(counts, 'new_rows') === 0) {
    await endWithNothing(parts, run, record);
    return overAndDrop(parts.place, run, 'nothing-new');
  }
  if (!(await pinsHold(parts, record.claim.inputs))) {
    const message = 'An input got a newer generation while the run was reading it.';
    await endFailed(parts, run, { class: 'waiting', code: 'stale_generation', message, nowMs });
    return overAndDrop(parts.place, run, 'stale_generation');
  }
  const staged = {
    staging: qualified(parts.place.projectId, stagingTableOf(run)),
    rows: counts.rows,
    codeDigest: work.codeDigest,
    ...(work.endpoint.kind === 'event'
      ? { late: closingCount(counts, 'late_rows'), future: closingCount(counts, 'future_rows') }
      : {}),
  };
  const committed = await parts.partitions.apply(run, { kind: 'commit', run: run.run, staged });
  if (committed.kind === 'refused' || committed.record.commit === undefined) return over('superseded');
  return { step: 'commit', job: copyJob(parts.place, run, committed.record.commit) };
}

function closingCount({ checks }: AuditCounts, name: (typeof CLOSING_COUNTS)[number]): number {
  return checks[CLOSING_COUNTS.indexOf(name)]?.count ?? 0;
}

/** The record of the partition while a run holds it. */
async function heldBy(
  { partitions }: Pick<Parts, 'partitions'>,
  run: RunName,
): Promise<(PartitionRecord & { readonly claim: Claim }) | undefined> {
  const known = await partitions.recall(run);
  const record = known?.claim?.run === run.run ? known : await partitions.read(run);
  return record?.claim?.run === run.run ? { ...record, claim: record.claim } : undefined;
}

/** Whether everything that was read is still what was pinned, as the bucket has it now: one listing for each input. */
async function pinsHold({ partitions }: Pick<Parts, 'partitions'>, pins: readonly InputPin[]): Promise<boolean> {
  const byEndpoint = Map.groupBy(pins, ({ endpoint }) => endpoint);
  await Promise.all([...byEndpoint].map(([endpoint, read]) => refreshSpan(partitions, endpoint, read)));
  return pins.every((pin) => pinHolds(pin, partitions.summary(pin.endpoint, pin.key)));
}

async function refreshSpan(
  partitions: Parts['partitions'],
  endpoint: EndpointId,
  pins: readonly InputPin[],
): Promise<void> {
  const keys = pins.map(({ key }) => key).sort();
  const [first, last] = [keys.at(0), keys.at(-1)];
  if (first !== undefined && last !== undefined) await partitions.refresh(endpoint, { first, last });
}
