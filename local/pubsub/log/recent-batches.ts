/** Keeps what was published last in memory, so that subscribers who keep up are served without reading files. */
import { findBatch, type MessageBatch } from './batch.ts';

/** The queue of owners is an array with a head index; taking from the front of a long array would copy all of it. */
const COMPACT_AFTER = 64;

/** Shared by all topics: whoever publishes most has most of it. */
export class RecentBudget {
  readonly #maxBytes: number;
  #bytes = 0;
  /** Owners of batches, in the order in which the batches came. */
  readonly #owners: RecentBatches[] = [];
  #head = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  spend(owner: RecentBatches, bytes: number): void {
    this.#bytes += bytes;
    this.#owners.push(owner);
    while (this.#bytes > this.#maxBytes && this.#head < this.#owners.length) {
      this.#bytes -= this.#owners[this.#head]?.dropOldest() ?? 0;
      this.#head += 1;
    }
    if (this.#head >= COMPACT_AFTER && this.#head * 2 >= this.#owners.length) {
      this.#owners.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

/** The latest batches of one topic, in order and without gaps. */
export class RecentBatches {
  readonly #budget: RecentBudget;
  /** A queue that is shifted at once: a batch left in front of a head index would stay in memory. */
  readonly #batches: MessageBatch[] = [];

  constructor(budget: RecentBudget) {
    this.#budget = budget;
  }

  add(batch: MessageBatch): void {
    this.#batches.push(batch);
    this.#budget.spend(this, batch.body.length);
  }

  find(sequence: number): MessageBatch | undefined {
    const last = this.#batches.at(-1);
    if (last?.holds(sequence)) return last;
    return findBatch(this.#batches, sequence);
  }

  /** Frees the oldest batch and returns its bytes. */
  dropOldest(): number {
    return this.#batches.shift()?.body.length ?? 0;
  }
}
