// Owns how many events a second arrive: what the counts of this hour grew by between two looks.
import type { Counts } from '../api/types.ts';

/** The counts as they were looked at. */
export interface Sample {
  readonly atMs: number;
  readonly hour: string;
  readonly total: number;
  readonly types: Readonly<Record<string, number>>;
}

/** Collectors write their counts once a second, so a rate over less than some seconds would only show that beat. */
const OVER_MS = 10_000;
/** What the curve shows. */
export const REMEMBERED_MS = 180_000;

/** The samples with one more; the oldest are forgotten. */
export function addSample(samples: readonly Sample[], { at, events }: Counts): readonly Sample[] {
  const sample = { atMs: Date.parse(at), hour: events.hour, total: events.total, types: events.types };
  const kept = samples.filter(({ atMs }) => atMs > sample.atMs - REMEMBERED_MS && atMs < sample.atMs);
  return [...kept, sample];
}

/** Events a second of one type, or of all; undefined until there are two looks within an hour. */
export function rateNow(samples: readonly Sample[], type?: string): number | undefined {
  return rateAt(samples, samples.length - 1, type);
}

/** The rate at every look that has one. */
export function rateCurve(
  samples: readonly Sample[],
  type?: string,
): readonly { readonly atMs: number; readonly rate: number }[] {
  return samples.flatMap(({ atMs }, index) => {
    const rate = rateAt(samples, index, type);
    return rate === undefined ? [] : [{ atMs, rate }];
  });
}

function rateAt(samples: readonly Sample[], index: number, type: string | undefined): number | undefined {
  const last = samples[index];
  if (last === undefined) return undefined;
  // Counts begin again with each hour.
  const first = samples.find(({ atMs, hour }) => hour === last.hour && atMs >= last.atMs - OVER_MS);
  if (first === undefined || first.atMs >= last.atMs) return undefined;
  const grown = countOf(last, type) - countOf(first, type);
  return Math.max(0, grown / ((last.atMs - first.atMs) / 1000));
}

function countOf(sample: Sample, type: string | undefined): number {
  return type === undefined ? sample.total : (sample.types[type] ?? 0);
}
