/** How one value reaches another: a set of flows and influences, and what a further step on the way makes of it. */

/**
 * The ways, one bit each. Up to `opened` the value itself flows; from `filter` on it only decides.
 * `aggregated`: values of many rows flow as they are, one or all of them; `combined`: they are merged into one that shows none of them,
 * unless it is alone; `counted`: how many there are flows, which shows none of them.
 */
export const ways = {
  identity: 1,
  transformed: 2,
  aggregated: 4,
  combined: 8,
  counted: 16,
  masked: 32,
  opened: 64,
  filter: 128,
  join: 256,
  group: 512,
  order: 1024,
  condition: 2048,
  window: 4096,
} as const;

/** One way. */
export type Way = (typeof ways)[keyof typeof ways];

/** Several of them, as bits. */
export type Ways = number;

const FLOWS = ways.filter - 1;
const { identity, transformed, aggregated, combined, counted, masked } = ways;

/** The ways in which a value flows, without those in which it only decides. */
export function flowsOf(reached: Ways): Ways {
  return reached & FLOWS;
}

/** The ways in which a value only decides. */
export function influencesOf(reached: Ways): Ways {
  return reached & ~FLOWS;
}

/**
 * How it reaches on after one more step. What decided before goes on to decide as it did; what flowed is as far from its
 * origin as the farther of the two: what was masked or opened stays so until the opposite is done to it.
 */
export function through(reached: Ways, step: Way): Ways {
  return influencesOf(reached) | flowingThrough(flowsOf(reached), step);
}

/** The same for a single way, which stays single. */
export function chained(first: Way, second: Way): Way {
  // Every rule below answers one bit for one bit.
  return through(first, second) as Way;
}

function flowingThrough(flows: Ways, step: Way): Ways {
  switch (step) {
    case identity:
      return flows;
    case transformed:
      return raised(flows, identity | transformed, transformed);
    case aggregated:
      return raised(flows, identity | transformed | aggregated, aggregated);
    case combined:
      return raised(flows, identity | transformed | aggregated | combined, combined);
    case counted:
      return raised(flows, FLOWS & ~masked, counted);
    default:
      return flows === 0 ? 0 : step;
  }
}

/** The flows with those among `low` replaced by `way`. */
function raised(flows: Ways, low: Ways, way: Way): Ways {
  return (flows & ~low) | ((flows & low) === 0 ? 0 : way);
}
