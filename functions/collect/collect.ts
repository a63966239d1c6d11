// Owns collect as a whole: its parts put together, what repeats while it serves, and how it ends.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { KeepsBecause } from '#shared/privacy/keys/key-bucket-settings.ts';
import type { Publisher } from '#shared/gcp/publisher.ts';
import type { RequestHandler } from '#shared/http/function-host.ts';
import type { Random } from '#shared/http/retry-after.ts';
import type { Principal } from '#shared/http/route.ts';
import { createRequestHandler } from '#shared/http/handler.ts';
import type { Clock } from '#shared/platform/clock.ts';
import { type BootId, type ImportId, parseId } from '#shared/platform/ids.ts';
import type { Log } from '#shared/platform/log-line.ts';
import { rolesOf } from '#shared/platform/roles.ts';
import type { BodyReader, ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';
import type { CacheLimits } from '#shared/privacy/keys/keyring-cache.ts';
import {
  FEED_LOOK_EVERY_MS,
  GUARD_EVERY_MS,
  KeysAtWork,
  type OpeningStores,
} from '#shared/privacy/keys/keys-at-work.ts';
import { segmentSettingsRoute } from './adapters/segment-settings.ts';
import { claimedPath, sourceRoutes } from './adapters/source-routes.ts';
import { createHandshake, isHandshake } from './adapters/webhook-handshake.ts';
import { AcceptedEvents } from './batch/accepted-events.ts';
import { Arrivals } from './door/arrivals.ts';
import { createBatchDoor, type DoorParts, standingOrThrow } from './door/batch-door.ts';
import { EVENTS_PATH, NATIVE_ROUTES } from './door/batch-routes.ts';
import { withCors } from './door/cors.ts';
import { HeldBytes, MAX_UNKEYED_HELD_BYTES } from './door/held-bytes.ts';
import { collectRoutes } from './door/routes.ts';
import { serviceRoute } from './door/service-route.ts';
import { UnderWay } from './door/under-way.ts';
import type { Every } from './every.ts';
import { Budgets, BUDGETS_EVERY_MS } from './state/budgets.ts';
import { CATALOG_EVERY_MS, Catalogs } from './state/catalogs.ts';
import { HourReports, REPORT_EVERY_MS } from './state/hour-reports.ts';
import { Imports } from './state/imports.ts';
import { Rates } from './state/rates.ts';
import { Sequences } from './state/sequences.ts';
import { SubjectRates } from './state/subject-rates.ts';
import { Tally, TALLY_EVERY_MS } from './state/tally.ts';
import { WriteKeys } from './state/write-keys.ts';

/** Users at hand in a process of 512 MiB that also holds requests, messages on their way and the events it has accepted. */
const KEYRINGS_HELD: CacheLimits = { maxEntries: 15_000, maxBytes: 64 * 1024 * 1024 };
/** How often what could not be opened is tried again. */
const REOPEN_EVERY_MS = 2000;

/** What collect needs from outside. */
export interface CollectParts {
  readonly projectId: string;
  /** The bucket of live state. */
  readonly state: ObjectStore & BodyReader;
  readonly keys: OpeningStores;
  readonly keptBecauseOf: () => Promise<readonly KeepsBecause[]>;
  readonly publisher: Publisher;
  /** Tells metadata that an import is finishing. */
  readonly announceFinishing: (id: ImportId) => Promise<void>;
  /** The verified address of a caller that is part of the platform. */
  readonly identify: (headers: IncomingHttpHeaders) => Promise<string | undefined>;
  /** In the place of what the catalog promises; undefined without one. */
  readonly revocationBoundMs: number | undefined;
  readonly every: Every;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly log: Log;
}

export interface Collect {
  readonly handler: RequestHandler;
  readonly boot: BootId;
  /** Resolves once everything was tried that it needs to serve; what is missing then is tried again on and on. */
  readonly opened: Promise<void>;
  /** Answers what is under way, says the last word about its hours, and forgets its keys. */
  stop(): Promise<void>;
}

export function createCollect(parts: CollectParts): Collect {
  const { log } = parts;
  const boot = checked(parseId('boot', newId(parts)));
  const assembled = assemble(boot, parts);
  const door: DoorParts = { ...assembled, opened: open(assembled) };
  const stops = startRepeating(door, parts.every);
  log.write('NOTICE', 'collect starts', { boot });
  return {
    handler: createHandler(door, parts),
    boot,
    opened: door.opened,
    async stop() {
      await door.underWay.stop();
      for (const stop of stops) stop();
      await Promise.all([door.reports.close(), door.budgets.sync()]);
      door.tally.flush();
      door.keys.close();
      await parts.publisher.close();
      log.write('NOTICE', 'collect ends', { boot });
    },
  };
}

/** The parts of a boot, put together; nothing is opened yet. */
export function assemble(boot: BootId, parts: CollectParts): Omit<DoorParts, 'opened'> {
  const { state, keys: stores, keptBecauseOf, revocationBoundMs, publisher, random, clock, log } = parts;
  const keys = new KeysAtWork({ stores, keptBecauseOf, revocationBoundMs, cache: KEYRINGS_HELD, tell, clock, log });
  const budgets = new Budgets({ boot, store: state, clock, log });
  let failures = 0;
  return {
    boot,
    publisher,
    random,
    clock,
    log,
    newFailedId() {
      failures += 1;
      return `${boot}-${failures}`;
    },
    keys,
    budgets,
    catalogs: new Catalogs({
      store: state,
      clock,
      log,
      adopted({ catalog }) {
        keys.adopt(catalog);
        budgets.adopt(catalog);
      },
    }),
    sequences: new Sequences(),
    reports: new HourReports({ boot, store: state, clock, log }),
    imports: new Imports({ boot, store: state, clock }),
    writeKeys: new WriteKeys(state, clock),
    accepted: new AcceptedEvents(),
    rates: new Rates(clock),
    subjectRates: new SubjectRates(clock),
    tally: new Tally(log),
    held: new HeldBytes(),
    heldUnkeyed: new HeldBytes(MAX_UNKEYED_HELD_BYTES),
    arrivals: new Arrivals(),
    underWay: new UnderWay(),
  };
}

/** Apps are told one thing of whatever keeps the keys from being opened: that it passes. */
function tell(): PlatformError {
  return new PlatformError('keys_unavailable');
}

function createHandler(door: DoorParts, parts: CollectParts): RequestHandler {
  const { announceFinishing, clock, log } = parts;
  const batchRoutes = [...NATIVE_ROUTES, ...sourceRoutes(() => newId(parts))];
  const routed = createRequestHandler({
    title: {
      title: 'Tributary collect',
      description: 'Takes events, seals what is personal in them, and publishes them.',
      version: '1',
    },
    routes: [
      ...collectRoutes({
        batchRoutes,
        writeKeys: door.writeKeys,
        imports: door.imports,
        newImportId: () => checked(parseId('import', newId(parts))),
        announceFinishing: (id) => void announceFinishing(id).catch(() => undefined),
      }),
      segmentSettingsRoute(door.writeKeys),
      serviceRoute({ ...door, now: () => clock.now(), standing: () => standingOrThrow(door) }),
    ],
    identify: (headers) => serviceOf(parts, headers),
    unhealthy: () => door.keys.closed,
    log,
    clock,
    random: parts.random,
  });
  const doors = new Map(batchRoutes.map(({ path, protocol }) => [path, createBatchDoor(protocol, door)]));
  const handshake = createHandshake(door);
  const others = withCors((request, response) => (isHandshake(request) ? handshake : routed)(request, response));
  return (request, response) => (doorOf(request, doors) ?? others)(request, response);
}

/** Apps come with a write key; only the platform's own functions come as somebody. */
async function serviceOf(
  { identify, projectId }: CollectParts,
  headers: IncomingHttpHeaders,
): Promise<Principal | undefined> {
  const email = await identify(headers);
  return email === undefined ? undefined : { email, roles: rolesOf(email, projectId, {}) };
}

/** Batches are told apart before any routing is done. */
function doorOf(request: IncomingMessage, doors: ReadonlyMap<string, RequestHandler>): RequestHandler | undefined {
  const { method, url = '' } = request;
  if (method !== 'POST') return undefined;
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  // Protocols that their headers tell may come to where one sends without a path, or to that of native batches.
  const claimed = path === EVENTS_PATH || path === '/' ? claimedPath(request) : undefined;
  return doors.get(claimed ?? path);
}

function startRepeating({ keys, catalogs, budgets, reports, tally }: DoorParts, every: Every): readonly (() => void)[] {
  return [
    every(CATALOG_EVERY_MS, () => catalogs.refresh()),
    every(BUDGETS_EVERY_MS, () => budgets.sync()),
    every(REPORT_EVERY_MS, () => reports.flush()),
    every(TALLY_EVERY_MS, () => tally.flush()),
    every(FEED_LOOK_EVERY_MS, () => keys.refreshWhenDue()),
    every(GUARD_EVERY_MS, () => keys.open()),
    every(REOPEN_EVERY_MS, async () => {
      if (keys.closed !== undefined) await keys.open();
      if (catalogs.current === undefined) await catalogs.refresh();
    }),
  ];
}

async function open({ keys, catalogs }: Pick<DoorParts, 'keys' | 'catalogs'>): Promise<void> {
  await Promise.all([keys.open(), catalogs.refresh()]);
  await keys.refreshWhenDue();
}

function newId({ clock, randomBytes }: CollectParts): string {
  return uuidV7(clock.now(), randomBytes);
}

function checked<Id>(id: Id | undefined): Id {
  if (id === undefined) throw new TypeError('a UUID is not taken for an id');
  return id;
}
