// Owns when a request whose body is there goes on: together with the others of its turn, so that they take each step side by side.

/** Bodies that go on together: more of them would hold more at a time than what walking side by side is worth. */
const MAX_BYTES = 32 * 1024;

interface Group {
  readonly leaving: Promise<void>;
  readonly leave: () => void;
  bytes: number;
}

/**
 * Requests that go on in the same moment take turns at every `await`, so each step runs for all of them while the processor has its
 * code at hand. Going the whole way one after the other, requests of a single event take twice the time. Nobody waits for more
 * than what has arrived already.
 */
export class Arrivals {
  #group: Group | undefined;

  /** Resolves at the end of this turn of the event loop, or as soon as enough has arrived in it. */
  together(bodyBytes: number): Promise<void> {
    const group = (this.#group ??= this.#open());
    group.bytes += bodyBytes;
    if (group.bytes >= MAX_BYTES) this.#close(group);
    return group.leaving;
  }

  #open(): Group {
    const { promise, resolve } = Promise.withResolvers<void>();
    const group: Group = { leaving: promise, leave: resolve, bytes: 0 };
    setImmediate(() => this.#close(group));
    return group;
  }

  #close(group: Group): void {
    if (this.#group === group) this.#group = undefined;
    group.leave();
  }
}
