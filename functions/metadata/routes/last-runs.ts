// Owns the answer to what ran last: the last run of each partition, newest first, as far as it is known how it went.
import { endpointsOf } from '#shared/catalog/catalog.ts';
import type { RunShown } from '#shared/metadata/api/run-shape.ts';
import type { PartitionName } from '#shared/pipelines/partition-record.ts';
import type { PartitionSummary } from '#shared/pipelines/partition-summary.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';
import type { Parts } from '../parts.ts';
import { EndedRuns } from '../state/ended-runs.ts';
import { touchedAt } from '../state/tally.ts';

const READS_AT_ONCE = 50;

interface Touched {
  readonly name: PartitionName;
  readonly summary: PartitionSummary;
  readonly atMs: number;
}

/** Runs that have ended are read once and remembered. */
export function lastRuns(parts: Parts): (limit: number) => Promise<readonly RunShown[]> {
  const ended = new EndedRuns(parts.store);
  return (limit) =>
    mapAtOnce(lastTouched(parts, limit), READS_AT_ONCE, async (touched) => ({
      ...shownOf(touched),
      ...(await detailsOf(parts, ended, touched)),
    }));
}

/** The last ones are among those endpoints that were touched last, so only their partitions are looked at. */
function lastTouched({ applied, partitions }: Parts, limit: number): readonly Touched[] {
  const endpoints = endpointsOf(applied.require().catalog)
    .flatMap(({ id }) => {
      const { touchedMs } = partitions.tally(id);
      return touchedMs === undefined ? [] : [{ id, touchedMs }];
    })
    .sort((a, b) => b.touchedMs - a.touchedMs)
    .slice(0, limit);
  const found: Touched[] = [];
  for (const { id } of endpoints) {
    for (const key of partitions.keys(id)) {
      const summary = partitions.summary(id, key);
      const atMs = summary === undefined ? undefined : touchedAt(summary);
      if (summary !== undefined && atMs !== undefined) found.push({ name: { endpoint: id, key }, summary, atMs });
    }
  }
  return found.sort((a, b) => b.atMs - a.atMs).slice(0, limit);
}

function shownOf({ name, summary, atMs }: Touched): RunShown {
  const { run, state, generation, rows, failureCode, claimedMs } = summary;
  return {
    ...name,
    ...(run === undefined ? {} : { run }),
    state,
    generation,
    rows,
    at: formatTimestamp(atMs),
    ...(claimedMs === undefined ? {} : { startedAt: formatTimestamp(claimedMs) }),
    ...(failureCode === undefined ? {} : { code: failureCode }),
  };
}

/** What the record of the run says; nothing while it is under way, and nothing when it cannot be told which run it was. */
async function detailsOf(parts: Parts, ended: EndedRuns, touched: Touched): Promise<Partial<RunShown>> {
  const { name, summary } = touched;
  if (summary.claimedMs !== undefined) return {};
  const run = await lastRunOf(parts, touched);
  const record = run === undefined ? undefined : await ended.read({ ...name, run });
  if (record === undefined) return {};
  const { reason, outcome, startedAt, endedAt, code, message } = record;
  return {
    run: record.run,
    reason,
    outcome,
    startedAt,
    endedAt,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
  };
}

/** The summary names the run that published; one that failed after it only the whole record names. */
async function lastRunOf({ partitions }: Parts, { name, summary }: Touched): Promise<string | undefined> {
  const { failedMs, publishedMs = -Infinity, run } = summary;
  if (failedMs === undefined || failedMs < publishedMs) return run;
  return (await partitions.recall(name))?.failure?.run;
}
