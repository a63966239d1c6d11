/** The messages of one publish request, found in its body when first asked for. */
import { messageOffsets } from '../wire/publish-request.ts';
import type { RecordHead } from './record.ts';

/** A message as it is stored: `bytes` is a PubsubMessage without id and publish time. */
export interface StoredMessage {
  readonly sequence: number;
  readonly publishTimeMs: number;
  readonly bytes: Buffer;
}

export class MessageBatch {
  readonly head: RecordHead;
  readonly body: Buffer;
  #offsets: Uint32Array | undefined;

  constructor(head: RecordHead, body: Buffer) {
    this.head = head;
    this.body = body;
  }

  /** One past the last of its sequence numbers. */
  get endSequence(): number {
    return this.head.firstSequence + this.head.count;
  }

  holds(sequence: number): boolean {
    return sequence >= this.head.firstSequence && sequence < this.endSequence;
  }

  /** The message with a sequence number that this batch holds. */
  message(sequence: number): StoredMessage {
    this.#offsets ??= messageOffsets(this.body, this.head.count);
    const index = (sequence - this.head.firstSequence) * 2;
    const bytes = this.body.subarray(this.#offsets[index], this.#offsets[index + 1]);
    return { sequence, publishTimeMs: this.head.publishTimeMs, bytes };
  }
}

/** The batch that holds a sequence number, among batches in order of it, from an index on. */
export function findBatch(batches: readonly MessageBatch[], sequence: number): MessageBatch | undefined {
  let low = 0;
  let high = batches.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const batch = batches[middle];
    if (batch === undefined) return undefined;
    if (sequence < batch.head.firstSequence) high = middle - 1;
    else if (sequence >= batch.endSequence) low = middle + 1;
    else return batch;
  }
  return undefined;
}
