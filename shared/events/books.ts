// Owns the books of the collector: what became of the events that it received, by type, and when they balance.
import { z } from 'zod';
import { type EventTypeId, parseId } from '../platform/ids.ts';

/** What became of events. `accepted`, `duplicate`, `rejected` and `returned` are verdicts: each received event has exactly one. */
export interface Books {
  /** Counted when they were read, before anything was known about their verdicts. */
  readonly received: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
  /** Answered `retry`, or not at all because their request failed: they come again, and are received again. */
  readonly returned: number;
  /** Of the rejected: those that went to the failed events, acknowledged. The others were to leave a count only. */
  readonly kept: number;
}

export type BookColumn = keyof Books;

export const NO_BOOKS: Books = { received: 0, accepted: 0, duplicate: 0, rejected: 0, returned: 0, kept: 0 };

/** Stands for the types of events that name no declared one. No event type has this name: those have a dot. */
export const UNDECLARED = 'undeclared';

/** What books are kept by. */
export type BookedType = EventTypeId | typeof UNDECLARED;

export type BooksByType = ReadonlyMap<BookedType, Books>;

export function addBooks(a: Books, b: Books): Books {
  return {
    received: a.received + b.received,
    accepted: a.accepted + b.accepted,
    duplicate: a.duplicate + b.duplicate,
    rejected: a.rejected + b.rejected,
    returned: a.returned + b.returned,
    kept: a.kept + b.kept,
  };
}

/** How many received events have no verdict; below 0, how many verdicts have no event. 0 when the books balance. */
export function imbalanceOf({ received, accepted, duplicate, rejected, returned }: Books): number {
  return received - returned - (accepted + duplicate + rejected);
}

const count = z.int().min(0);

/** Books as they are stored. */
export const booksRecord = z.object({
  received: count,
  accepted: count,
  duplicate: count,
  rejected: count,
  returned: count,
  kept: count,
});

/** Reads stored books; what names no event type any more is left out. */
export function readBooks(stored: Readonly<Record<string, Books>>): BooksByType {
  return new Map(
    Object.entries(stored).flatMap(([name, books]): [BookedType, Books][] => {
      const type = name === UNDECLARED ? UNDECLARED : parseId('eventType', name);
      return type === undefined ? [] : [[type, books]];
    }),
  );
}
