/** The journal of one execution, in the store of the service. */
import type { Store } from '../primitives/store.ts';
import type { Journal, JournalEntry } from './language/journal.ts';

/** @param execution sequence number of the execution */
export function openJournal(store: Store, execution: number): Journal {
  let next = 0;
  return {
    read() {
      const rows = store.all<{ entry: string }>(
        'SELECT entry FROM journal WHERE execution = ? ORDER BY place',
        execution,
      );
      next = rows.length;
      // Written below.
      return rows.map((row) => JSON.parse(row.entry) as JournalEntry);
    },
    append: (entries) =>
      store.together(() => {
        for (const entry of entries) {
          store.run('INSERT INTO journal VALUES (?, ?, ?)', execution, next, JSON.stringify(entry));
          next += 1;
        }
      }),
  };
}
