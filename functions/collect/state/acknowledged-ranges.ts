// Owns a growing set of acknowledged numbers: nearly always the next ones in order, so that adding costs nothing.
import type { SequenceRanges } from '#shared/events/sequence-ranges.ts';

export class AcknowledgedRanges {
  /** In order; they neither touch nor overlap. */
  readonly #ranges: [first: number, last: number][] = [];

  get ranges(): SequenceRanges {
    return this.#ranges.map(([first, last]) => [first, last]);
  }

  /** Adds numbers that are not in it yet. */
  add(first: number, last: number): void {
    const ranges = this.#ranges;
    let at = ranges.length;
    // From the end: numbers are given in order, and acknowledged nearly in order.
    while (at > 0 && (ranges[at - 1]?.[0] ?? 0) > first) at -= 1;
    const [before, after] = [ranges[at - 1], ranges[at]];
    const joinsBefore = before?.[1] === first - 1;
    const joinsAfter = after?.[0] === last + 1;
    if (before !== undefined && joinsBefore) {
      before[1] = joinsAfter && after !== undefined ? after[1] : last;
      if (joinsAfter) ranges.splice(at, 1);
    } else if (after !== undefined && joinsAfter) {
      after[0] = first;
    } else {
      ranges.splice(at, 0, [first, last]);
    }
  }
}
