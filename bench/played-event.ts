/** The event that the measurements of collect send: a play with two sealed fields, always of one size. */

/** How many bytes one event has as JSON. */
const EVENT_BYTES = 600;

/** Whose play it is, and when it was. */
export interface Play {
  readonly id: string;
  readonly occurredAtMs: number;
  readonly userId: string;
}

/** A play as JSON, filled up to `EVENT_BYTES`; `data` in the place of what it has. */
export function playedEvent({ id, occurredAtMs, userId }: Play, data: Readonly<Record<string, unknown>>): string {
  const event = {
    id,
    type: 'listening.TrackPlayed',
    occurredAt: new Date(occurredAtMs).toISOString(),
    userId,
    data: {
      track_id: '4uLU6hMCjMI75M1A2tKUQC',
      album_id: '6N9PS4QXF1D0OWPk0Sxtb4',
      artist_id: '0gxyHStUsqpMadRV0Di1Qt',
      ms_played: 213_000,
      reason_end: 'track_done',
      country: 'SE',
      platform: 'android',
      app_version: '9.4.12',
      ip: '192.0.2.17',
      email: 'listener@example.com',
      place: '59.3293,18.0686',
      device_id: '5f0c9a1e-8d9b-4c57-9d6c-2b1a6f3c8e77',
      ...data,
    },
  };
  const padding = EVENT_BYTES - Buffer.byteLength(JSON.stringify({ ...event, context: '' }));
  return JSON.stringify({ ...event, context: 'x'.repeat(Math.max(0, padding)) });
}
