/** Measures one part of privacy on the cloud of the environment: for each line on stdin one round, answered by a line of JSON. */
import { createInterface } from 'node:readline';
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { BigQuery } from '@google-cloud/bigquery';
import { createLedger } from '#functions/privacy/erasures/ledger.ts';
import type { ErasureDeps } from '#functions/privacy/erasures/erasure-deps.ts';
import { requestErasure } from '#functions/privacy/erasures/request-erasure.ts';
import { STEP_VERBS, takeStepOf } from '#functions/privacy/erasures/steps/steps.ts';
import { type Catalog, bundleOf } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { layBase } from '#shared/gcp/base/lay.ts';
import { createErasedRows } from '#shared/gcp/erased-rows.ts';
import { keptBecauseOf } from '#shared/gcp/key-bucket.ts';
import { keyStoresOf, layFirstEpoch } from '#shared/gcp/key-stores.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { createPersonRows } from '#shared/gcp/person-rows.ts';
import { createCertificateKey } from '#shared/gcp/signer.ts';
import { bucketName, keyPath } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';
import { verifyChain } from '#shared/privacy/erasure/certificate-verify.ts';
import { EpochKeys, openEpoch } from '#shared/privacy/keys/epoch-keys.ts';
import { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { rewrapKeyring } from '#shared/privacy/keys/keyring-rewrap.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';
import { catalogInForce } from '#functions/privacy/at-work/catalog-in-force.ts';
import { coveredCatalog, openingCatalog } from '#test/functions/privacy/catalogs.ts';

const REGION = 'europe-west1';
const place = { projectId: process.env['GOOGLE_CLOUD_PROJECT'] ?? '', region: REGION };
/** A laptop's bound; what is measured is the time beyond it. */
const BOUND_MS = 1000;
/** 2 % of a million, in five rounds. */
const KEYRINGS_A_ROUND = 4000;
const AT_ONCE = 64;
const ENDPOINTS = 100;
const ROWS_OF_USER = 10_000;
const PEOPLE_AT_ONCE = 1000;

type Part = (round: number) => Promise<{ readonly value: number; readonly seconds: number; readonly detail?: object }>;

/** Steps that were tried again because a call of theirs was throttled or timed out. */
let repeated = 0;

const kinds = new Set(['bucket', 'key-ring', 'crypto-key', 'dataset']);
await layBase(
  baseResources(place).filter(({ kind }) => kinds.has(kind)),
  place,
);
const stores = keyStoresOf(place);
await layFirstEpoch(stores, systemClock);
const state = createObjectStore(bucketName('state', place.projectId));
const found = await openPepper(stores.pepper, stores.wrapper, stores.pepperVersion);
if (found.kind !== 'pepper') throw new Error('the pepper is damaged');
const { pepper } = found;
const epochs = newEpochs();
const keyrings = new Keyrings(
  { store: stores.keyrings, epochs, feed: stores.feed, pepper, clock: systemClock },
  { timing: revocationTiming(BOUND_MS) },
);

const PARTS: Readonly<Record<string, () => Promise<Part>>> = { make, move, erase, 'erase-many': eraseMany };
const part = await (PARTS[process.argv[2] ?? ''] ?? make)();
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await part(Number(line)))}\n`);
}
process.exit(0);

function newEpochs(): EpochKeys {
  return new EpochKeys({ store: stores.epochs, wrapper: stores.wrapper, clock: systemClock });
}

async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly seconds: number; readonly result: Result }> {
  const beganMs = performance.now();
  const result = await work();
  return { seconds: (performance.now() - beganMs) / 1000, result };
}

async function inBatches<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function tokenOf(user: string, purpose = 'analytics'): Promise<string> {
  const used = await keyrings.use({ subject: { kind: 'user', id: user }, purpose }, ({ keys }) => keys.token);
  if (used.kind !== 'used') throw new Error(used.kind);
  return used.result;
}

/**
 * So many a second, and what kept it from more: this process's processor where it was busy nearly all the time; else the machine, where
 * that was; else the store.
 */
async function rateOf(
  keyringsMade: number,
  work: () => Promise<unknown>,
): Promise<{ readonly value: number; readonly seconds: number; readonly detail: object }> {
  const before = process.cpuUsage();
  const idleBefore = idleSeconds();
  const { seconds } = await timed(work);
  const idle = (idleSeconds() - idleBefore) / seconds;
  const { user, system } = process.cpuUsage(before);
  const processors = (user + system) / 1e6 / seconds;
  const bottleneck =
    processors > 0.85
      ? 'processor of the client'
      : idle < 0.2
        ? 'the machine, which does other work too'
        : 'answers of the local Cloud Storage';
  const detail = {
    processors: processors.toFixed(2),
    clientUs: Math.round((user + system) / keyringsMade),
    bottleneck,
  };
  return { value: keyringsMade / seconds, seconds, detail };
}

/** How long the processors of the machine have had nothing to do. */
function idleSeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1000;
}

async function make(): Promise<Part> {
  return async (round) => {
    const users = Array.from({ length: KEYRINGS_A_ROUND }, (_, index) => `user-${round}-${index}`);
    return rateOf(users.length, () => inBatches(users, tokenOf));
  };
}

async function move(): Promise<Part> {
  const users = Array.from({ length: KEYRINGS_A_ROUND }, (_, index) => `user-${index}`);
  await inBatches(users, tokenOf);
  return async () => {
    const from = await newEpochs().current();
    await openEpoch({ store: stores.epochs, wrapper: stores.wrapper, clock: systemClock }, from.id);
    const to = await newEpochs().current();
    const names: string[] = [];
    for await (const name of stores.scan.names('')) names.push(name);
    return rateOf(names.length, () => inBatches(names, (name) => rewrapKeyring(stores.keyrings, name, from, to)));
  };
}

function depsOf(): ErasureDeps {
  return {
    objects: state,
    exports: createObjectStore(bucketName('exports', place.projectId)),
    keys: { store: stores.keyrings, feed: stores.feed, epochs, pepper, keyrings, boundMs: BOUND_MS },
    catalog: catalogInForce(state),
    keptBecauseOf: () => keptBecauseOf(bucketName('keys', place.projectId)),
    warehouse: createErasedRows(place),
    personRows: createPersonRows(place),
    // Nothing runs here, and nothing has to be computed again.
    pipelines: {
      fence: async () => ({ ended: [], committing: [] }),
      recompute: async () => ({ state: 'unknown' }),
    },
    ledger: createLedger(state, createCertificateKey(keyPath('certificate', place))),
    facts: { record: async () => undefined },
    // This process drives them itself.
    executions: { start: async () => 'bench', state: async () => 'active' },
    clock: systemClock,
    newId: () => uuidV7(Date.now(), randomBytes),
    log: { write: () => undefined },
  };
}

async function apply(catalog: Catalog): Promise<void> {
  const { digest, text } = bundleOf(catalog);
  await state.create(bundleObject(digest), text);
  await state.create(CURRENT_CATALOG_OBJECT, encodeCurrentCatalog({ digest, appliedAt: new Date().toISOString() }));
}

/** As the workflow drives it: what passes by itself is tried again after a while. */
async function drive(deps: ErasureDeps, id: string): Promise<void> {
  for (const verb of STEP_VERBS) {
    for (;;) {
      const { againAfterSeconds } = await takeStepOf(deps, id, verb).catch(laterIfItPasses);
      if (againAfterSeconds === 0) break;
      await new Promise((resolve) => setTimeout(resolve, againAfterSeconds * 1000));
    }
  }
}

async function asked(deps: ErasureDeps, userId: string): Promise<string> {
  for (;;) {
    try {
      return (await requestErasure(deps, { userId, basis: 'request' })).record.id;
    } catch (thrown) {
      laterIfItPasses(thrown);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function laterIfItPasses(thrown: unknown): { readonly againAfterSeconds: number } {
  if (!(thrown instanceof PlatformError) || thrown.fault !== 'transient') throw thrown;
  repeated += 1;
  return { againAfterSeconds: 0.5 };
}

async function erase(): Promise<Part> {
  const catalog = manyEndpoints();
  await apply(catalog);
  const bigQuery = new BigQuery({ projectId: place.projectId, location: REGION });
  await bigQuery.createDataset('music', { location: REGION });
  const names = Array.from({ length: ENDPOINTS }, (_, index) => `mails_${index}`);
  for (const name of names) {
    await bigQuery.query(`CREATE TABLE music.${name} (day DATE, subject STRING, email STRING)`);
  }
  const deps = depsOf();
  return async (round) => {
    const user = `user-${round}@example.com`;
    const token = await tokenOf(user);
    const perEndpoint = ROWS_OF_USER / ENDPOINTS;
    for (const name of names) {
      await bigQuery.query({
        query: `INSERT INTO music.${name} SELECT DATE '2026-11-20', IF(MOD(n, 2) = 0, @token, 'somebody else'), 'x'
          FROM UNNEST(GENERATE_ARRAY(1, ${perEndpoint * 2})) AS n`,
        params: { token },
      });
    }
    const { seconds, result } = await timed(async () => {
      const { record } = await requestErasure(deps, { userId: user, basis: 'request' });
      await drive(deps, record.id);
      return record.id;
    });
    const stored = await state.read(`erasures/${result}/record`);
    const { steps } = JSON.parse(String(stored?.body)) as {
      steps: { 'rows-cleaned': { endpoints: { rows: number }[] } };
    };
    const rows = steps['rows-cleaned'].endpoints.reduce((sum, each) => sum + each.rows, 0);
    if (rows !== ROWS_OF_USER) throw new Error(`${rows} rows were deleted`);
    return { value: seconds - BOUND_MS / 1000, seconds, detail: { endpoints: ENDPOINTS, rows } };
  };
}

/** A hundred endpoints like the one of opened addresses. */
function manyEndpoints(): Catalog {
  const catalog = openingCatalog();
  const mails = Object.values(catalog.endpoints).find(({ id }) => id === 'music.mails');
  if (mails === undefined) throw new Error('no endpoint of opened values');
  const copies = Array.from({ length: ENDPOINTS }, (_, index) => {
    const id = `music.mails_${index}` as typeof mails.id;
    return [id, { ...mails, id }] as const;
  });
  const others = Object.entries(catalog.endpoints).filter(([id]) => id !== 'music.mails');
  return { ...catalog, endpoints: Object.fromEntries([...others, ...copies]) };
}

async function eraseMany(): Promise<Part> {
  await apply(coveredCatalog());
  const deps = depsOf();
  return async (round) => {
    const users = Array.from({ length: PEOPLE_AT_ONCE }, (_, index) => `user-${round}-${index}@example.com`);
    await inBatches(users, tokenOf);
    const { seconds } = await timed(() =>
      Promise.all(
        users.map(async (userId) => {
          await drive(deps, await asked(deps, userId));
        }),
      ),
    );
    const texts: string[] = [];
    for await (const { name } of state.list('certificates/')) texts.push(String((await state.read(name))?.body));
    const pem = await createCertificateKey(keyPath('certificate', place)).publicKeyPem();
    const chain = verifyChain(texts, pem);
    if (chain.kind !== 'valid' || chain.length !== round * PEOPLE_AT_ONCE) throw new Error('the ledger is not whole');
    return { value: seconds - BOUND_MS / 1000, seconds, detail: { certificates: chain.length, repeated } };
  };
}
