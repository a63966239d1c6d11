/** The record of what an execution learnt from the world, from which it can be led to where it was. */

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One answer of the world. The order of entries is the order in which the execution learnt of them. */
export interface JournalEntry {
  /** Which branch asked, and the how manieth question of that branch it was: `0#3`, `0/2.1#1`. */
  readonly key: string;
  /** What kind of question: `now`, `uuid`, `http`, `sleep`, … */
  readonly name: string;
  readonly outcome: Json;
}

export interface Journal {
  /** All entries so far, oldest first; called once, before anything is appended. */
  read(): readonly JournalEntry[];
  /** Resolves once the entries are safe; nothing that depends on them happens before. */
  append(entries: readonly JournalEntry[]): void | Promise<void>;
}

/** A journal that is forgotten with the process: for tests, and executions that need not survive. */
export function createMemoryJournal(
  entries: readonly JournalEntry[] = [],
): Journal & { readonly entries: JournalEntry[] } {
  const kept = [...entries];
  return {
    entries: kept,
    read: () => [...kept],
    append: (added) => void kept.push(...added),
  };
}
