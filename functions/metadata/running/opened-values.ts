// Owns that no run brings back what an erasure has cleaned: values that it may have opened before do not get published after.
import type { Endpoint } from '#shared/catalog/endpoint.ts';
import type { Claim } from '#shared/pipelines/partition-record.ts';
import { parseTimestamp } from '#shared/platform/timestamp.ts';
import { opensValues } from '#shared/privacy/erasure/opens-values.ts';
import { shredSince } from '#shared/privacy/erasure/shred-marks.ts';
import type { Parts } from '../parts.ts';

/** Whether a run opens values, and somebody's revocation bound has ended since it was claimed. */
export async function openedBeforeShred(
  { store }: Pick<Parts, 'store'>,
  endpoint: Endpoint,
  { claimedAt }: Pick<Claim, 'claimedAt'>,
): Promise<boolean> {
  if (endpoint.kind !== 'sql' || !opensValues(endpoint.query)) return false;
  return shredSince(store, parseTimestamp(claimedAt) ?? 0);
}
