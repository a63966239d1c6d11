// Owns what the partitions of an endpoint come to together, which people look at every few seconds.
import type { PartitionKey } from '#shared/pipelines/partition-key.ts';
import type { PartitionState } from '#shared/pipelines/partition-record.ts';
import type { PartitionSummary } from '#shared/pipelines/partition-summary.ts';

export interface Tally {
  /** How many are in each state. */
  readonly states: ReadonlyMap<PartitionState, number>;
  readonly rows: number;
  /** The newest one that was ever published. */
  readonly latest?: PartitionKey | undefined;
  /** When a run of any of them began or ended last, in epoch milliseconds. */
  readonly touchedMs?: number | undefined;
}

export const EMPTY_TALLY: Tally = { states: new Map(), rows: 0 };

/** The tally of partitions, whose keys are in order. */
export function tallyOf(
  keys: readonly PartitionKey[],
  summaryOf: (key: PartitionKey) => PartitionSummary | undefined,
): Tally {
  const states = new Map<PartitionState, number>();
  let rows = 0;
  let latest: PartitionKey | undefined;
  let touchedMs: number | undefined;
  for (const key of keys) {
    const summary = summaryOf(key);
    if (summary === undefined) continue;
    states.set(summary.state, (states.get(summary.state) ?? 0) + 1);
    rows += summary.rows;
    if (summary.generation > 0) latest = key;
    const atMs = touchedAt(summary);
    if (atMs !== undefined && (touchedMs === undefined || atMs > touchedMs)) touchedMs = atMs;
  }
  return { states, rows, latest, touchedMs };
}

/** When the last run of a partition began or ended, in epoch milliseconds. */
export function touchedAt({ claimedMs, failedMs, publishedMs }: PartitionSummary): number | undefined {
  const last = Math.max(claimedMs ?? -Infinity, failedMs ?? -Infinity, publishedMs ?? -Infinity);
  return last === -Infinity ? undefined : last;
}
