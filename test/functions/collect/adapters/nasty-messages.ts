/** Messages of other protocols that are in order, nearly in order, and nothing like it, with something personal in most of them. */
import * as fc from 'fast-check';
import { SECRET } from '../test-app.ts';
import { song, songProperties } from './songs.ts';

export interface NastyMessage {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Anything that JSON carries, with values that must show up nowhere among it. */
const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue() },
  {
    weight: 2,
    arbitrary: fc.constantFrom('ann@example.com', 'ann.private@example.org', '198.51.100.23', 'd15ea5e0-1'),
  },
  { weight: 1, arbitrary: fc.constantFrom('', null, -0, 1e308, '\uD800', 'anon:x', '__proto__', 'x'.repeat(400)) },
);

function some(names: readonly string[], maxKeys: number, values = anything): fc.Arbitrary<Record<string, unknown>> {
  return fc.dictionary(fc.constantFrom(...names), values, { maxKeys });
}

const call = fc
  .tuple(
    some(
      ['type', 'event', 'name', 'messageId', 'timestamp', 'originalTimestamp', 'sentAt', 'userId', 'anonymousId'],
      2,
    ),
    some(['context', 'properties', 'traits', 'integrations', 'previousId', 'groupId', '__proto__', 'constructor'], 2),
    // Some of these are declared to be stored in clear.
    some(
      ['track_id', 'country', 'seconds_played', 'email', 'ended_because', 'path', 'query', '__proto__'],
      2,
      fc.jsonValue(),
    ),
    fc.constantFrom('track', 'page', 'identify', 'screen', 'group', 'alias'),
  )
  .map(([over, more, properties, type]) => ({
    ...song({ properties: { ...songProperties(), ...properties } }),
    ...(type === 'track' ? {} : { type, name: 'Pricing' }),
    ...over,
    ...more,
  }));

const segmentBody = fc.oneof(
  { weight: 4, arbitrary: fc.record({ batch: fc.array(call, { maxLength: 4 }), context: anything, sentAt: anything }) },
  { weight: 3, arbitrary: call },
  { weight: 1, arbitrary: fc.record({ batch: anything, writeKey: fc.constantFrom(SECRET, 17, null) }) },
  { weight: 1, arbitrary: anything },
);

const segment = fc.record({
  path: fc.constantFrom('/v1/batch', '/v1/b', '/v1/track', '/v1/t', '/v1/page', '/v1/i', '/beacon/v1/batch'),
  headers: fc.constantFrom<Record<string, string>[]>(
    { 'content-type': 'application/json' },
    { 'content-type': 'text/plain' },
    {},
  ),
  value: segmentBody,
});

const event = fc
  .tuple(
    some(['specversion', 'id', 'source', 'type', 'time', 'subject', 'datacontenttype', 'data', 'data_base64'], 2),
    some(['user_id', 'track', 'client', 'country', 'reason', 'played_ms', '__proto__'], 3),
    fc.constantFrom('com.example.player.track_played', 'listening.TrackPlayed', 'com.example.unheard', '__proto__'),
  )
  .map(([over, data, type]) => ({
    specversion: '1.0',
    id: '1',
    source: '/player',
    type,
    data: { user_id: 'ann@example.com', country: 'SE', client: { address: '198.51.100.23' }, ...data },
    ...over,
  }));

const cloudEvents = fc.oneof(
  fc.record({
    path: fc.constantFrom('/v1/cloudevents', '/v1/events', '/'),
    headers: fc.constant<Record<string, string>>({ 'content-type': 'application/cloudevents+json' }),
    value: fc.oneof({ weight: 4, arbitrary: event }, { weight: 1, arbitrary: anything }),
  }),
  fc.record({
    path: fc.constantFrom('/v1/cloudevents', '/v1/events'),
    headers: fc.constant<Record<string, string>>({ 'content-type': 'application/cloudevents-batch+json' }),
    value: fc.oneof({ weight: 4, arbitrary: fc.array(event, { maxLength: 4 }) }, { weight: 1, arbitrary: anything }),
  }),
  fc.record({
    path: fc.constantFrom('/v1/cloudevents', '/'),
    headers: fc
      .tuple(
        fc.constantFrom('application/json', 'text/plain', 'image/png', 'application/vnd.x+json', ';'),
        fc.dictionary(
          fc.constantFrom('ce-id', 'ce-source', 'ce-type', 'ce-time', 'ce-subject', 'ce-data', 'ce-x_y'),
          fc.oneof(fc.constantFrom('ann@example.com', '%', '%ff', '%F0%9F%98%80'), fc.webPath()),
          { maxKeys: 6 },
        ),
      )
      .map(([type, attributes]): Record<string, string> => ({
        'content-type': type,
        'ce-specversion': '1.0',
        ...attributes,
      })),
    value: fc.oneof(event, anything),
  }),
);

export const nastyMessage: fc.Arbitrary<NastyMessage> = fc
  .tuple(fc.oneof(segment, cloudEvents), fc.integer({ min: 0, max: 11 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([{ path, headers, value }, fate, part]) => {
    const text = JSON.stringify(value);
    return {
      path,
      headers: { authorization: `Bearer ${SECRET}`, ...headers },
      // Now and then a body that ends too early.
      body: fate === 0 ? text.slice(0, Math.floor(text.length * part)) : text,
    };
  });
