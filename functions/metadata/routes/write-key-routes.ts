// Owns the routes by which admins manage write keys; whoever is known may see which there are.
import { z } from 'zod';
import { isInForce, type WriteKey } from '#shared/events/write-key.ts';
import { type Route, route, type RouteReply, type RouteRequest } from '#shared/http/route.ts';
import {
  changedWriteKeyShape,
  madeWriteKeyShape,
  newWriteKeyShape,
  type ShownWriteKey,
  shownWriteKeyShape,
  type WriteKeyList,
  writeKeyListShape,
} from '#shared/metadata/api/write-key-shapes.ts';
import { writeKeyFact, type WriteKeyChange } from '#shared/metadata/write-key-facts.ts';
import { HOUR_MS } from '#shared/pipelines/partition-key.ts';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { durationOf, longestMs, parseDuration } from '#shared/platform/duration.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Parts } from '../parts.ts';
import { usageSince } from '../write-keys/usage.ts';
import {
  allWriteKeys,
  changeWriteKey,
  type MadeWriteKey,
  makeWriteKey,
  revokeWriteKey,
  rotateWriteKey,
  type WriteKeyDeps,
} from '../write-keys/write-keys.ts';

const ADMIN = ['admin'] as const;
const DEFAULT_USAGE_HOURS = 24;
const MAX_USAGE_HOURS = 24 * 31;
/** Long enough for servers that are deployed daily; apps on phones need weeks. */
const DEFAULT_OVERLAP = 'P7D';
const MAX_OVERLAP_MS = 400 * DAY_MS;
/** An answer with a secret is in no cache. */
const NOT_STORED = { 'cache-control': 'no-store' };

const overlap = z
  .string()
  .refine((text) => {
    const duration = parseDuration(text);
    return duration !== undefined && longestMs(duration) <= MAX_OVERLAP_MS;
  }, 'a duration such as P7D')
  .default(DEFAULT_OVERLAP);

const keys = z.object({ keys: z.array(shownWriteKeyShape) });

export function writeKeyRoutes(parts: Parts): readonly Route[] {
  return [listRoute(parts), makeRoute(parts), rotateRoute(parts), ...changeRoutes(parts)];
}

function listRoute(parts: Parts): Route {
  return route({
    method: 'GET',
    path: '/v1/write-keys',
    summary: 'Every write key, never a secret, and what was sent with it in the last `hours` (24), by SDK.',
    allow: ['analyst', 'team', 'compliance'],
    answer: writeKeyListShape,
    handle: async ({ query }) => ({ json: await list(parts, hoursOf(query.get('hours'))) }),
  });
}

function makeRoute(parts: Parts): Route {
  return route({
    method: 'POST',
    path: '/v1/write-keys',
    summary: 'Makes a write key. The answer holds the secret, which is stored nowhere and never shown again.',
    allow: ADMIN,
    body: newWriteKeyShape,
    answer: madeWriteKeyShape,
    async handle(request, { name, ...rights }) {
      const made = await makeWriteKey(deps(parts), name, rights);
      await tell(parts, request, 'created', [made]);
      return made201(parts, made);
    },
  });
}

function rotateRoute(parts: Parts): Route {
  return route({
    method: 'POST',
    path: '/v1/write-keys/{name}:rotate',
    summary: 'Makes another secret of a write key; those before are taken for `overlap` more (P7D).',
    allow: ADMIN,
    body: z.strictObject({ overlap }),
    answer: madeWriteKeyShape,
    async handle(request, body) {
      const overlapMs = longestMs(durationOf(body.overlap));
      const made = await rotateWriteKey(deps(parts), nameOf(request), overlapMs);
      await tell(parts, request, 'rotated', [made]);
      return made201(parts, made);
    },
  });
}

function changeRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/write-keys/{name}:revoke',
      summary: 'Ends every secret of a write key, or the one of `id`; collect stops taking it within 20 seconds.',
      allow: ADMIN,
      body: z.strictObject({ id: z.string().max(64).optional() }),
      answer: keys,
      async handle(request, { id }) {
        const revoked = await revokeWriteKey(deps(parts), nameOf(request), id);
        await tell(parts, request, 'revoked', revoked);
        return { json: { keys: revoked.map((each) => show(each, parts.time.now())) } };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/write-keys/{name}:change',
      summary: 'Gives a write key other event types, origins or rates; what is left out stays.',
      allow: ADMIN,
      body: changedWriteKeyShape,
      answer: keys,
      async handle(request, change) {
        const changed = await changeWriteKey(deps(parts), nameOf(request), (key) => changedKey(key, change));
        await tell(parts, request, 'changed', changed);
        return { json: { keys: changed.map((each) => show(each, parts.time.now())) } };
      },
    }),
  ];
}

function changedKey(
  key: WriteKey,
  { eventsPerSecond, subjectEventsPerSecond, eventTypes, origins, historical }: z.infer<typeof changedWriteKeyShape>,
): WriteKey {
  const { eventsPerSecond: before, ...rest } = key;
  const rate = eventsPerSecond === undefined ? before : eventsPerSecond;
  return {
    ...rest,
    ...(eventTypes === undefined ? {} : { eventTypes }),
    ...(origins === undefined ? {} : { origins }),
    ...(historical === undefined ? {} : { historical }),
    ...(rate === undefined || rate === null ? {} : { eventsPerSecond: rate }),
    ...(subjectEventsPerSecond === undefined ? {} : { subjectEventsPerSecond }),
  };
}

async function list(parts: Parts, hours: number): Promise<WriteKeyList> {
  const nowMs = parts.time.now();
  const [stored, usage] = await Promise.all([
    allWriteKeys(parts.store),
    usageSince(parts.store, nowMs - hours * HOUR_MS),
  ]);
  return {
    keys: stored.map((each) => ({
      ...show(each, nowMs),
      usage: usage
        .filter(({ id }) => id === each.id)
        .map(({ sdk, requests, events, lastHour }) => ({ sdk, requests, events, lastHour })),
    })),
  };
}

function show({ id, key }: { readonly id: string; readonly key: WriteKey }, nowMs: number): ShownWriteKey {
  const { name, eventTypes, origins, historical, eventsPerSecond, subjectEventsPerSecond, createdAt, revokedAt } = key;
  return {
    id,
    name,
    state: stateOf(key, nowMs),
    eventTypes: [...eventTypes],
    origins: [...origins],
    historical,
    ...(eventsPerSecond === undefined ? {} : { eventsPerSecond }),
    ...(subjectEventsPerSecond === undefined ? {} : { subjectEventsPerSecond }),
    createdAt,
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
}

function stateOf(key: WriteKey, nowMs: number): ShownWriteKey['state'] {
  if (!isInForce(key, nowMs)) return 'revoked';
  return key.revokedAt === undefined ? 'active' : 'retiring';
}

/** Told after it is done: a key is in force or is not whatever is told, and a secret that was made must be answered. */
async function tell(
  { facts, time, newId, log }: Parts,
  { principal }: RouteRequest,
  change: WriteKeyChange,
  changed: readonly { readonly id: string; readonly key: WriteKey }[],
): Promise<void> {
  const by = principal?.email ?? 'unknown';
  for (const { key } of changed) log.write('NOTICE', 'write key changed', { write_key: key.name, state: change });
  const told = changed.map((each) => writeKeyFact({ ...each, change, by, atMs: time.now(), factId: newId() }));
  await facts.tell(told).catch(() => log.write('ERROR', 'a changed write key could not be told', { state: change }));
}

function made201({ time }: Parts, made: MadeWriteKey): RouteReply {
  return { status: 201, headers: NOT_STORED, json: { ...show(made, time.now()), secret: made.secret } };
}

function deps({ store, time, randomBytes }: Parts): WriteKeyDeps {
  return { store, nowMs: time.now(), randomBytes };
}

function nameOf({ params }: RouteRequest): string {
  return params['name'] ?? '';
}

function hoursOf(text: string | null): number {
  const hours = text === null ? DEFAULT_USAGE_HOURS : Number(text);
  if (Number.isInteger(hours) && hours >= 1 && hours <= MAX_USAGE_HOURS) return hours;
  throw new PlatformError('invalid_argument', {
    message: `hours must be a whole number from 1 to ${MAX_USAGE_HOURS}.`,
  });
}
