// Owns repeatable chance: the same seed makes the same people and the same music.

export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from 0 up to, but not including, `count`. */
  below(count: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** Few items often, many seldom: how music is listened to. */
  popular(count: number): number;
}

/** Mulberry32: 32 bits of state, good enough for made-up traffic. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    pick: ([first, ...rest]) => rest[below(rest.length + 1) - 1] ?? first,
    popular: (count) => Math.floor(count * next() ** 3),
  };
}
