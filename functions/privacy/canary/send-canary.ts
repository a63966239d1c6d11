// Owns sending a leak canary: somebody made up, in an event as it should be and in events with mistakes, as an app would send them.
import {
  type CanaryRecord,
  canaryObject,
  clearMarkOf,
  encodeCanary,
  newCanary,
  personOf,
} from '#shared/privacy/canary/canary-record.ts';
import { parseId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { CanaryDeps } from './canary-deps.ts';

/** The event type of canaries; a catalog without it has none. */
const CANARY_TYPE = 'operations.LeakCanary';

type Event = Readonly<Record<string, unknown>>;

/**
 * Sends a canary, and answers its record; undefined when the catalog has no event type for it. The record comes first: who was sent is
 * looked for even where nobody knows what became of it.
 * @throws PlatformError with collect's code when it does not take what is as it should be
 */
export async function sendCanary(deps: CanaryDeps): Promise<CanaryRecord | undefined> {
  const type = parseId('eventType', CANARY_TYPE);
  if (type === undefined || (await deps.catalog()).eventTypes[type] === undefined) return undefined;
  const canary = newCanary(deps.newId(), deps.clock.now());
  await deps.objects.create(canaryObject(canary.id), encodeCanary(canary));
  const receivedAt = formatTimestamp(canary.sentAtMs);
  const [good, ...wrong] = eventsOf(canary, receivedAt);
  const [verdict] = await deps.send([{ event: good, writeKey: 'platform', receivedAt }], false);
  if (verdict?.status !== 'accepted' && verdict?.status !== 'duplicate') {
    throw new PlatformError('cloud_unavailable', {
      message: `collect answered ${verdict?.status ?? 'nothing'} to a canary.`,
    });
  }
  // What becomes of these is collect's business; that nothing of them stays is ours.
  await deps.send(
    wrong.map((event) => ({ event, writeKey: 'platform', receivedAt })),
    false,
  );
  return canary;
}

/** What a canary consists of; the first event is as it should be. */
function eventsOf(canary: CanaryRecord, occurredAt: string): readonly Event[] {
  const { userId, anonymousId, email, name, phone, ip, place, deviceId, query } = personOf(canary);
  const event = (id: string, data: object, more: object = {}): Event => ({
    id: `${id}:${email}`,
    type: CANARY_TYPE,
    occurredAt,
    userId,
    anonymousId,
    context: { ip, traits: { email, name } },
    data,
    ...more,
  });
  const good = {
    mark: clearMarkOf(canary),
    name,
    email,
    email_domain: email,
    phone,
    address: ip,
    network: ip,
    place,
    device_id: deviceId,
    query,
    page: `https://example.org/search?q=${encodeURIComponent(query)}&u=${encodeURIComponent(email)}#${encodeURIComponent(name)}`,
    dropped: query,
  };
  return [
    event('good', good),
    event('type', { ...good, phone: email }),
    event('extra', { ...good, [email]: phone, nickname: name }),
    event('missing', { name }),
    event('unknown', { email }, { type: `people.${name}` }),
    event('date', good, { occurredAt: `${name} yesterday` }),
    event('nobody', { ...good, address: email }, { userId: undefined, anonymousId: undefined }),
  ];
}
