/** Who may work on what at once: tables shared or owned, and a bound on how much runs. */

interface Waiter {
  readonly owns: boolean;
  readonly start: () => void;
}

interface Held {
  sharers: number;
  owned: boolean;
  readonly waiting: Waiter[];
}

/** Locks by key, granted in the order in which they are asked for. */
export class Locks {
  readonly #held = new Map<string, Held>();

  /** Runs beside others that share the key: adding rows does not disturb adding rows. */
  async share<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.#hold(key, false, work);
  }

  /** Runs alone under the key. */
  async own<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.#hold(key, true, work);
  }

  /** Runs alone under all of the keys. */
  async ownAll<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    // One order for everybody, so that nobody waits in a circle.
    const [first, ...rest] = [...new Set(keys)].toSorted();
    return first === undefined ? work() : this.own(first, () => this.ownAll(rest, work));
  }

  async #hold<T>(key: string, owns: boolean, work: () => Promise<T>): Promise<T> {
    await this.#enter(key, owns);
    try {
      return await work();
    } finally {
      this.#leave(key, owns);
    }
  }

  async #enter(key: string, owns: boolean): Promise<void> {
    const held = this.#held.get(key) ?? { sharers: 0, owned: false, waiting: [] };
    this.#held.set(key, held);
    const free = !held.owned && held.waiting.length === 0 && (!owns || held.sharers === 0);
    if (free) take(held, owns);
    else await new Promise<void>((start) => held.waiting.push({ owns, start }));
  }

  #leave(key: string, owns: boolean): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    if (owns) held.owned = false;
    else held.sharers--;
    for (let next = held.waiting[0]; next !== undefined && mayStart(held, next); next = held.waiting[0]) {
      held.waiting.shift();
      take(held, next.owns);
      next.start();
    }
    if (!held.owned && held.sharers === 0) this.#held.delete(key);
  }
}

function take(held: Held, owns: boolean): void {
  if (owns) held.owned = true;
  else held.sharers++;
}

function mayStart(held: Held, { owns }: Waiter): boolean {
  return !held.owned && (!owns || held.sharers === 0);
}

/** Tells those who wait that they need not wait any more. */
export interface Stop {
  /** Calls back with the reason when it comes to that. */
  onStop(listener: (why: Error) => void): void;
}

/** Lets at most so many run at once; the rest wait in order. */
export class Slots {
  #free: number;
  #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs in a slot. Throws the reason when `stop` says so while it still waits for one. */
  async use<T>(work: () => Promise<T>, stop: Stop): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#wait(stop);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  async #wait(stop: Stop): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push(resolve);
      stop.onStop((why) => {
        if (!this.#waiting.includes(resolve)) return;
        this.#waiting = this.#waiting.filter((one) => one !== resolve);
        reject(why);
      });
    });
  }
}
