// Owns how keys of one grain map to keys of another: all finer ones inside, or the latest coarser one that has closed.
import {
  ALL,
  boundsOf,
  type Grain,
  GRAINS,
  keyAt,
  keysBetween,
  type PartitionKey,
  previousKey,
} from './partition-key.ts';

/** Whether a grain cuts time finer than another. */
export function isFiner(grain: Grain, than: Grain): boolean {
  return GRAINS.indexOf(grain) < GRAINS.indexOf(than);
}

/**
 * The first and last key of a finer grain inside a key. A week belongs to the month that has its Monday, as its table
 * partition does, so that every week is in exactly one month. Not for `all`, which has no first or last.
 */
function firstAndLastWithin(key: PartitionKey, grain: Grain): readonly [first: PartitionKey, last: PartitionKey] {
  const { startMs, endMs } = boundsOf(key);
  const at = keyAt(grain, startMs);
  const first = boundsOf(at).startMs < startMs ? keyAt(grain, boundsOf(at).endMs) : at;
  return [first, keyAt(grain, endMs - 1)];
}

/** Every key of a finer grain inside a key, in order. */
export function keysWithin(key: PartitionKey, grain: Grain): readonly PartitionKey[] {
  const [first, last] = firstAndLastWithin(key, grain);
  return [...keysBetween(first, last)];
}

/** The coarser key that a key lies in: by its start, so that a week lies in the month of its Monday. */
export function keyContaining(key: PartitionKey, grain: Grain): PartitionKey {
  return keyAt(grain, boundsOf(key).startMs);
}

/** The latest key of a coarser grain that has closed when this key closes; `all` never closes and is always the one. */
export function latestClosed(key: PartitionKey, grain: Grain): PartitionKey {
  if (grain === 'all') return ALL;
  const { endMs } = boundsOf(key);
  const last = keyAt(grain, endMs - 1);
  return boundsOf(last).endMs <= endMs ? last : previousKey(last);
}
