// Owns the verdicts of one batch, while they become known.
import { type Verdict, type WireVerdict, wireVerdict } from '#shared/events/verdict.ts';
import {
  type Books,
  type BookColumn,
  type BookedType,
  type BooksByType,
  imbalanceOf,
  NO_BOOKS,
  UNDECLARED,
} from '#shared/events/books.ts';
import type { EventTypeId } from '#shared/platform/ids.ts';
import type { Tally } from '../state/tally.ts';

/** What a verdict is about. */
export interface JudgedEvent {
  /** Its place in the batch. */
  readonly index: number;
  readonly id: string | undefined;
  readonly type: EventTypeId | undefined;
}

export class BatchVerdicts {
  readonly #verdicts: (WireVerdict | undefined)[];
  readonly #tally: Tally;
  readonly #books = new Map<BookedType, Record<BookColumn, number>>();

  constructor(events: number, tally: Tally) {
    this.#verdicts = Array.from({ length: events });
    this.#tally = tally;
  }

  /** Events of a type that were read, before anything is known of their verdicts. */
  receive(type: BookedType, events: number): void {
    this.#of(type).received += events;
  }

  /** The verdict of an event; each has exactly one. `kept`: it went to the failed events. */
  set({ index, id, type }: JudgedEvent, verdict: Verdict, kept?: 'kept'): void {
    this.#verdicts[index] = wireVerdict(id, verdict);
    this.#tally.count(type, verdict);
    const books = this.#of(type);
    books[verdict.kind === 'retry' ? 'returned' : verdict.kind] += 1;
    if (kept === 'kept') books.kept += 1;
  }

  /** What the batch adds to the books. What has no verdict is returned: the request fails, and its sender sends it again. */
  get books(): BooksByType {
    const all = new Map<BookedType, Books>();
    for (const [type, books] of this.#books) all.set(type, withReturned(books));
    return all;
  }

  #of(type: BookedType | undefined): Record<BookColumn, number> {
    const name = type ?? UNDECLARED;
    let books = this.#books.get(name);
    if (books === undefined) {
      books = { ...NO_BOOKS };
      this.#books.set(name, books);
    }
    return books;
  }

  /** All of them, in the order of the batch. */
  all(): readonly WireVerdict[] {
    return this.#verdicts.map((verdict, index) => {
      if (verdict === undefined) throw new Error(`event ${index} of the batch has no verdict`);
      return verdict;
    });
  }
}

function withReturned(books: Books): Books {
  const unanswered = imbalanceOf(books);
  return unanswered > 0 ? { ...books, returned: books.returned + unanswered } : books;
}
