// Owns starting to build a partition of a SQL endpoint: inputs pinned, a slot of the pool taken, claimed, its workflow started.
import type { SqlEndpoint } from '#shared/catalog/endpoint.ts';
import type { Claim, ClaimReason, PartitionName } from '#shared/pipelines/partition-record.ts';
import type { PartitionKey } from '#shared/pipelines/partition-key.ts';
import type { Refusal } from '#shared/pipelines/partition-transition.ts';
import type { Moment } from '#shared/pipelines/horizon.ts';
import { type MissingInput, readinessOf } from '#shared/pipelines/readiness.ts';
import { LEASE_MS, START_GRACE_MS } from '#shared/pipelines/run-timing.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { Parts } from '../parts.ts';

/** The workflow that builds one partition by SQL. */
const RUN_SQL = 'run-sql';

/** What starting a build came to. */
export type Build =
  | { readonly kind: 'started'; readonly run: string }
  | { readonly kind: 'missing'; readonly missing: readonly MissingInput[] }
  | { readonly kind: 'pool-full' }
  | { readonly kind: 'refused'; readonly why: Refusal };

/** Starts to build a partition, if everything it needs is there and nobody else does. */
export async function startBuild(
  parts: Parts,
  moment: Moment,
  {
    endpoint,
    key,
    reason,
  }: { readonly endpoint: SqlEndpoint; readonly key: PartitionKey; readonly reason: ClaimReason },
): Promise<Build> {
  const readiness = readinessOf(moment, endpoint, key);
  if (readiness.kind === 'missing') return readiness;
  const { partitions, slots } = parts;
  const run: RunName = { endpoint: endpoint.id, key, run: parts.newId() };
  const pool = moment.catalog.platform.pools[endpoint.pool];
  if (!(await slots.take(endpoint.pool, pool?.slots ?? 0, run, moment.nowMs))) return { kind: 'pool-full' };
  const claim: Claim = { ...claimOf(parts, run.run, reason, moment.nowMs), inputs: [...readiness.pins] };
  const claimed = await partitions.apply(run, { kind: 'claim', claim });
  if (claimed.kind === 'refused') {
    await slots.release(run.run);
    return claimed;
  }
  await startRun(parts, run, moment.nowMs);
  return { kind: 'started', run: run.run };
}

/** A claim that begins now, of what reads nothing. */
export function claimOf(parts: Pick<Parts, 'applied'>, run: string, reason: ClaimReason, nowMs: number): Claim {
  return {
    run,
    reason,
    claimedAt: formatTimestamp(nowMs),
    leaseUntil: leaseFrom(nowMs),
    drives: 1,
    inputs: [],
    catalog: parts.applied.require().digest,
  };
}

/** Until when a run that gives a sign of life now is left alone. */
export function leaseFrom(nowMs: number): string {
  return formatTimestamp(nowMs + LEASE_MS);
}

/**
 * Starts the workflow of a claimed run. When that fails, or its answer is lost, nobody calls; then it is started once more, and
 * should both live, they do the same.
 */
export async function startRun(
  { executions, alarm, log }: Pick<Parts, 'executions' | 'alarm' | 'log'>,
  { endpoint, key, run }: RunName & PartitionName,
  nowMs: number,
): Promise<void> {
  alarm.by(nowMs + START_GRACE_MS);
  try {
    await executions.start(RUN_SQL, { endpoint, key, run });
  } catch {
    log.write('WARNING', 'an execution could not be started', { workflow: RUN_SQL, endpoint, partition: key, run });
  }
}
