/** "Did you mean": the name nearest to a mistyped one. Source: GoogleSQL's rule of about a fifth of the letters. */

import { levenshtein } from '../values/edit-distance.ts';

const SHORTEST = 3;

/** The candidate within reach of the name, the least in order among equals; undefined when none is near enough. */
function closestName(mistyped: string, candidates: Iterable<string>): string | undefined {
  if (mistyped.length < SHORTEST) return undefined;
  const reach = mistyped.length < 5 ? Math.floor(mistyped.length / 2) : Math.floor(mistyped.length / 5) + 2;
  const letters = Array.from(mistyped);
  let best: string | undefined;
  let bestDistance = reach + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - mistyped.length) > reach) continue;
    const distance = levenshtein(letters, Array.from(candidate));
    if (distance < bestDistance || (distance === bestDistance && best !== undefined && candidate < best)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean x?` with its semicolon, or nothing. */
export function suggestion(mistyped: string, candidates: Iterable<string>): string {
  const name = closestName(mistyped, candidates);
  return name === undefined ? '' : `; Did you mean ${name}?`;
}
