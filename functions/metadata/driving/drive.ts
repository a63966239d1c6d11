// Owns driving on what was left lying: runs whose execution never called or has ended.
import type { Due } from '#shared/pipelines/due.ts';
import type { PartitionName, PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { MAX_DRIVES } from '#shared/pipelines/run-timing.ts';
import type { Parts } from '../parts.ts';
import { endFailed } from '../running/end-run.ts';
import { leaseFrom, startRun } from './build.ts';

/** Looks after a run that is under way; answers whether its workflow was started again. */
export async function lookAfter(
  parts: Parts,
  name: PartitionName,
  due: Extract<Due, { readonly kind: 'drive' | 'ask' }>,
): Promise<boolean> {
  if (due.kind === 'drive')
    return (await driveOn(parts, name, due.run)) === 'start' && startAgain(parts, name, due.run);
  const state = await parts.executions.state(due.execution);
  if (state === 'ended') return (await driveOn(parts, name, due.run)) === 'start' && startAgain(parts, name, due.run);
  if (due.leasePassed) {
    await parts.partitions.apply(name, { kind: 'extend', run: due.run, leaseUntil: leaseFrom(parts.time.now()) });
  }
  return false;
}

/**
 * Takes a run out of the hands of whatever drove it. `start`: its workflow is to be started again; `ended`: that has been done
 * too often, or the run holds nothing any more.
 */
export async function driveOn(parts: Parts, name: PartitionName, run: string): Promise<'start' | 'ended'> {
  const nowMs = parts.time.now();
  const record = await parts.partitions.recall(name);
  if (record?.claim?.run === run && isWornOut(record)) {
    const message = `What drove the run went away ${record.claim.drives} times.`;
    await endFailed(parts, { ...name, run }, { class: 'transient', code: 'cloud_unavailable', message, nowMs });
    return 'ended';
  }
  const driven = await parts.partitions.apply(name, { kind: 'drive', run, leaseUntil: leaseFrom(nowMs) });
  return driven.kind === 'refused' ? 'ended' : 'start';
}

/** A commit is driven on for ever: its copy may have been made. */
function isWornOut({ claim, commit }: PartitionRecord): boolean {
  return commit === undefined && (claim?.drives ?? 0) >= MAX_DRIVES;
}

async function startAgain(parts: Parts, name: PartitionName, run: string): Promise<boolean> {
  parts.log.write('WARNING', 'a run was left lying and is driven on', {
    endpoint: name.endpoint,
    partition: name.key,
    run,
  });
  await startRun(parts, { ...name, run }, parts.time.now());
  return true;
}
