// Owns what the operator is made of: settings, clients and clock, put together once.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ResourceCloud } from '#shared/catalog/operator/resource-cloud.ts';
import { createIdentifier } from '#shared/gcp/identity.ts';
import type { RequestHandler } from '#shared/http/function-host.ts';
import { createRequestHandler } from '#shared/http/handler.ts';
import type { Principal } from '#shared/http/route.ts';
import { createStdoutLog } from '#shared/http/stdout-log.ts';
import { bucketName, revealConnection } from '#shared/platform/base/names.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { PEOPLE_ROLES, rolesOf, type RoleMembers } from '#shared/platform/roles.ts';
import { readSettings, type Settings, SETTINGS } from '#shared/platform/settings.ts';
import type { ApplyParts } from './apply.ts';
import { createCatalogs } from './catalogs.ts';
import { lazyCloud } from './lazy-cloud.ts';
import { operatorRoutes } from './routes.ts';
import type { Pause } from './under-lease.ts';
import { readWorkflowSources } from './workflow-sources.ts';

/** The operator as its host runs it. */
export interface Operator {
  readonly handle: RequestHandler;
  /** Lets what is under way come to a point where it can go on later. */
  stop(): Promise<void>;
}

const WORKFLOWS_FOLDER = fileURLToPath(new URL('../../workflows', import.meta.url));
const STOP_MS = 5000;
const LOAD_AFTER_MS = 100;

export function createOperator(environment: Readonly<Record<string, string | undefined>>): Operator {
  const settings = readSettings(environment);
  const log = createStdoutLog('operator', systemClock);
  const state = { ending: false };
  const working = new Set<Promise<unknown>>();
  const { projectId, region } = settings;
  const cloud = lazyCloud(async () => {
    const { createResourceCloud } = await import('#shared/gcp/resources.ts');
    return createResourceCloud({ projectId, region });
  });
  let made: Promise<ApplyParts> | undefined;
  const parts = (): Promise<ApplyParts> => (made ??= makeParts(settings, cloud, () => state.ending));
  // After it listens, while whoever started it waits for others: the first question then finds the store loaded.
  setTimeout(() => void parts(), LOAD_AFTER_MS).unref();
  const handle = createRequestHandler({
    title: {
      title: 'Tributary operator',
      description:
        'Makes topics, subscriptions, datasets, tables, views, functions, access and workflows follow the catalog.',
      version: '1',
    },
    routes: operatorRoutes(parts, {
      onWork(work) {
        working.add(work);
        void work.catch(() => undefined).finally(() => working.delete(work));
      },
      // Whoever hears that will apply next.
      onOutdated: () => cloud.warm(),
    }),
    identify: createIdentify(settings, parts),
    log,
    clock: systemClock,
  });
  return {
    handle,
    async stop() {
      state.ending = true;
      await Promise.race([Promise.allSettled(working), wait(STOP_MS, undefined, { ref: false })]);
    },
  };
}

async function makeParts(settings: Settings, cloud: ResourceCloud, ending: () => boolean): Promise<ApplyParts> {
  const { createObjectStore } = await import('#shared/gcp/objects.ts');
  const { projectId, region } = settings;
  const store = createObjectStore(bucketName('state', projectId));
  return {
    store,
    catalogs: createCatalogs(store),
    cloud,
    surroundings: () => ({
      projectId,
      region,
      workflows: readWorkflowSources(WORKFLOWS_FOLDER),
      reveal: { endpoint: settings.privacyUrl, connection: revealConnection({ projectId, region }) },
      workflowEnvironment: workflowEnvironment(settings),
    }),
    clock: systemClock,
    pause,
    random: Math.random,
    newId: randomUUID,
    ending,
  };
}

/** How workflows find the functions that they call. */
function workflowEnvironment(settings: Settings): Readonly<Record<string, string>> {
  const names = ['audience', 'metadataUrl', 'privacyUrl', 'operatorUrl'] as const;
  return Object.fromEntries(names.map((name) => [SETTINGS[name].variable, settings[name]]));
}

const pause: Pause = (ms, until) =>
  wait(ms, undefined, until === undefined ? {} : { signal: until }).catch(() => undefined);

/** Before the first apply only service accounts have roles: members are part of a catalog. */
function createIdentify(
  settings: Settings,
  parts: () => Promise<ApplyParts>,
): (headers: Parameters<ReturnType<typeof createIdentifier>>[0]) => Promise<Principal | undefined> {
  const { audience, iapAudience, projectId } = settings;
  const identifier = createIdentifier({ audience, ...(iapAudience === '' ? {} : { iapAudience }) });
  return async (headers) => {
    const email = await identifier(headers);
    if (email === undefined) return undefined;
    const roles = rolesOf(email, projectId, {});
    return { email, roles: roles.size > 0 ? roles : rolesOf(email, projectId, await membersInForce(await parts())) };
  };
}

async function membersInForce({ catalogs }: ApplyParts): Promise<RoleMembers> {
  const inForce = await catalogs.inForce();
  if (inForce === undefined) return {};
  const { roles } = (await catalogs.bundle(inForce.current.digest)).platform;
  return Object.fromEntries(PEOPLE_ROLES.map((role) => [role, roles[role].members]));
}
