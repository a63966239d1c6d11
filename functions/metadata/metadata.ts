// Owns metadata as a whole: its parts put together, what repeats while it lives, its routes, and how it ends.
import type { IncomingHttpHeaders } from 'node:http';
import type { Executions } from '#shared/gcp/executions.ts';
import type { Jobs } from '#shared/gcp/jobs.ts';
import type { Publisher } from '#shared/gcp/publisher.ts';
import type { RequestHandler } from '#shared/http/function-host.ts';
import { createRequestHandler } from '#shared/http/handler.ts';
import type { Principal, Route } from '#shared/http/route.ts';
import type { Place } from '#shared/platform/base/resources.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PEOPLE_ROLES, type RoleMembers, rolesOf } from '#shared/platform/roles.ts';
import { CompletePartitions } from './closing/completeness.ts';
import type { Assets } from './console/assets.ts';
import { consoleRoutes } from './console/console-routes.ts';
import { createAlarm, type StartTimer } from './driving/alarm.ts';
import { Passes } from './driving/passes.ts';
import { createFacts } from './facts.ts';
import type { CallCollect, Parts } from './parts.ts';
import { createPlatformTime } from './platform-time.ts';
import { bookRoutes } from './routes/book-routes.ts';
import { callerRoutes } from './routes/caller-routes.ts';
import { countRoutes } from './routes/count-routes.ts';
import { endpointRoutes } from './routes/endpoint-routes.ts';
import { cleaningRoutes } from './routes/cleaning-routes.ts';
import { erasureRoutes } from './routes/erasure-routes.ts';
import { failedRoutes } from './routes/failed-routes.ts';
import { lineageRoutes } from './routes/lineage-routes.ts';
import { runRoutes } from './routes/run-routes.ts';
import { serviceRoutes } from './routes/service-routes.ts';
import { writeKeyRoutes } from './routes/write-key-routes.ts';
import { AppliedCatalog } from './state/applied-catalog.ts';
import { Closers } from './state/closers.ts';
import { Imports } from './state/imports.ts';
import { Partitions } from './state/partitions.ts';
import { Slots } from './state/slots.ts';

/** What metadata needs from outside. */
export interface MetadataDeps {
  readonly place: Place;
  readonly store: ObjectStore;
  readonly publisher: Publisher;
  readonly executions: Executions;
  readonly jobs: Jobs;
  /** The verified address of a caller. */
  readonly identify: (headers: IncomingHttpHeaders) => Promise<string | undefined>;
  readonly clock: Clock;
  readonly startTimer: StartTimer;
  readonly newId: () => string;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly callCollect: CallCollect;
  readonly log: Log;
  /** Files of the console. */
  readonly assets: Assets;
}

export interface Metadata {
  readonly handler: RequestHandler;
  readonly routes: readonly Route[];
  readonly parts: Parts;
  /** Looks at everything once, as the first tick would; what is missing then, the tick finds. */
  open(): Promise<void>;
  stop(): Promise<void>;
}

/** A catalog that was applied is adopted within this, also while nothing ticks. */
const CATALOG_EVERY_MS = 10_000;

export function createMetadata(deps: MetadataDeps): Metadata {
  const parts = assemble(deps, () => passes.look());
  const passes = new Passes(parts);
  const routes = [
    ...serviceRoutes(parts, passes),
    ...endpointRoutes(parts),
    ...runRoutes(parts, passes),
    ...lineageRoutes(parts),
    ...countRoutes(parts),
    ...erasureRoutes(parts),
    ...cleaningRoutes(parts),
    ...callerRoutes(parts),
    ...writeKeyRoutes(parts),
    ...failedRoutes(parts),
    ...bookRoutes(parts),
    ...consoleRoutes(deps.assets),
  ];
  const stopAdopting = repeat(deps.startTimer, CATALOG_EVERY_MS, () => parts.applied.refresh());
  return {
    parts,
    routes,
    handler: createRequestHandler({
      title: {
        title: 'Tributary metadata',
        description: 'What there is, what is due, and how it was made.',
        version: '1',
      },
      routes,
      identify: (headers) => principalOf(deps, parts, headers),
      log: deps.log,
      clock: deps.clock,
    }),
    async open() {
      await passes.request('thorough');
    },
    async stop() {
      stopAdopting();
      parts.alarm.stop();
      await deps.publisher.close();
    },
  };
}

function assemble(deps: MetadataDeps, ring: () => void): Parts {
  const { place, store, executions, jobs, log, newId, randomBytes, callCollect } = deps;
  const time = createPlatformTime(deps.clock);
  return {
    place,
    store,
    applied: new AppliedCatalog(store, time, log),
    partitions: new Partitions(store),
    slots: new Slots(store),
    closers: new Closers(store, time),
    imports: new Imports(store),
    complete: new CompletePartitions(),
    facts: createFacts(deps.publisher),
    executions,
    jobs,
    time,
    alarm: createAlarm(() => time.now(), ring, deps.startTimer),
    log,
    newId,
    randomBytes,
    callCollect,
  };
}

function repeat(start: StartTimer, everyMs: number, work: () => Promise<void>): () => void {
  let stopped = false;
  let cancel = (): void => undefined;
  const again = (): void => {
    cancel = start(everyMs, () => {
      void work().finally(() => {
        if (!stopped) again();
      });
    });
  };
  again();
  return () => {
    stopped = true;
    cancel();
  };
}

async function principalOf(
  { identify, place }: MetadataDeps,
  { applied }: Parts,
  headers: IncomingHttpHeaders,
): Promise<Principal | undefined> {
  const email = await identify(headers);
  if (email === undefined) return undefined;
  if (applied.current === undefined) await applied.refreshOnDemand();
  const roles = applied.current?.catalog.platform.roles;
  // PEOPLE_ROLES are exactly the keys.
  const members: RoleMembers =
    roles === undefined ? {} : Object.fromEntries(PEOPLE_ROLES.map((role) => [role, roles[role].members]));
  return { email, roles: rolesOf(email, place.projectId, members) };
}
