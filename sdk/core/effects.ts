// Owns what the SDK needs of the outside: time, randomness, a place to keep events, and a way to send them.

/** The time and what happens later. */
export interface Clock {
  /** Milliseconds since 1970 by the clock of the client. */
  now(): number;
  /** Runs something once, that many milliseconds later; the answer takes it back. */
  after(delayMs: number, run: () => void): () => void;
}

/** So many random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

/** An event that waits to be acknowledged. */
export interface QueuedEvent {
  readonly id: string;
  readonly type: string;
  /** Why it is held, when that is known: withdrawing the purpose purges it. */
  readonly purpose?: string | undefined;
  readonly queuedAtMs: number;
  /** The envelope as JSON: made once, so that every sending is the same to the byte. */
  readonly text: string;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
}

/** Keeps events over restarts. Calls never overlap; each resolves when what it did is durable. */
export interface QueueStore {
  /** Takes the store into use. `recovered` is called with what an earlier life left, now or later. */
  open(recovered: (events: readonly QueuedEvent[]) => void): Promise<void>;
  /** Adds and removes; an id that is not there is no error. */
  write(added: readonly QueuedEvent[], removed: readonly string[]): Promise<void>;
  /** Leaves nothing readable of what was removed. */
  scrub(): Promise<void>;
  close(): Promise<void>;
}

/** What came of a request. */
export type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfter: string | null; readonly text: string }
  /** No answer: the connection failed, or took too long. */
  | { readonly kind: 'unreachable' }
  /** It was handed over to be sent some time, and nobody will tell. */
  | { readonly kind: 'unknown' };

/** Sends the JSON of a batch. Never throws. */
export interface Transport {
  send(body: string, bytes: number): Promise<Reply>;
  /** Sends so that the request outlives the page. */
  sendLast(body: string, bytes: number): Promise<Reply>;
  /** Bytes that may still be sent like that now. */
  lastRoom(): number;
}
