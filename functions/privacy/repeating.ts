// Owns work that repeats while the function lives: one run at a time, on a timer that keeps no process alive.

/** Repeats work; the result stops it. */
export type Repeat = (everyMs: number, work: () => Promise<unknown>) => () => void;

/** The real one. A run that would overlap is left out; work that fails has said so itself, and is due again all the same. */
export const repeatByTimer: Repeat = (everyMs, work) => {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    void work()
      .catch(() => undefined)
      .finally(() => {
        running = false;
      });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
};
