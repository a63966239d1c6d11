/** Statistical aggregates over the values of a group. */

import { js, named } from './define.ts';

type Maybe = number | null;

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
  const { count, squares } = spread(list.filter((value) => value !== null));
  const sample = name.endsWith('SAMP');
  if (count < (sample ? 2 : 1)) return null;
  const variance = squares / (sample ? count - 1 : count);
  return name.startsWith('STDDEV') ? Math.sqrt(variance) : variance;
}

function pairStatistic(name: string, list: readonly unknown[]): number | null {
  const pairs = (list as readonly (readonly Maybe[] | null)[]).flatMap((pair) => {
    const [x, y] = pair ?? [];
    return x === null || x === undefined || y === null || y === undefined ? [] : [[x, y] as const];
  });
  let [meanX, meanY, moment, squaresX, squaresY] = [0, 0, 0, 0, 0];
  let count = 0;
  for (const [x, y] of pairs) {
    count++;
    const dx = x - meanX;
    const dy = y - meanY;
    meanX += dx / count;
    meanY += dy / count;
    moment += dx * (y - meanY);
    squaresX += dx * (x - meanX);
    squaresY += dy * (y - meanY);
  }
  if (name === 'COVAR_POP') return count < 1 ? null : moment / count;
  if (count < 2) return null;
  return name === 'COVAR_SAMP' ? moment / (count - 1) : moment / Math.sqrt(squaresX * squaresY);
}

/** Order with NaN before all numbers. */
const byValue = (a: number, b: number): number =>
  Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a - b;

function percentileCont(list: readonly Maybe[], share: number): number | null {
  const values = list.filter((value) => value !== null).toSorted(byValue);
  if (values.length === 0) return null;
  const position = share * (values.length - 1);
  const low = values[Math.floor(position)] ?? 0;
  const high = values[Math.ceil(position)] ?? low;
  const weight = position - Math.floor(position);
  return weight === 0 ? low : low * (1 - weight) + high * weight;
}

export const statisticFunctions = named({
  gs_statistic: js('(STRING, ARRAY<FLOAT64>) -> FLOAT64', statistic),
  gs_pair_statistic: js('(STRING, ANY) -> FLOAT64', (name, list) =>
    pairStatistic(name, Array.isArray(list) ? (list as readonly unknown[]) : []),
  ),
  gs_percentile_cont: js('(ARRAY<FLOAT64>, FLOAT64) -> FLOAT64', percentileCont),
});
