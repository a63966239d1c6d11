/** Reads messages by sequence number: from memory if they were published lately, else from files in large pieces. */
import { findBatch, type MessageBatch, type StoredMessage } from './batch.ts';
import type { RecentBatches } from './recent-batches.ts';

/** One per subscription: its two windows follow the front of its backlog and its redeliveries. */
export class LogReader {
  readonly #recent: RecentBatches;
  readonly #load: (sequence: number) => MessageBatch[];
  #current: MessageBatch | undefined;
  #front: MessageBatch[] = [];
  #behind: MessageBatch[] = [];

  constructor(recent: RecentBatches, load: (sequence: number) => MessageBatch[]) {
    this.#recent = recent;
    this.#load = load;
  }

  /** The message with a sequence number; undefined when it is not stored. */
  read(sequence: number): StoredMessage | undefined {
    if (!this.#current?.holds(sequence)) this.#current = this.#find(sequence);
    return this.#current?.message(sequence);
  }

  /** Forgets what was read ahead: called when a subscription has nothing more to deliver. */
  rest(): void {
    this.#current = undefined;
    this.#front = [];
    this.#behind = [];
  }

  #find(sequence: number): MessageBatch | undefined {
    const known = this.#recent.find(sequence) ?? findBatch(this.#front, sequence) ?? findBatch(this.#behind, sequence);
    if (known !== undefined) return known;
    const loaded = this.#load(sequence);
    const ahead = (this.#front[0]?.head.firstSequence ?? 0) <= sequence;
    if (ahead) this.#front = loaded;
    else this.#behind = loaded;
    return findBatch(loaded, sequence);
  }
}
