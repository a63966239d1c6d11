/** The events of the crash run, and the ledger of the client that sends them: what was sent, and what each came to. */
import { playedEvent } from './played-event.ts';

/** One event in so many has a country that is none. */
const WRONG_EVERY = 1000;
/** Events in a row are of one user. */
const EVENTS_OF_USER = 25;
const USERS = 2000;
/** The hours that they happened in, of a day that is over. */
const HOURS = 24;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How many of the first `count` events are right, and so belong into the endpoint. */
export function rightOf(count: number): number {
  return count - Math.ceil(count / WRONG_EVERY);
}

/** An event as JSON: always the same for a number, within one run. */
export function eventText(number: number, nowMs: number): string {
  const midnightMs = Math.floor(nowMs / DAY_MS) * DAY_MS - DAY_MS;
  const play = {
    id: `crash-${number}`,
    occurredAtMs: midnightMs + (number % HOURS) * HOUR_MS + (number % 3600) * 1000,
    userId: `crash-user-${Math.floor(number / EVENTS_OF_USER) % USERS}`,
  };
  return playedEvent(play, { ms_played: number, country: number % WRONG_EVERY === 0 ? 'nowhere' : 'SE' });
}

export type Status = 'accepted' | 'duplicate' | 'rejected' | 'retry';

/** What the client knows at the end. */
export class Ledger {
  /** Of replies that arrived: how many events each verdict was told of. */
  readonly told: Record<Status, number> = { accepted: 0, duplicate: 0, rejected: 0, retry: 0 };
  /** By the number of the event: its first final verdict. */
  readonly #final: (Exclude<Status, 'retry'> | undefined)[] = [];
  /** Events that have a final verdict. */
  settled = 0;
  /** Events in replies that arrived. */
  received = 0;
  /** Events in requests whose replies did not. */
  unanswered = 0;

  note(number: number, status: Status): void {
    this.received += 1;
    this.told[status] += 1;
    if (status === 'retry' || this.#final[number] !== undefined) return;
    this.#final[number] = status;
    this.settled += 1;
  }

  finals(): Readonly<Record<Exclude<Status, 'retry'>, number>> & { readonly without: number } {
    const counts = { accepted: 0, duplicate: 0, rejected: 0, without: 0 };
    // Holes are events without a verdict; `forEach` would leave them out.
    for (let number = 0; number < this.#final.length; number += 1) counts[this.#final[number] ?? 'without'] += 1;
    return counts;
  }

  get seen(): number {
    return this.#final.length;
  }
}
