// Owns putting events into batches that a request may carry.

export interface BatchLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** Each event as its JSON text; a batch never passes the limits, unless a single event does by itself. */
export async function* batchesOf(texts: AsyncIterable<string>, limits: BatchLimits): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for await (const text of texts) {
    const size = Buffer.byteLength(text);
    if (batch.length > 0 && (batch.length >= limits.maxEvents || bytes + size > limits.maxBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(text);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
