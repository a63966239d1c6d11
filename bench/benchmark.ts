/** What a benchmark is: measurements side by side, each opened once and measured in rounds. One file `<name>.bench.ts` each. */

/** One measurement of one round. */
export interface Sample {
  /** In the unit of the measurement. */
  readonly value: number;
  /** The most memory of each process so far, in megabytes. */
  readonly peakMegabytes?: Readonly<Record<string, number>>;
  /** Whatever else explains the value, for people. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Something that can be measured again and again. */
export interface Opened {
  /** `round` counts from 1. */
  measure(round: number): Promise<Sample>;
  close(): Promise<void>;
}

export interface Measurement {
  readonly name: string;
  /** `events/s`, `ms`, … */
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** What the median must reach. */
  readonly goal?: number;
  /** The measurement of the same benchmark that ratios are of. */
  readonly baseline?: string;
  /** How many times the baseline the median must reach. */
  readonly timesBaseline?: number;
  open(options: BenchOptions): Promise<Opened>;
}

export interface BenchOptions {
  /** How long one round lasts, for measurements that last as long as one likes. */
  readonly roundMs: number;
}

export interface Benchmark {
  /** One sentence: what is measured, and on what. */
  readonly says: string;
  /** Every process stays below this, in megabytes. */
  readonly maxMegabytes?: number;
  readonly measurements: readonly Measurement[];
}

/** The value in the middle; of an even number the lower one of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}
