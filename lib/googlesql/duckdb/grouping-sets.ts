/** Grouping sets: which there are, and how rows tell theirs. */

import type { AggregateScan } from '../tree/scan.ts';

/** The different sets, and how often each is there. */
export function countedSets({
  groupingSets = [],
}: AggregateScan): ReadonlyMap<string, { set: readonly number[]; times: number }> {
  const counts = new Map<string, { set: readonly number[]; times: number }>();
  for (const set of groupingSets) {
    const name = set.toSorted((a, b) => a - b).join(' ');
    const known = counts.get(name);
    if (known === undefined) counts.set(name, { set, times: 1 });
    else known.times++;
  }
  return counts;
}

/** What GROUPING gives of all keys in rows of a set: a bit for each key that is not in it, the last key's lowest. */
export function maskOf(set: readonly number[], keys: number): bigint {
  let mask = 0n;
  for (let key = 0; key < keys; key++) mask = mask * 2n + (set.includes(key) ? 0n : 1n);
  return mask;
}
