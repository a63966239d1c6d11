/** The events of the crash run, and the ledger of the client that sends them: what was sent, and what each came to. */
import { EVENT_BYTES } from './collect-batch-body.ts';

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
  const event = {
    id: `crash-${number}`,
    type: 'listening.TrackPlayed',
    occurredAt: new Date(midnightMs + (number % HOURS) * HOUR_MS + (number % 3600) * 1000).toISOString(),
    userId: `crash-user-${Math.floor(number / EVENTS_OF_USER) % USERS}`,
    data: {
      track_id: '4uLU6hMCjMI75M1A2tKUQC',
      album_id: '6N9PS4QXF1D0OWPk0Sxtb4',
      artist_id: '0gxyHStUsqpMadRV0Di1Qt',
      ms_played: number,
      reason_end: 'track_done',
      country: number % WRONG_EVERY === 0 ? 'nowhere' : 'SE',
      platform: 'android',
      app_version: '9.4.12',
      ip: '192.0.2.17',
      email: 'listener@example.com',
      place: '59.3293,18.0686',
      device_id: '5f0c9a1e-8d9b-4c57-9d6c-2b1a6f3c8e77',
    },
  };
  const padding = EVENT_BYTES - Buffer.byteLength(JSON.stringify({ ...event, context: '' }));
  return JSON.stringify({ ...event, context: 'x'.repeat(Math.max(0, padding)) });
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
