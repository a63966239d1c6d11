/** Promises taken in the order in which they come in. */

export interface Arrivals<Item> {
  /** Adds a promise to wait for. */
  expect(promise: Promise<Item>): void;
  /** The next one to come in; undefined once `signal` is aborted. @throws what a promise was rejected with */
  next(signal: AbortSignal): Promise<Item | undefined>;
}

type Arrival<Item> =
  | { readonly kind: 'item'; readonly item: Item }
  | { readonly kind: 'error'; readonly error: unknown };

export function createArrivals<Item>(): Arrivals<Item> {
  const arrived: Arrival<Item>[] = [];
  let wake: (() => void) | undefined;
  const arrive = (arrival: Arrival<Item>): void => {
    arrived.push(arrival);
    wake?.();
  };

  const wait = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        wake = undefined;
        resolve();
      };
      wake = done;
      signal.addEventListener('abort', done);
    });

  return {
    expect(promise) {
      promise.then(
        (item) => arrive({ kind: 'item', item }),
        (error: unknown) => arrive({ kind: 'error', error }),
      );
    },
    async next(signal) {
      if (arrived.length === 0 && !signal.aborted) await wait(signal);
      const arrival = arrived.shift();
      if (signal.aborted || arrival === undefined) return undefined;
      if (arrival.kind === 'error') throw arrival.error;
      return arrival.item;
    },
  };
}
