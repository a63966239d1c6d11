// Owns the invented world of the demo: listeners that do not exist, and music that nobody recorded.
import type { SentEvent } from '../send/access-log.ts';
import type { Random } from './random.ts';

const LISTENER_COUNT = 400;
const TRACK_COUNT = 900;
const TRACKS_PER_ALBUM = 9;
const ALBUMS_PER_ARTIST = 4;

const COUNTRIES = ['SE', 'DE', 'BR', 'US', 'JP', 'FR', 'NG'] as const;
const PLATFORMS = ['android', 'ios', 'web', 'desktop', 'speaker'] as const;
const KINDS = ['all', 'tracks', 'artists', 'albums'] as const;
const PLANS = ['free', 'single', 'duo', 'family', 'student'] as const;
const QUERIES = ['rain', 'northern lights', 'slow morning', 'piano', 'run faster', 'summer 99', 'lullaby'] as const;

/** Addresses reserved for documentation (RFC 2606, RFC 5737): they belong to nobody. */
function listener(index: number): { userId: string; email: string; ip: string; device: string; country: string } {
  return {
    userId: `listener-${String(index).padStart(4, '0')}`,
    email: `listener-${index}@example.com`,
    ip: `203.0.113.${(index % 254) + 1}`,
    device: `device-${String(index).padStart(4, '0')}`,
    country: COUNTRIES[index % COUNTRIES.length] ?? 'SE',
  };
}

/** Who is erased in the demo. */
export const ERASED_LISTENER = listener(7).userId;

export interface Moment {
  readonly id: string;
  readonly epochMs: number;
}

/** One thing that somebody did: mostly playing, sometimes searching, seldom sharing a playlist or changing the profile. */
export function eventAt(moment: Moment, random: Random, skip: ReadonlySet<string>): SentEvent {
  let who = listener(random.popular(LISTENER_COUNT));
  while (skip.has(who.userId)) who = listener(random.popular(LISTENER_COUNT));
  const head = { id: moment.id, occurredAt: new Date(moment.epochMs).toISOString(), userId: who.userId };
  const kind = random.next();
  if (kind < 0.85) return { ...head, type: 'listening.TrackPlayed', data: played(who, random) };
  if (kind < 0.98) {
    // Searches serve personalisation, which needs consent.
    return { ...head, type: 'listening.SearchPerformed', consent: { personalisation: true }, data: searched(random) };
  }
  if (kind < 0.99) return { ...head, type: 'listening.PlaylistShared', data: shared(who, random) };
  return { ...head, type: 'listening.ProfileUpdated', data: updated(who, random) };
}

/** What of the busiest listeners is personal, each under a name that says nothing of it: nothing of it may be stored in clear. */
export function personalValues(count: number): readonly { readonly name: string; readonly value: string }[] {
  return Array.from({ length: Math.min(count, LISTENER_COUNT) }, (_, index) => {
    const { userId, email, ip, device } = listener(index);
    return Object.entries({ userId, email, ip, device, name: nameOf(userId) }).map(([field, value]) => ({
      name: `${field} of listener ${index}`,
      value,
    }));
  }).flat();
}

function nameOf(userId: string): string {
  return `Listener ${userId.slice(-4)}`;
}

/** To somebody else, who need not be heard of in any other way. */
function shared(who: ReturnType<typeof listener>, random: Random): Record<string, unknown> {
  const recipient = listener(random.below(LISTENER_COUNT));
  const byMail = random.next() < 0.5;
  return {
    playlist_id: `playlist-${random.below(200)}`,
    channel: byMail ? 'mail' : 'app',
    message: `from ${nameOf(who.userId)}`,
    recipient: recipient.userId,
    ...(byMail ? { recipient_email: recipient.email } : {}),
  };
}

function played(who: ReturnType<typeof listener>, random: Random): Record<string, unknown> {
  const track = random.popular(TRACK_COUNT);
  const album = Math.floor(track / TRACKS_PER_ALBUM);
  return {
    track_id: `track-${track}`,
    album_id: `album-${album}`,
    artist_id: `artist-${Math.floor(album / ALBUMS_PER_ARTIST)}`,
    ms_played: 30_000 + random.below(240_000),
    reason_end: random.next() < 0.8 ? 'track_done' : 'skipped',
    country: who.country,
    platform: random.pick(PLATFORMS),
    app_version: `9.${random.below(5)}.${random.below(12)}`,
    ip: who.ip,
    email: who.email,
    place: `${(59 + random.next()).toFixed(4)},${(18 + random.next()).toFixed(4)}`,
    device_id: who.device,
  };
}

function searched(random: Random): Record<string, unknown> {
  const query = random.pick(QUERIES);
  return {
    query,
    query_length: query.length,
    kind: random.pick(KINDS),
    results: random.below(500),
    language: 'en',
    took_ms: 5 + random.below(120),
  };
}

function updated(who: ReturnType<typeof listener>, random: Random): Record<string, unknown> {
  return {
    name: nameOf(who.userId),
    email: who.email,
    country: who.country,
    plan: random.pick(PLANS),
    changed: ['plan'],
  };
}
