// Owns the numbers of this boot: from 1 for each event type, never given twice.
import type { EventTypeId } from '#shared/platform/ids.ts';

export class Sequences {
  readonly #next = new Map<EventTypeId, number>();

  /** Takes so many numbers in a row and returns the first. */
  take(type: EventTypeId, count: number): number {
    const first = this.#next.get(type) ?? 1;
    this.#next.set(type, first + count);
    return first;
  }
}
