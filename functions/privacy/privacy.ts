// Owns privacy as a whole: its parts put together, what repeats while it serves, and how it ends.
import type { IncomingHttpHeaders } from 'node:http';
import type { ErasedRows } from '#shared/gcp/erased-rows.ts';
import type { PersonRows } from '#shared/gcp/person-rows.ts';
import type { Executions } from '#shared/gcp/executions.ts';
import type { KeepsBecause } from '#shared/privacy/keys/key-bucket-settings.ts';
import type { KeyStores } from '#shared/gcp/key-stores.ts';
import type { Publisher } from '#shared/gcp/publisher.ts';
import type { CertificateKey } from '#shared/gcp/signer.ts';
import type { RequestHandler } from '#shared/http/function-host.ts';
import { createRequestHandler } from '#shared/http/handler.ts';
import type { Principal, Route } from '#shared/http/route.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';
import { FEED_LOOK_EVERY_MS, GUARD_EVERY_MS, KeysAtWork } from '#shared/privacy/keys/keys-at-work.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';
import { endDayKeys } from './at-work/end-day-keys.ts';
import { catalogInForce } from './at-work/catalog-in-force.ts';
import { grantsInForce, rolesInForce } from './at-work/who-may.ts';
import type { ErasureDeps } from './erasures/erasure-deps.ts';
import { createLedger } from './erasures/ledger.ts';
import type { Pipelines } from './erasures/pipelines.ts';
import { sweep } from './erasures/sweep.ts';
import { sweepExports } from './exports/sweep-exports.ts';
import { createFacts } from './facts.ts';
import type { Repeat } from './repeating.ts';
import { PersonRates } from './reveal/person-rate.ts';
import type { ReplaySender } from './replays/send-again.ts';
import type { RotationDeps } from './rotation/rotation-deps.ts';
import type { RevealDeps } from './reveal/reveal.ts';
import { certificateRoutes } from './routes/certificate-routes.ts';
import { drillRoutes } from './routes/drill-routes.ts';
import { erasureRoutes } from './routes/erasure-routes.ts';
import { canaryRoutes } from './routes/canary-routes.ts';
import { exportRoutes } from './routes/export-routes.ts';
import { holdRoutes } from './routes/hold-routes.ts';
import { openingRoutes } from './routes/opening-routes.ts';
import { noticeRoutes } from './routes/notice-routes.ts';
import { replayRoutes } from './routes/replay-routes.ts';
import { rotationRoutes } from './routes/rotation-routes.ts';
import { stepRoutes } from './routes/step-routes.ts';
import { statusRoutes } from './routes/status-routes.ts';
import { subjectRoutes } from './routes/subject-routes.ts';

/** What privacy needs from outside. */
export interface PrivacyParts {
  readonly projectId: string;
  /** The bucket of live state. */
  readonly state: ObjectStore;
  /** The bucket of what people asked for about themselves. */
  readonly exports: ObjectStore;
  /** Every bucket, by name, for what searches all of them. */
  readonly buckets: Readonly<Record<string, ObjectStore>>;
  readonly stores: KeyStores;
  readonly keptBecauseOf: () => Promise<readonly KeepsBecause[]>;
  readonly certificateKey: CertificateKey;
  readonly executions: Executions;
  readonly warehouse: ErasedRows;
  readonly personRows: PersonRows;
  /** What metadata does for erasures. */
  readonly pipelines: Pipelines;
  /** Hands failed events to collect once more. */
  readonly sendAgain: ReplaySender;
  /** Where this function answers; links of exports begin with it. */
  readonly url: string;
  readonly publisher: Publisher;
  /** The verified e-mail address of who asks. */
  readonly identify: (headers: IncomingHttpHeaders) => Promise<string | undefined>;
  /** The verified address of a token for this function's own URL, as BigQuery sends one. */
  readonly identifyBigQuery: (headers: IncomingHttpHeaders) => Promise<string | undefined>;
  /** The service account of the connection that BigQuery calls this function as. */
  readonly connectionAccount: () => Promise<string | undefined>;
  /** In the place of what the catalog promises; undefined without one. */
  readonly revocationBoundMs: number | undefined;
  readonly repeat: Repeat;
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly log: Log;
}

export interface Privacy {
  readonly handler: RequestHandler;
  /** Resolves once everything was tried that it needs to serve; what is missing then is tried again on and on. */
  readonly opened: Promise<void>;
  /** Drives on whatever nobody drives; also done by itself, at the start and on and on. */
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

/** What an execution left undone is driven on within this, and the time that the workflow takes. */
const SWEEP_EVERY_MS = 20_000;
const REOPEN_EVERY_MS = 1000;

export function createPrivacy(parts: PrivacyParts): Privacy {
  const { state, stores, keptBecauseOf, revocationBoundMs, clock, log } = parts;
  const keys = new KeysAtWork({ stores, keptBecauseOf, revocationBoundMs, clock, log });
  const catalog = catalogInForce(state, (found) => keys.adopt(found));
  const facts = createFacts(parts.publisher);
  const newId = (): string => uuidV7(clock.now(), parts.randomBytes);
  const rates = new PersonRates(clock);
  const ledger = createLedger(state, parts.certificateKey);
  const erasureDeps = (): ErasureDeps => ({
    objects: state,
    exports: parts.exports,
    keys: keys.keys,
    catalog,
    keptBecauseOf,
    warehouse: parts.warehouse,
    personRows: parts.personRows,
    pipelines: parts.pipelines,
    ledger,
    facts,
    executions: parts.executions,
    clock,
    newId,
    log,
  });
  const rotationDeps = (): RotationDeps => {
    const { wrapper, versions, scan, epochs: epochStore, keyrings } = stores;
    const { epochs } = keys.keys;
    return { objects: state, keyrings, scan, epochStore, epochs, wrapper, versions, ledger, facts, clock, log };
  };
  const revealDeps = (): RevealDeps => {
    const { keyrings, boundMs } = keys.keys;
    return { keyrings, ...revocationTiming(boundMs), facts, rates, clock, newId, grants: grantsInForce(catalog) };
  };
  const sweepNow = async (): Promise<void> => {
    if (keys.closed !== undefined) return;
    await sweep(erasureDeps());
    await sweepExports(erasureDeps());
    await endDayKeys(erasureDeps());
  };
  const open = async (): Promise<void> => {
    await keys.open();
    await adoptCatalog(catalog);
    await sweepNow().catch((thrown: unknown) => log.write('WARNING', 'the sweep failed', { code: codeOf(thrown) }));
  };
  const stops = startRepeating(parts, keys, { open, sweepNow });
  return {
    handler: createRequestHandler({
      title: {
        title: 'Tributary privacy',
        description: 'Opens sealed values for who may, and forgets people with proof.',
        version: '1',
      },
      routes: [
        ...openingRoutes(parts, catalog, revealDeps),
        ...replayRoutes(() => ({ ...revealDeps(), catalog, rows: parts.personRows, send: parts.sendAgain })),
        ...erasureRoutes(erasureDeps),
        ...stepRoutes(erasureDeps),
        ...rotationRoutes(rotationDeps, catalog),
        ...provingRoutes(parts, erasureDeps),
        ...holdRoutes(erasureDeps),
        ...subjectRoutes(erasureDeps),
        ...noticeRoutes(erasureDeps),
        ...exportRoutes(erasureDeps, parts.url),
        ...statusRoutes(() => keys.keys),
        ...certificateRoutes(parts.certificateKey),
      ],
      identify: (headers) => identify(parts, catalog, headers),
      unhealthy: () => keys.closed,
      log,
      clock,
    }),
    opened: open(),
    sweep: sweepNow,
    async stop() {
      for (const stop of stops) stop();
      keys.close();
      await parts.publisher.close();
    },
  };
}

/** What proves all the time that the rest holds. */
function provingRoutes(
  { buckets, certificateKey, personRows: rows, sendAgain: send }: PrivacyParts,
  erasureDeps: () => ErasureDeps,
): readonly Route[] {
  return [
    ...drillRoutes(() => ({ ...erasureDeps(), publicKeyPem: () => certificateKey.publicKeyPem() })),
    ...canaryRoutes(() => ({ ...erasureDeps(), buckets, rows, send })),
  ];
}

function startRepeating(
  { repeat }: PrivacyParts,
  keys: KeysAtWork,
  { open, sweepNow }: { readonly open: () => Promise<void>; readonly sweepNow: () => Promise<void> },
): readonly (() => void)[] {
  return [
    repeat(REOPEN_EVERY_MS, async () => {
      if (keys.closed !== undefined) await open();
    }),
    repeat(GUARD_EVERY_MS, () => keys.open()),
    repeat(SWEEP_EVERY_MS, sweepNow),
    repeat(FEED_LOOK_EVERY_MS, () => keys.refreshWhenDue()),
  ];
}

/** So that the revocation bound is known, where no setting says it. Without a catalog it is asked for when it is needed. */
async function adoptCatalog(catalog: () => Promise<unknown>): Promise<void> {
  await catalog().catch(() => undefined);
}

/** Before the first apply only service accounts have roles: members are part of a catalog. */
async function identify(
  { projectId, identify: identifier }: PrivacyParts,
  catalog: ReturnType<typeof catalogInForce>,
  headers: IncomingHttpHeaders,
): Promise<Principal | undefined> {
  const email = await identifier(headers);
  if (email === undefined) return undefined;
  return { email, roles: await rolesInForce(projectId, catalog, email) };
}

function codeOf(thrown: unknown): string {
  return thrown instanceof PlatformError ? thrown.code : 'internal';
}
