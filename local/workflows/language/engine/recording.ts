/** Feeds an execution what its journal knows, and records what it learns from then on. */
import { errorMap, Fatal } from '../errors.ts';
import type { Journal, JournalEntry, Json } from '../journal.ts';

/** Owns the place in the journal, and the entries that are not safe yet. */
export class Recording {
  readonly #journal: Journal;
  readonly #replayed: readonly JournalEntry[];
  #cursor = 0;
  #unsafe: JournalEntry[] = [];

  constructor(journal: Journal) {
    this.#journal = journal;
    this.#replayed = journal.read();
  }

  /** The answer to a question that the world answers at once: recorded, or asked for now. */
  instant(key: string, name: string, ask: () => Json): Json {
    const next = this.#replayed[this.#cursor];
    if (next === undefined) {
      const outcome = ask();
      this.#unsafe.push({ key, name, outcome });
      return outcome;
    }
    if (next.key !== key || next.name !== name) throw mismatch(next, `${name} of ${key}`);
    this.#cursor += 1;
    return next.outcome;
  }

  /** The next recorded answer to one of the questions that are open; undefined when all has been replayed. */
  nextCompletion(isOpen: (key: string) => boolean): JournalEntry | undefined {
    const next = this.#replayed[this.#cursor];
    if (next === undefined) return undefined;
    if (!isOpen(next.key)) throw mismatch(next, 'something else');
    this.#cursor += 1;
    return next;
  }

  /** Records an answer that the world took its time for. */
  complete(entry: JournalEntry): void {
    this.#unsafe.push(entry);
  }

  /** Makes what was recorded safe. */
  async flush(): Promise<void> {
    if (this.#unsafe.length === 0) return;
    const entries = this.#unsafe;
    this.#unsafe = [];
    await this.#journal.append(entries);
  }
}

/** A journal of another program, or a program that does not do the same twice. */
function mismatch(entry: JournalEntry, asked: string): Fatal {
  const message = `SystemError: the journal has ${entry.name} of ${entry.key} where the execution asks for ${asked}`;
  return new Fatal(errorMap('SystemError', message));
}
