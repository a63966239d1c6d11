// Owns the moment that decisions are made in.
import type { Moment } from '#shared/pipelines/horizon.ts';
import type { Parts } from '../parts.ts';
import type { Partitions } from '../state/partitions.ts';

/** A moment, and the partitions that this instance knows. */
export interface LiveMoment extends Moment {
  readonly view: Partitions;
}

/** Now, by what this instance knows. @throws PlatformError catalog_missing */
export function momentOf({ applied, partitions, time }: Pick<Parts, 'applied' | 'partitions' | 'time'>): LiveMoment {
  const { catalog, firstApplied } = applied.require();
  return { catalog, firstApplied, view: partitions, nowMs: time.now() };
}
