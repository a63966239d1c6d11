// Owns the books of one hour of this boot: what became of its events by type, and who sent them by write key and SDK.
import { addBooks, type BookedType, type Books, type BooksByType, NO_BOOKS } from '#shared/events/books.ts';
import { type KeyUsage, MAX_USAGES, OTHER_SDK } from '#shared/events/key-usage.ts';
import { UNKNOWN_SDK } from '#shared/events/release.ts';

/** The write key of a batch. */
export interface Sender {
  readonly name: string;
  readonly id?: string | undefined;
}

/** A batch, as far as usage goes. */
export interface Sent {
  readonly sdk?: string | undefined;
  readonly events: number;
}

export class HourBooks {
  readonly #books = new Map<BookedType, Books>();
  readonly #usage = new Map<string, KeyUsage>();

  /** What became of events; undefined before anything did. */
  get byType(): BooksByType | undefined {
    return this.#books.size === 0 ? undefined : this.#books;
  }

  get usage(): readonly KeyUsage[] | undefined {
    return this.#usage.size === 0 ? undefined : [...this.#usage.values()];
  }

  add(books: BooksByType): void {
    for (const [type, more] of books) this.#books.set(type, addBooks(this.#books.get(type) ?? NO_BOOKS, more));
  }

  /** Counts a batch; what it holds is counted by `add`, which also says that there is something to tell. */
  use({ name, id = '' }: Sender, { sdk = UNKNOWN_SDK, events }: Sent): void {
    const told = this.#usage.size < MAX_USAGES || this.#usage.has(nameOf(id, name, sdk)) ? sdk : OTHER_SDK;
    const key = nameOf(id, name, told);
    const before = this.#usage.get(key);
    this.#usage.set(key, {
      writeKey: name,
      id,
      sdk: told,
      requests: (before?.requests ?? 0) + 1,
      events: (before?.events ?? 0) + events,
    });
  }
}

function nameOf(id: string, name: string, sdk: string): string {
  return `${id} ${name} ${sdk}`;
}
