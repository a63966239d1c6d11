// Owns made-up people and everything personal about them that clients send: well formed, wrong, and where nobody expects it.
import { inventPerson, type Person } from '#shared/privacy/canary/person.ts';

/** A clear value that goes the same ways, and must be found: what finds nothing at all proves nothing. */
export const CANARY = 'canary-of-the-leak-scan';

export function makePeople(count: number): readonly Person[] {
  return Array.from({ length: count }, (_, index) => {
    const person = inventPerson(String(index));
    // Both kinds of addresses.
    return index % 2 === 0 ? { ...person, ip: `203.0.113.${100 + index}` } : person;
  });
}

type Event = Readonly<Record<string, unknown>>;

/** Events that are accepted, or rejected for what is wrong with them, and kept sealed then. */
export function eventsOf(person: Person, occurredAt: string): readonly Event[] {
  const { userId, anonymousId, email, name, phone, ip, place, deviceId, query } = person;
  const envelope = (id: string, type: string, data: object, more: object = {}): Event => ({
    id: `${id}:${email}`,
    type,
    occurredAt,
    userId,
    context: { ip, locale: 'sv', traits: { email } },
    data,
    ...more,
  });
  const play = {
    track_id: CANARY,
    album_id: 'album-1',
    artist_id: 'artist-1',
    ms_played: 31_000,
    reason_end: 'skipped',
    country: 'SE',
    platform: 'web',
    app_version: '9.4.12',
    ip,
    email,
    place,
    device_id: deviceId,
  };
  const search = { query, query_length: query.length, kind: 'all', results: 3, language: 'sv', took_ms: 12 };
  const profile = {
    name,
    email,
    email_domain: email,
    phone,
    birth_date: '1990-05-17',
    country: 'SE',
    plan: 'free',
    changed: ['name', 'email'],
  };
  const request = {
    address: ip,
    method: 'GET',
    path: `/${CANARY}?email=${encodeURIComponent(email)}#${encodeURIComponent(name)}`,
    status: 200,
    referrer: `https://${encodeURIComponent(userId)}:secret@example.com/?q=${encodeURIComponent(query)}`,
    user_agent: `Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0 (${email})`,
  };
  const consent = { personalisation: true };
  return [
    envelope('play', 'listening.TrackPlayed', play),
    envelope('seen', 'listening.TrackPlayed', play, { anonymousId }),
    envelope('visit', 'listening.TrackPlayed', play, { userId: undefined, anonymousId }),
    envelope('search', 'listening.SearchPerformed', search, { consent }),
    envelope('unasked', 'listening.SearchPerformed', search, { consent: { [email]: true } }),
    envelope('profile', 'listening.ProfileUpdated', profile),
    envelope('request', 'web.PageRequested', request),
    // Wrong, each in its way.
    envelope('range', 'listening.TrackPlayed', { ...play, ms_played: -1 }),
    envelope('type', 'listening.TrackPlayed', { ...play, country: name }),
    envelope('extra', 'listening.TrackPlayed', { ...play, [email]: phone, nickname: name }),
    envelope('missing', 'listening.ProfileUpdated', { name }),
    envelope('unknown', `people.${name}`, { email }),
    envelope('date', 'web.PageRequested', request, { occurredAt: `${name} yesterday` }),
    envelope('nobody', 'web.PageRequested', { ...request, status: email }, { userId: undefined }),
  ];
}

/** A request that somebody gets wrong; none of them is carried out, whoever asks. */
export interface AwkwardRequest {
  readonly to: 'collect' | 'metadata' | 'privacy' | 'operator' | 'console';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** Personal values in every part of a request that may end up in a log. */
export function awkwardRequests({ userId, email, name, phone, query }: Person): readonly AwkwardRequest[] {
  const json = { 'content-type': 'application/json' };
  const text = JSON.stringify({ events: [{ id: email, userId, data: { name, phone } }] });
  const inUrl = encodeURIComponent(email);
  return [
    { to: 'collect', path: '/v1/events', headers: json, body: text.slice(0, -2) },
    { to: 'collect', path: '/v1/events', headers: { 'content-type': name.replaceAll(/[^ -~]/g, '') }, body: text },
    { to: 'collect', path: '/v1/events', headers: { ...json, 'content-encoding': 'gzip' }, body: text },
    { to: 'collect', path: '/v1/events', headers: { ...json, authorization: `Bearer ${email}` }, body: text },
    {
      to: 'collect',
      path: '/v1/events',
      headers: { ...json, 'user-agent': email, cookie: `id=${userId}` },
      body: text,
    },
    { to: 'collect', path: `/v1/${inUrl}?phone=${phone}`, headers: json, body: text },
    { to: 'collect', path: `/v1/imports/${inUrl}:finish`, headers: json, body: '{}' },
    { to: 'collect', path: '/v1/events', headers: json, body: `[${'['.repeat(5000)}"${email}"` },
    { to: 'metadata', path: `/v1/endpoints/${inUrl}` },
    { to: 'metadata', path: `/v1/lineage?node=${inUrl}&direction=${encodeURIComponent(query)}` },
    { to: 'privacy', path: '/v1/erasures', headers: json, body: JSON.stringify({ user: userId }) },
    { to: 'privacy', path: '/v1/erasures', headers: json, body: JSON.stringify({ userId, basis: name, [email]: 1 }) },
    { to: 'privacy', path: `/v1/erasures/${inUrl}` },
    {
      to: 'privacy',
      path: '/v1/reveal',
      headers: json,
      body: JSON.stringify({ token: email, field: name, reason: '' }),
    },
    { to: 'operator', path: `/v1/apply?why=${inUrl}`, headers: json, body: text },
    { to: 'console', path: `/${inUrl}` },
  ];
}
