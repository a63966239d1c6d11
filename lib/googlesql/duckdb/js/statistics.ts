/** Statistical aggregates over the values of a group. */

import { bigNumericKind, type DecimalKind, divideRounded, numericKind } from '../../values/decimal.ts';
import { type SqlValue, ValueError } from '../../values/sql-value.ts';
import { js, named } from './define.ts';

type Maybe = number | null;

/** From here on squares would pass the greatest double: such numbers are made smaller by a power of two. */
const GREAT = 1e150;
const SHRINK = 2 ** -600;

/** Welford's running mean and sum of squares. */
function spread(values: readonly number[]): { readonly count: number; readonly squares: number } {
  let mean = 0;
  let squares = 0;
  let count = 0;
  for (const value of values) {
    count++;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
  }
  return { count, squares };
}

function statistic(name: string, list: readonly Maybe[]): number | null {
  const values = list.filter((value) => value !== null);
  const scale = values.some((value) => Math.abs(value) > GREAT) ? SHRINK : 1;
  const { count, squares } = spread(scale === 1 ? values : values.map((value) => value * scale));
  const sample = name.endsWith('SAMP');
  if (count < (sample ? 2 : 1)) return null;
  const variance = squares / (sample ? count - 1 : count);
  return name.startsWith('STDDEV') ? Math.sqrt(variance) / scale : variance / scale / scale;
}

function pairStatistic(name: string, list: readonly unknown[]): number | null {
  const pairs = (list as readonly (readonly Maybe[] | null)[]).flatMap((pair) => {
    const [x, y] = pair ?? [];
    return x === null || x === undefined || y === null || y === undefined ? [] : [[x, y] as const];
  });
  const all = pairs.flat();
  const scale = all.some((value) => Math.abs(value) > GREAT) ? SHRINK : 1;
  let [meanX, meanY, moment, squaresX, squaresY] = [0, 0, 0, 0, 0];
  let count = 0;
  for (const [wideX, wideY] of pairs) {
    const [x, y] = [wideX * scale, wideY * scale];
    count++;
    const dx = x - meanX;
    const dy = y - meanY;
    meanX += dx / count;
    meanY += dy / count;
    moment += dx * (y - meanY);
    squaresX += dx * (x - meanX);
    squaresY += dy * (y - meanY);
  }
  if (count < (name === 'COVAR_POP' ? 1 : 2)) return null;
  // Of infinities there is no covariance; of great numbers it may be infinite.
  if (!all.every(Number.isFinite)) return Number.NaN;
  if (name === 'CORR') return finite(moment / Math.sqrt(squaresX * squaresY));
  return moment / (name === 'COVAR_SAMP' ? count - 1 : count) / scale / scale;
}

/** Beyond all numbers is no number. */
const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

/** Order with NaN before all numbers. */
const byValue = (a: number, b: number): number =>
  Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a - b;

/** NULLs, which are only there under RESPECT NULLS, come first; between one and a number stands the number. */
function percentileCont(list: readonly Maybe[], share: number): number | null {
  if (!(share >= 0 && share <= 1))
    throw new ValueError('The second argument to the function PERCENTILE_CONT must be in [0, 1]');
  const nulls = list.filter((value) => value === null);
  const values: readonly Maybe[] = [...nulls, ...list.filter((value) => value !== null).toSorted(byValue)];
  if (values.length === 0) return null;
  const position = share * (values.length - 1);
  const low = values[Math.floor(position)] ?? null;
  const weight = position - Math.floor(position);
  if (weight === 0) return low;
  const high = values[Math.ceil(position)] ?? null;
  return low === null || high === null ? high : low * (1 - weight) + high * weight;
}

/** The same over decimals, `one` being the number 1 of their kind; results round half away from zero. */
function percentileOfDecimals(list: readonly (bigint | null)[], share: bigint, kind: DecimalKind): bigint | null {
  if (share < 0n || share > kind.one) {
    throw new ValueError('The second argument to the function PERCENTILE_CONT must be in [0, 1]');
  }
  const nulls = list.filter((value) => value === null);
  const numbers = list.filter((value) => value !== null).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const values: readonly (bigint | null)[] = [...nulls, ...numbers];
  if (values.length === 0) return null;
  const position = share * BigInt(values.length - 1);
  const at = Number(position / kind.one);
  const weight = position % kind.one;
  const low = values[at] ?? null;
  if (weight === 0n) return low;
  const high = values[at + 1] ?? null;
  if (low === null || high === null) return high;
  return divideRounded(low * (kind.one - weight) + high * weight, kind.one);
}

/** Positions, from 1, of the bounds of `count` equal parts of so many sorted values. */
function quantilePositions(length: bigint, count: bigint): readonly bigint[] {
  if (count <= 0n) throw new ValueError('The second argument to APPROX_QUANTILES must be positive');
  return Array.from({ length: Number(count) + 1 }, (_, i) => {
    const position = (BigInt(i) * length + count - 1n) / count;
    return position < 1n ? 1n : position;
  });
}

interface Top {
  /** From 1, where the value is first seen. */
  readonly position: bigint;
  readonly count: bigint;
  readonly sum: number | bigint | null;
}

/** The values of the greatest weight, heaviest first; without weights every value weighs its count. */
function topOf(list: SqlValue, weights: SqlValue | undefined, limit: bigint): readonly Top[] {
  if (limit <= 0n) throw new ValueError('The number of values to return must be positive');
  const tops = new Map<string, Top>();
  const weighed = weights === undefined ? undefined : (weights as readonly (number | bigint | null)[]);
  for (const [i, value] of (list as readonly SqlValue[]).entries()) {
    const key = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
    const known = tops.get(key) ?? { position: BigInt(i + 1), count: 0n, sum: null };
    const weight = weighed?.[i] ?? null;
    tops.set(key, { ...known, count: known.count + 1n, sum: plus(known.sum, weight) });
  }
  const measure = (top: Top): number | bigint | null => (weighed === undefined ? top.count : top.sum);
  return [...tops.values()].toSorted((a, b) => heavierFirst(measure(a), measure(b))).slice(0, Number(limit));
}

function plus(a: number | bigint | null, b: number | bigint | null): number | bigint | null {
  if (a === null || b === null) return a ?? b;
  return typeof a === 'bigint' && typeof b === 'bigint' ? a + b : Number(a) + Number(b);
}

function heavierFirst(a: number | bigint | null, b: number | bigint | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a > b ? -1 : a < b ? 1 : 0;
}

export const statisticFunctions = named({
  gs_statistic: js('(STRING, ARRAY<FLOAT64>) -> FLOAT64', statistic),
  gs_pair_statistic: js('(STRING, ANY) -> FLOAT64', (name, list) =>
    pairStatistic(name, Array.isArray(list) ? (list as readonly unknown[]) : []),
  ),
  gs_percentile_cont: js('(ARRAY<FLOAT64>, FLOAT64) -> FLOAT64', percentileCont),
  gs_percentile_cont_numeric: js('(ARRAY<NUMERIC>, NUMERIC) -> NUMERIC', (list, share) =>
    percentileOfDecimals(list, share, numericKind),
  ),
  gs_percentile_cont_big: js('(ARRAY<BIGNUMERIC>, BIGNUMERIC) -> BIGNUMERIC', (list, share) =>
    percentileOfDecimals(list, share, bigNumericKind),
  ),
  gs_share_position: js('(BIGNUMERIC, INT64) -> INT64', (share, count) => {
    const position = (share * count + bigNumericKind.one - 1n) / bigNumericKind.one;
    return position < 1n ? 1n : position;
  }),
  gs_quantile_positions: js('(INT64, INT64) -> ARRAY<INT64>', quantilePositions),
  gs_top_positions: js('(ANY, INT64) -> ARRAY<INT64>', (list, limit) =>
    topOf(list, undefined, limit).map(({ position }) => position),
  ),
  gs_top_counts: js('(ANY, INT64) -> ARRAY<INT64>', (list, limit) =>
    topOf(list, undefined, limit).map(({ count }) => count),
  ),
  gs_top_sum_positions: js('(ANY, ANY, INT64) -> ARRAY<INT64>', (list, weights, limit) =>
    topOf(list, weights, limit).map(({ position }) => position),
  ),
  gs_top_sums_int64: js('(ANY, ARRAY<INT64>, INT64) -> ARRAY<INT64>', (list, weights, limit) =>
    topOf(list, weights, limit).map(({ sum }) => (typeof sum === 'bigint' ? sum : null)),
  ),
  gs_top_sums_numeric: js('(ANY, ARRAY<NUMERIC>, INT64) -> ARRAY<NUMERIC>', (list, weights, limit) =>
    topOf(list, weights, limit).map(({ sum }) => (typeof sum === 'bigint' ? sum : null)),
  ),
  gs_top_sums_float64: js('(ANY, ARRAY<FLOAT64>, INT64) -> ARRAY<FLOAT64>', (list, weights, limit) =>
    topOf(list, weights, limit).map(({ sum }) => (typeof sum === 'number' ? sum : null)),
  ),
});
