// Owns how much memory requests hold at a time, over all of them together: their bodies, and what they are once parsed.

/** Bounds a flood of requests, whatever they carry; it is what the largest batches of some ten senders at once take. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** The same for all requests together that do not show a write key ahead of their body. */
export const MAX_UNKEYED_HELD_BYTES = 16 * 1024 * 1024;

/** What one request holds. */
export interface Hold {
  /** Takes so many bytes more; false when that would be too much. */
  take(bytes: number): boolean;
  /** Gives everything back. */
  release(): void;
}

export class HeldBytes {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = MAX_HELD_BYTES) {
    this.#maxBytes = maxBytes;
  }

  open(): Hold {
    let mine = 0;
    return {
      take: (bytes) => {
        if (this.#bytes + bytes > this.#maxBytes) return false;
        this.#bytes += bytes;
        mine += bytes;
        return true;
      },
      release: () => {
        this.#bytes -= mine;
        mine = 0;
      },
    };
  }
}
