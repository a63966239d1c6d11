// Owns the route by which the platform itself sends events: those that failed before, once more, and its heartbeats.
import { z } from 'zod';
import { isDeeperThan } from '#shared/events/bounds.ts';
import { MAX_DEPTH } from '#shared/events/limits.ts';
import { ANY_TYPE, type WriteKey } from '#shared/events/write-key.ts';
import { readForeign } from '#shared/events/sources/foreign-event.ts';
import type { WireVerdict } from '#shared/events/verdict.ts';
import { type Route, route } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { parseTimestamp } from '#shared/platform/timestamp.ts';
import { type BatchParts, collectBatch, type Standing } from '../batch/collect-batch.ts';
import type { ArrivedBatch } from '../batch/prepare.ts';
import { validateBatch } from '../batch/validate.ts';
import type { Rates } from '../state/rates.ts';

const SERVICE_EVENTS_PATH = '/v1/events:service';

/** Events of one call: what is opened for a replay is held in memory meanwhile. */
const MAX_EVENTS = 500;
/** 500 originals of at most 64 KiB, less what their limits make unlikely. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** What the platform sends goes behind what apps send now. */
const SERVICE_KEY: WriteKey = {
  name: 'platform',
  eventTypes: [ANY_TYPE],
  origins: [],
  historical: false,
  createdAt: '2026-01-01T00:00:00Z',
  eventsPerSecond: 500,
};

const time = z.iso.datetime({ offset: true });

const body = z.strictObject({
  dryRun: z.boolean().default(false),
  events: z
    .array(
      z.strictObject({
        event: z.unknown(),
        /** Name of the write key that it was first sent with: within it, ids mean the same. */
        writeKey: z.string().max(100).optional(),
        /** When it first arrived; it is judged by that time. */
        receivedAt: time.optional(),
        sentAt: time.optional(),
      }),
    )
    .max(MAX_EVENTS),
});

type ServiceEvent = z.infer<typeof body>['events'][number];

const answer = z.object({
  results: z.array(
    z.object({
      id: z.string().nullable(),
      status: z.string(),
      code: z.string().optional(),
      path: z.string().optional(),
    }),
  ),
});

export interface ServiceRouteParts extends BatchParts {
  readonly rates: Rates;
  readonly now: () => number;
  /** What to collect by. @throws PlatformError while that is not there */
  readonly standing: () => Promise<Standing>;
}

export function serviceRoute(parts: ServiceRouteParts): Route {
  return route({
    method: 'POST',
    path: SERVICE_EVENTS_PATH,
    summary: 'Takes events that the platform itself sends: replays of failed events, and heartbeats.',
    allow: ['service'],
    body,
    answer,
    maxBodyBytes: MAX_BODY_BYTES,
    async handle(_request, { dryRun, events }) {
      const waitSeconds = parts.rates.take(SERVICE_KEY, events.length);
      if (waitSeconds !== undefined) throw new PlatformError('rate_limited', { details: { waitSeconds } });
      const standing = await parts.standing();
      // Each by itself: they arrived at different times.
      const results = await Promise.all(
        events.map((event) => collectOne(event, dryRun ? 'try' : 'store', standing, parts)),
      );
      return { json: { results } };
    },
  });
}

async function collectOne(
  { event, writeKey, receivedAt, sentAt }: ServiceEvent,
  mode: 'try' | 'store',
  standing: Standing,
  parts: ServiceRouteParts,
): Promise<WireVerdict> {
  const foreign = readForeign(event);
  const arrived: ArrivedBatch = {
    batch: {
      protocol: foreign?.protocol,
      events: [foreign ?? event],
      sentAtMs: sentAt === undefined ? undefined : parseTimestamp(sentAt),
    },
    writeKey: writeKey === undefined ? SERVICE_KEY : { ...SERVICE_KEY, name: writeKey },
    // What nests deeper is rejected for that, and could not be written either.
    bodyBytes: isDeeperThan(event, MAX_DEPTH) ? 0 : Buffer.byteLength(JSON.stringify(event) ?? ''),
    firstReceivedAtMs: receivedAt === undefined ? undefined : parseTimestamp(receivedAt),
  };
  const verdicts =
    mode === 'try'
      ? await validateBatch(arrived, standing.catalog, { ...parts, nowMs: parts.now() })
      : await collectBatch(arrived, standing, parts);
  const [verdict] = verdicts;
  if (verdict === undefined) throw new PlatformError('internal');
  return verdict;
}
