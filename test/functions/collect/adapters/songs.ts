/** Songs as Segment's clients send them, with an address that must show up nowhere. */

/** What of a song is personal. */
export const PERSONAL_SONG = ['ann@example.com', 'ann.private@example.org', '198.51.100.23', 'd15ea5e0-1'];

export function songProperties(): Record<string, unknown> {
  return {
    track_id: '4uLU6hMCjMI75M1A2tKUQC',
    album_id: '6N9PS4QXF1D0OWPk0Sxtb4',
    artist_id: '0gxyHStUsqpMadRV0Di1Qt',
    seconds_played: 213,
    ended_because: 'completed',
    country: 'SE',
    email: 'ann.private@example.org',
  };
}

let songs = 0;

/** A track call that is in order. */
export function song(over: object = {}): Record<string, unknown> {
  songs += 1;
  return {
    type: 'track',
    event: 'Song Played',
    messageId: `ajs-next-1785589200000-${songs}`,
    timestamp: '2026-08-01T12:29:00.000Z',
    userId: 'ann@example.com',
    context: { ip: '198.51.100.23', app: { version: '9.4.12' }, library: { name: 'analytics.js', version: '4.1.0' } },
    properties: songProperties(),
    ...over,
  };
}
