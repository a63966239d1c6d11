// Owns what is to be done about one partition at a moment, by its summary alone.
import type { ClaimReason } from './partition-record.ts';
import type { PartitionSummary } from './partition-summary.ts';
import { LEASE_MS, START_GRACE_MS, WATCH_AFTER_MS } from './run-timing.ts';

/** What a partition asks for. */
export type Due =
  /** It is to be built, as soon as its inputs are there. */
  | { readonly kind: 'build'; readonly reason: ClaimReason }
  /** Nobody has called since its work was started: start it once more. */
  | { readonly kind: 'drive'; readonly run: string }
  /** Its run is old enough to ask whether what drives it still lives. */
  | { readonly kind: 'ask'; readonly run: string; readonly execution: string; readonly leasePassed: boolean }
  /** Nothing, before this time of the clock. */
  | { readonly kind: 'later'; readonly atMs: number }
  /** Nothing, until somebody does something. */
  | { readonly kind: 'nothing' };

/** What a partition that exists or is expected asks for. */
export function dueFor(summary: PartitionSummary | undefined, nowMs: number): Due {
  if (summary === undefined) return { kind: 'build', reason: 'due' };
  switch (summary.state) {
    case 'waiting':
      return { kind: 'build', reason: 'due' };
    case 'stale':
      return { kind: 'build', reason: 'stale' };
    case 'failed':
      if (summary.retryMs === undefined) return { kind: 'nothing' };
      return summary.retryMs <= nowMs ? { kind: 'build', reason: 'retry' } : { kind: 'later', atMs: summary.retryMs };
    case 'running':
    case 'committing':
      return underWay(summary, nowMs);
    case 'published':
    case 'skipped':
      return { kind: 'nothing' };
  }
}

function underWay({ run, execution, claimedMs = 0, leaseMs = 0 }: PartitionSummary, nowMs: number): Due {
  if (run === undefined) return { kind: 'nothing' };
  if (execution === undefined) {
    // The lease is set anew with every start, so the time of the start is known from it.
    const atMs = leaseMs - LEASE_MS + START_GRACE_MS;
    return atMs <= nowMs ? { kind: 'drive', run } : { kind: 'later', atMs };
  }
  const atMs = claimedMs + WATCH_AFTER_MS;
  return atMs <= nowMs ? { kind: 'ask', run, execution, leasePassed: leaseMs <= nowMs } : { kind: 'later', atMs };
}
