// Owns made-up people and everything personal about them that clients send: well formed, wrong, and where nobody expects it.
import { createHash } from 'node:crypto';
import type { NamedValue } from './traces.ts';

export interface Person {
  readonly userId: string;
  readonly anonymousId: string;
  readonly email: string;
  readonly name: string;
  readonly phone: string;
  readonly ip: string;
  readonly place: string;
  readonly deviceId: string;
  readonly query: string;
}

/** A clear value that goes the same ways, and must be found: what finds nothing at all proves nothing. */
export const CANARY = 'canary-of-the-leak-scan';

const NAMES = ['Ada', 'Grace', 'Mary', 'Emmy', 'Sofia', 'Hedy', 'Rosalind', 'Lise', 'Chien', 'Katherine'];

export function makePeople(count: number): readonly Person[] {
  return Array.from({ length: count }, (_, index) => {
    const first = NAMES[index % NAMES.length] ?? '';
    const mark = createHash('sha256').update(`person ${index}`).digest('hex');
    return {
      userId: `${first}.Tester-${mark.slice(0, 8)}`,
      anonymousId: `visitor-${mark.slice(8, 20)}`,
      email: `${first.toLowerCase()}.${mark.slice(20, 28)}@example.org`,
      name: `${first} O'Neil-Þórsdóttir ${mark.slice(28, 34)}`,
      phone: `+4670${(1_000_000 + index * 7919) % 10_000_000}`,
      ip: index % 2 === 0 ? `203.0.113.${100 + index}` : `2001:db8:${mark.slice(0, 4)}:${mark.slice(4, 8)}::77`,
      place: `59.${mark.replaceAll(/\D/g, '').slice(0, 6)},18.${mark.replaceAll(/\D/g, '').slice(6, 12)}`,
      deviceId: `device-${mark.slice(34, 58)}`,
      query: `songs about ${first} and ${mark.slice(40, 50)}`,
    };
  });
}

/** What may not be found anywhere. */
export function secretsOf(people: readonly Person[]): readonly NamedValue[] {
  return people.flatMap((person, index) =>
    Object.entries(person).map(([field, value]: [string, string]) => ({ name: `${field} of person ${index}`, value })),
  );
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
