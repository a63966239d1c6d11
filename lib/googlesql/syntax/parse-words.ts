/** Runs of keywords written as one text. */

import type { Cursor } from './cursor.ts';

/** Takes `MATERIALIZED VIEW` and its like if it is next. */
export function acceptsWords(p: Cursor, words: string): boolean {
  const [first = '', second, third] = words.split(' ');
  return p.accepts(first, second, third);
}
