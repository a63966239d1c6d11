/** The body that the benchmarks of collect send: a batch whose ids and users are changed in place, so that making it costs nothing. */
import { playedEvent } from './played-event.ts';

const ID_DIGITS = 12;
const USER_DIGITS = 9;

/** A batch, its places to change, and the whole request around it. */
export interface BatchBody {
  readonly bytes: Buffer;
  /** Gives every event an id of its own, and all of them one user. */
  readonly stamp: (firstId: number, user: number) => void;
}

/** `events` events of listening.TrackPlayed with two sealed fields, of one user; `head` stands before the body. */
export function batchBody(events: number, head: (length: number) => string = () => ''): BatchBody {
  const texts = Array.from({ length: events }, (_, index) => eventText(index));
  const body = `{"sentAt":"${new Date().toISOString()}","events":[${texts.join(',')}]}`;
  const bytes = Buffer.from(head(Buffer.byteLength(body)) + body);
  const ids = placesOf(bytes, '"id":"event-');
  const users = placesOf(bytes, '"userId":"user-');
  return {
    bytes,
    stamp(firstId, user) {
      for (const [index, at] of ids.entries()) bytes.write(digits(firstId + index, ID_DIGITS), at, 'latin1');
      const text = digits(user, USER_DIGITS);
      for (const at of users) bytes.write(text, at, 'latin1');
    },
  };
}

function eventText(index: number): string {
  const play = {
    id: `event-${digits(index, ID_DIGITS)}`,
    occurredAtMs: Date.now() - 60_000 - index * 1000,
    userId: `user-${digits(0, USER_DIGITS)}`,
  };
  return playedEvent(play, { ms_played: 213_000 + index });
}

/** Where what follows a text begins, each time that it stands in the bytes. */
export function placesOf(bytes: Buffer, before: string): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(before); at >= 0; at = bytes.indexOf(before, at + 1)) places.push(at + before.length);
  return places;
}

function digits(number: number, width: number): string {
  return String(number).padStart(width, '0');
}
