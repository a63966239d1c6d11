/** Remembers insertIds for a while, so that a repeated tabledata.insertAll does not double its rows. */
import type { CloudClock } from '../../primitives/clock.ts';
import { INSERT_ID_WINDOW_MS, MAX_REMEMBERED_INSERT_IDS } from '../limits.ts';

export interface InsertIds {
  /** True when a row of this id went into the table within the window. */
  has(table: string, insertId: string): boolean;
  /** To be called once the rows are on disk. */
  remember(table: string, insertIds: readonly string[]): void;
}

/** In memory only: Google, too, promises no more than its best effort. */
export function createInsertIds(clock: CloudClock): InsertIds {
  const seen = new Map<string, number>();
  const keyOf = (table: string, insertId: string): string => `${table}\n${insertId}`;

  /** Ids are in the order of their rows, so the oldest come first. */
  const forget = (): void => {
    const oldestMs = clock.now() - INSERT_ID_WINDOW_MS;
    for (const [key, atMs] of seen) {
      if (atMs > oldestMs && seen.size <= MAX_REMEMBERED_INSERT_IDS) return;
      seen.delete(key);
    }
  };

  return {
    has(table, insertId) {
      const atMs = seen.get(keyOf(table, insertId));
      return atMs !== undefined && atMs > clock.now() - INSERT_ID_WINDOW_MS;
    },
    remember(table, insertIds) {
      for (const insertId of insertIds) {
        const key = keyOf(table, insertId);
        seen.delete(key);
        seen.set(key, clock.now());
      }
      forget();
    },
  };
}
