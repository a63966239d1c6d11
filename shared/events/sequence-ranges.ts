// Owns sets of sequence numbers as ranges: what a collector acknowledges, what has landed, and what is missing between them.

/** Numbers from the first to the last, both included. */
export type SequenceRange = readonly [first: number, last: number];

/** A set of whole numbers from 0: ranges in order that neither touch nor overlap. */
export type SequenceRanges = readonly SequenceRange[];

/** The set without numbers. */
export const NO_SEQUENCES: SequenceRanges = [];

/** The set of some ranges, in any order, touching or overlapping as they like. */
export function rangesOf(ranges: Iterable<SequenceRange>): SequenceRanges {
  const merged: [number, number][] = [];
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

/** The set of some numbers. */
export function rangesOfNumbers(numbers: Iterable<number>): SequenceRanges {
  return rangesOf([...numbers].map((number): SequenceRange => [number, number]));
}

/** Everything that is in one of two sets or in both. */
export function union(a: SequenceRanges, b: SequenceRanges): SequenceRanges {
  return rangesOf([...a, ...b]);
}

/** What is in a set and not in another, in one walk over both. */
export function difference(a: SequenceRanges, b: SequenceRanges): SequenceRanges {
  const left: SequenceRange[] = [];
  let at = 0;
  for (const [first, last] of a) {
    let from = first;
    while (at < b.length && (b[at]?.[1] ?? 0) < from) at += 1;
    for (let next = at; from <= last; next += 1) {
      const [gapEnd, resume] = b[next] ?? [last + 1, last + 1];
      if (gapEnd > last) {
        left.push([from, last]);
        break;
      }
      if (gapEnd > from) left.push([from, gapEnd - 1]);
      from = Math.max(from, resume + 1);
    }
  }
  return left;
}

/** How many numbers a set has. */
export function countOf(ranges: SequenceRanges): number {
  return ranges.reduce((count, [first, last]) => count + last - first + 1, 0);
}

/** Whether a number is in a set. */
export function has(ranges: SequenceRanges, number: number): boolean {
  return ranges.some(([first, last]) => first <= number && number <= last);
}

/** Reads a set out of parsed JSON; undefined when it is none in canonical form. */
export function parseRanges(value: unknown): SequenceRanges | undefined {
  if (!Array.isArray(value)) return undefined;
  const ranges: SequenceRange[] = [];
  for (const range of value) {
    const [first, last, more]: readonly unknown[] = Array.isArray(range) ? range : [];
    if (!isSequence(first) || !isSequence(last) || more !== undefined || last < first) return undefined;
    if (first <= (ranges.at(-1)?.[1] ?? -2) + 1) return undefined;
    ranges.push([first, last]);
  }
  return ranges;
}

function isSequence(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
