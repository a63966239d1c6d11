/** Generation numbers: microseconds of the clock, and always higher than any given out before, over restarts too. */
import type { CloudClock } from '../primitives/clock.ts';
import type { Store } from '../primitives/store.ts';

export interface Generations {
  /** Call before the transaction that asks for numbers: keeps the ceiling on disk ahead of them. */
  prepare(): void;
  next(): number;
  /** Brings the ceiling down to what was really given out. */
  close(): void;
}

/** How far ahead the ceiling is set (60 s), and how near it may come (10 s); in microseconds, as the numbers. */
const STEP = 60_000_000;
const MARGIN = 10_000_000;

export function createGenerations(store: Store, clock: CloudClock): Generations {
  let ceiling =
    store.get<{ generation_ceiling: number }>('SELECT generation_ceiling FROM marks')?.generation_ceiling ?? 0;
  let last = ceiling;
  const upcoming = (): number => Math.max(last + 1, clock.now() * 1000);
  const setCeiling = (value: number): void => {
    ceiling = value;
    store.run('UPDATE marks SET generation_ceiling = ?', ceiling);
  };
  return {
    prepare() {
      if (upcoming() + MARGIN > ceiling) setCeiling(upcoming() + STEP);
    },
    next() {
      last = upcoming();
      return last;
    },
    close: () => setCeiling(last),
  };
}
