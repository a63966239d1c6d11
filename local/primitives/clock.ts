/** The time that every service of the local cloud lives by, and that tests can move. */

/** A pending timer; `cancel` is safe to call at any time, also from its own callback. */
export interface Timer {
  cancel(): void;
}

export interface CloudClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `callback` once when the clock has reached `atMs` (epoch milliseconds); never synchronously. */
  at(atMs: number, callback: () => void): Timer;
  /** Moves the clock forward and fires, in order of time, whatever became due; resolves when all of it has been started. */
  advance(byMs: number): Promise<void>;
}

interface Pending {
  readonly atMs: number;
  readonly callback: () => void;
}

/** setTimeout overflows above 2^31-1 ms and would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A clock that follows the machine's, plus whatever `advance` added. */
export function systemClock(): CloudClock {
  return createClock(() => Date.now());
}

/** A clock that stands still until `advance` is called: for tests. */
export function frozenClock(startMs: number): CloudClock {
  return createClock(() => startMs, { frozen: true });
}

function createClock(base: () => number, options: { frozen?: true } = {}): CloudClock {
  let offsetMs = 0;
  let wake: NodeJS.Timeout | undefined;
  /** When `wake` fires; timers set for later need not look at all the others. */
  let wakeMs = Infinity;
  const pending = new Set<Pending>();
  const now = (): number => base() + offsetMs;

  const due = (untilMs: number): Pending[] =>
    [...pending].filter((timer) => timer.atMs <= untilMs).sort((left, right) => left.atMs - right.atMs);

  const arm = (): void => {
    if (options.frozen) return;
    clearTimeout(wake);
    wakeMs = Infinity;
    for (const timer of pending) wakeMs = Math.min(wakeMs, timer.atMs);
    if (wakeMs === Infinity) return;
    wake = setTimeout(fire, Math.min(Math.max(wakeMs - now(), 0), MAX_TIMEOUT_MS));
    wake.unref();
  };

  const fire = (): void => {
    try {
      for (const timer of due(now())) {
        if (pending.delete(timer)) timer.callback();
      }
    } finally {
      arm();
    }
  };

  return {
    now,
    at(atMs, callback) {
      const timer = { atMs, callback };
      pending.add(timer);
      if (atMs < wakeMs) arm();
      return { cancel: () => void pending.delete(timer) };
    },
    async advance(byMs) {
      const targetMs = now() + byMs;
      for (let [next] = due(targetMs); next !== undefined; [next] = due(targetMs)) {
        offsetMs += Math.max(0, next.atMs - now());
        if (pending.delete(next)) next.callback();
        await settle();
      }
      offsetMs += Math.max(0, targetMs - now());
      await settle();
      arm();
    },
  };
}

/** Lets promise chains and I/O callbacks that a fired timer started run before time moves on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
