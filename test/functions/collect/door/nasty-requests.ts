/** Requests of every kind that a door may be sent: in order, nearly in order, and nothing like it. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { sourceRoutes } from '#functions/collect/adapters/source-routes.ts';
import { NATIVE_ROUTES } from '#functions/collect/door/batch-routes.ts';
import { SECRET } from '../test-app.ts';
import { play } from '../world.ts';

export interface NastyRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The token of one of the platform's own functions. */
export const SERVICE = 'Bearer of-a-service';

const ROUTES = [
  ...NATIVE_ROUTES.map(({ path }) => path),
  '/v1/imports',
  '/v1/imports/0198f6d2-7b1c:finish',
  '/v1/events:service',
  '/healthz',
  '/openapi.json',
];

/** Routes of other protocols, to which this is as strange as it gets; what is nearly theirs has a test of its own. */
const FOREIGN_ROUTES = sourceRoutes(() => 'no-id').map(({ path }) => path);

const encodeTarget = (text: string): string => encodeURI(text.toWellFormed()).replace(/[^\x21-\x7e]/g, '');

const target = fc.oneof(
  { weight: 7, arbitrary: fc.constantFrom(...ROUTES) },
  { weight: 2, arbitrary: fc.constantFrom(...FOREIGN_ROUTES) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...ROUTES), fc.webQueryParameters(), fc.boolean())
      .map(([path, query, keyed]) => `${path}?${encodeTarget(query)}${keyed ? `&writeKey=${SECRET}` : ''}`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '//',
      '//v1/events',
      '/v1/events/',
      '/v1/events/../events',
      '/v1/imports/%:finish',
      '/v1/imports/%ff%fe:finish',
      '/v1/imports/..%2f..%2fkeys:finish',
      '/v1/events?%',
      '/v1/events?validate&writeKey=%ff',
      'http://elsewhere.example/v1/events',
      '*',
    ),
  },
  { weight: 1, arbitrary: fc.webPath().map((path) => `/${encodeTarget(path)}`) },
);

const credential = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Record<string, string>>({ authorization: `Bearer ${SECRET}` }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Record<string, string>>(
      {},
      { 'x-write-key': SECRET },
      { authorization: `Basic ${Buffer.from(`${SECRET}:`).toString('base64')}` },
      { authorization: 'Basic ////' },
      { authorization: 'Bearer' },
      { authorization: SERVICE },
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'grapheme-ascii', maxLength: 60 })
      .map((text): Record<string, string> => ({ authorization: text })),
  },
);

const label = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded', ';;', ''),
    origin: fc.constantFrom('https://app.example.com', 'null', '%%'),
    'user-agent': fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map((text) => text.trim()),
    'access-control-request-method': fc.constantFrom('POST', 'x'),
  },
  { requiredKeys: [] },
);

/** An event of which some parts are anything at all. */
const event = fc
  .tuple(
    fc.dictionary(
      fc.constantFrom('id', 'type', 'occurredAt', 'userId', 'anonymousId', 'consent', 'context', 'data'),
      fc.jsonValue(),
      { maxKeys: 3 },
    ),
    fc.dictionary(
      fc.constantFrom('track_id', 'email', 'ip', 'place', 'ms_played', '__proto__', 'toString'),
      fc.jsonValue(),
      {
        maxKeys: 3,
      },
    ),
  )
  .map(([envelope, data]) => ({ ...play({}, data), ...envelope }));

const batch = fc
  .record(
    {
      events: fc.oneof(
        { weight: 5, arbitrary: fc.array(event, { maxLength: 5 }) },
        { weight: 1, arbitrary: fc.jsonValue() },
      ),
      sentAt: fc.oneof(fc.constant('2026-08-01T12:30:00Z'), fc.jsonValue()),
      import: fc.oneof(fc.constant('0198f6d2-7b1c'), fc.jsonValue()),
      sdk: fc.jsonValue(),
      writeKey: fc.oneof(fc.constant(SECRET), fc.jsonValue()),
    },
    { requiredKeys: ['events'] },
  )
  .map((value) => Buffer.from(JSON.stringify(value)));

const nested = fc
  .tuple(fc.constantFrom('[', '{"a":', '{"events":['), fc.integer({ min: 1, max: 20_000 }))
  .map(([open, depth]) => Buffer.from(open.repeat(depth)));

const plainBody = fc.oneof(
  { weight: 6, arbitrary: batch },
  { weight: 2, arbitrary: fc.json().map((text) => Buffer.from(text)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(batch, fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([all, part]) => all.subarray(0, Math.floor(all.length * part))),
  },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: nested },
);

const ENCODINGS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync } as const;

/** A body with the encoding that its header says: the right one, or another, or cut off. */
const encoded = fc.oneof(
  { weight: 3, arbitrary: plainBody.map((body) => ({ body, encoding: undefined })) },
  {
    weight: 2,
    arbitrary: fc.tuple(plainBody, fc.constantFrom('gzip', 'deflate', 'br'), fc.nat(3)).map(([body, encoding, cut]) => {
      const packed = ENCODINGS[encoding](body);
      return { body: cut === 1 ? packed.subarray(0, packed.length / 2) : packed, encoding };
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(plainBody, fc.constantFrom('gzip', 'zstd', 'identity', 'gzip, br', 'GZIP', 'constructor', ''))
      .map(([body, encoding]) => ({ body, encoding })),
  },
);

export const nastyRequest: fc.Arbitrary<NastyRequest> = fc
  .record({
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constant('POST') },
      { weight: 1, arbitrary: fc.constantFrom('GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND') },
    ),
    target,
    credential,
    label,
    encoded,
  })
  .map(({ method, target: path, credential: key, label: labels, encoded: { body, encoding } }) => ({
    method,
    target: path,
    headers: { ...labels, ...key, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) },
    body: Uint8Array.from(body),
  }));
