// Owns the rule by which a partition is complete: everything that every registered collector acknowledged has landed.
import type { BootId } from '../platform/ids.ts';
import { countOf, difference, NO_SEQUENCES, type SequenceRanges } from './sequence-ranges.ts';

/** What one boot of the collector says about one event type in one partition. */
export interface BootReport {
  readonly boot: BootId;
  /** The sequences whose publish was acknowledged. */
  readonly acknowledged: SequenceRanges;
  /** Whether it will publish nothing more there: it has moved on, or has ended and said so. */
  readonly final: boolean;
}

/** How the closing of a partition stands. */
export type Completeness =
  /** Every acknowledged event has landed, and no more will come: close it. */
  | { readonly kind: 'complete' }
  /** Somebody may still publish, or something has not landed; ask again. */
  | { readonly kind: 'waiting'; readonly open: readonly BootId[]; readonly missing: number }
  /** The deadline has passed with something missing: close it and say so. */
  | { readonly kind: 'incomplete'; readonly open: readonly BootId[]; readonly missing: number }
  /** It has passed with nothing missing, but some boots have died without a last word: close it, nothing is known to be late. */
  | { readonly kind: 'unconfirmed'; readonly open: readonly BootId[] };

/** The state of a partition whose registered boots have reported, given what has landed of each. */
export function completenessOf(
  reports: readonly BootReport[],
  landed: ReadonlyMap<BootId, SequenceRanges>,
  deadlinePassed: 'deadline-passed' | 'in-time',
): Completeness {
  const open = reports.filter(({ final }) => !final).map(({ boot }) => boot);
  const missing = reports.reduce((sum, report) => sum + countOf(missingOf(report, landed)), 0);
  if (open.length === 0 && missing === 0) return { kind: 'complete' };
  if (deadlinePassed === 'in-time') return { kind: 'waiting', open, missing };
  return missing === 0 ? { kind: 'unconfirmed', open } : { kind: 'incomplete', open, missing };
}

/** The sequences that a boot acknowledged and that have not landed. */
export function missingOf(
  { boot, acknowledged }: BootReport,
  landed: ReadonlyMap<BootId, SequenceRanges>,
): SequenceRanges {
  return difference(acknowledged, landed.get(boot) ?? NO_SEQUENCES);
}
