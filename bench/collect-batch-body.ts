/** The body that the benchmarks of collect send: a batch whose ids and users are changed in place, so that making it costs nothing. */

/** How many bytes one event has as JSON. */
export const EVENT_BYTES = 600;
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
  const event = {
    id: `event-${digits(index, ID_DIGITS)}`,
    type: 'listening.TrackPlayed',
    occurredAt: new Date(Date.now() - 60_000 - index * 1000).toISOString(),
    userId: `user-${digits(0, USER_DIGITS)}`,
    data: {
      track_id: '4uLU6hMCjMI75M1A2tKUQC',
      album_id: '6N9PS4QXF1D0OWPk0Sxtb4',
      artist_id: '0gxyHStUsqpMadRV0Di1Qt',
      ms_played: 213_000 + index,
      reason_end: 'track_done',
      country: 'SE',
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

/** Where what follows a text begins, each time that it stands in the bytes. */
export function placesOf(bytes: Buffer, before: string): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(before); at >= 0; at = bytes.indexOf(before, at + 1)) places.push(at + before.length);
  return places;
}

function digits(number: number, width: number): string {
  return String(number).padStart(width, '0');
}
