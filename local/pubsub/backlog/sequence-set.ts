/** A set of sequence numbers as ranges: what was acknowledged out of order is mostly a few long runs. */

export class SequenceSet {
  /** `[start, end)` pairs in order, neither overlapping nor touching. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** @param ranges flat `[start, end, start, end, …]`, as `ranges` gives it */
  constructor(ranges: readonly number[] = []) {
    for (let index = 0; index + 1 < ranges.length; index += 2) this.add(ranges[index] ?? 0, ranges[index + 1]);
  }

  get isEmpty(): boolean {
    return this.#starts.length === 0;
  }

  /** One past the largest number; 0 when empty. */
  get end(): number {
    return this.#ends.at(-1) ?? 0;
  }

  get ranges(): number[] {
    return this.#starts.flatMap((start, index) => [start, this.#ends[index] ?? start]);
  }

  has(sequence: number): boolean {
    const index = this.#firstEndingAfter(sequence);
    return (this.#starts[index] ?? Infinity) <= sequence;
  }

  /** Adds the numbers from `start` up to but without `end`. */
  add(start: number, end = start + 1): void {
    if (start >= end) return;
    // Ranges that overlap or touch the new one melt into it.
    const from = this.#firstEndingAfter(start - 1);
    let to = from;
    let mergedStart = start;
    let mergedEnd = end;
    for (let next = this.#starts[to]; next !== undefined && next <= end; next = this.#starts[to]) {
      mergedStart = Math.min(mergedStart, next);
      mergedEnd = Math.max(mergedEnd, this.#ends[to] ?? next);
      to += 1;
    }
    if (to - from === 1) {
      this.#starts[from] = mergedStart;
      this.#ends[from] = mergedEnd;
      return;
    }
    this.#starts.splice(from, to - from, mergedStart);
    this.#ends.splice(from, to - from, mergedEnd);
  }

  /** Removes everything below `floor` and the run that continues it; returns where that run ends, the new floor. */
  advance(floor: number): number {
    const count = this.#firstEndingAfter(floor - 1);
    const first = this.#starts[count];
    const joined = first !== undefined && first <= floor;
    const reached = joined ? (this.#ends[count] ?? floor) : floor;
    const removed = joined ? count + 1 : count;
    if (removed > 0) {
      this.#starts.splice(0, removed);
      this.#ends.splice(0, removed);
    }
    return reached;
  }

  clear(): void {
    this.#starts.length = 0;
    this.#ends.length = 0;
  }

  /** Index of the first range whose end lies after `sequence`. */
  #firstEndingAfter(sequence: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
