/** Measures opening values on the cloud of the environment: for each line on stdin one round, answered by a line of JSON. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { BigQuery } from '@google-cloud/bigquery';
import { PubSub } from '@google-cloud/pubsub';
import { GoogleAuth } from 'google-auth-library';
import { PersonRates, QUERY_PACE } from '#functions/privacy/reveal/person-rate.ts';
import type { RemoteRow } from '#functions/privacy/reveal/remote-request.ts';
import { revealRows } from '#functions/privacy/reveal/reveal-rows.ts';
import { wirePrivacy } from '#functions/privacy/wire.ts';
import { bundleOf } from '#shared/catalog/catalog.ts';
import { FACTS_TOPIC } from '#shared/catalog/names.ts';
import { revealResources } from '#shared/catalog/operator/reveal-resources.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { layBase } from '#shared/gcp/base/lay.ts';
import { keyStoresOf, layFirstEpoch } from '#shared/gcp/key-stores.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { createResourceCloud } from '#shared/gcp/resources.ts';
import { bucketName, revealConnection } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { systemClock } from '#shared/platform/clock.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';
import { grantsOf } from '#shared/privacy/reveal.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { MAILS, openingCatalog } from '#test/functions/privacy/catalogs.ts';

const projectId = process.env['GOOGLE_CLOUD_PROJECT'] ?? '';
const place = { projectId, region: 'europe-west1' };
const BOUND_SECONDS = 365;
const PURPOSE = 'analytics';
const REASON = 'the weekly mailing';
const FIELDS = { email: 'somebody.or.other@example.com', place: '59.3293,18.0686' };
const VALUES_A_ROUND = 40_000;
const WARM_USERS = 1000;
/** Of each round, new ones each time: their keyrings have to be read from Cloud Storage and unwrapped. */
const COLD_USERS = 4000;
const AT_ONCE = 64;
const INSERT_ROWS = 5000;

type Part = (round: number) => Promise<{ readonly value: number; readonly seconds: number }>;
type Row = RemoteRow & { readonly token: string; readonly sealed: string };

const kinds = new Set(['bucket', 'key-ring', 'crypto-key', 'dataset', 'connection', 'service-account']);
await layBase(
  baseResources(place).filter(({ kind }) => kinds.has(kind)),
  place,
);
const stores = keyStoresOf(place);
await layFirstEpoch(stores, systemClock);
await new PubSub().createTopic(FACTS_TOPIC);
const state = createObjectStore(bucketName('state', projectId));
const { digest, text } = bundleOf(openingCatalog());
await state.create(bundleObject(digest), text);
await state.create(CURRENT_CATALOG_OBJECT, encodeCurrentCatalog({ digest, appliedAt: new Date().toISOString() }));
const bigQuery = new BigQuery({ projectId, location: place.region });

const PARTS: Readonly<Record<string, () => Promise<Part>>> = { 'in-process': inProcess, warm, cold };
const part = await (PARTS[process.argv[2] ?? ''] ?? warm)();
for await (const line of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage();
  const sample = await part(Number(line));
  const { user, system } = process.cpuUsage(before);
  // Where others use the machine too, what the processor did says more than the clock.
  const detail = { privacyMicros: Math.round((user + system) / VALUES_A_ROUND) };
  process.stdout.write(`${JSON.stringify({ ...sample, detail })}\n`);
}
process.exit(0);

/** Keyrings of a process of their own: those of collect, while privacy has to read what it opens. */
async function newKeyrings(): Promise<Keyrings> {
  const epochs = new EpochKeys({ store: stores.epochs, wrapper: stores.wrapper, clock: systemClock });
  const found = await openPepper(stores.pepper, stores.wrapper, stores.pepperVersion);
  if (found.kind !== 'pepper') throw new Error('the pepper is damaged');
  const deps = { store: stores.keyrings, epochs, feed: stores.feed, pepper: found.pepper, clock: systemClock };
  return new Keyrings(deps, { timing: revocationTiming(BOUND_SECONDS * 1000) });
}

/** Rows as events leave them: `count` blobs, each sealed by itself, of so many users. */
async function sealedRows(keyrings: Keyrings, prefix: string, users: number, count: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const indexes = Array.from({ length: count }, (_, index) => index).values();
  const worker = async (): Promise<void> => {
    for (const index of indexes) {
      const subject = { kind: 'user', id: `${prefix}-${index % users}` } as const;
      const used = await keyrings.use({ subject, purpose: PURPOSE }, ({ keys }) => ({
        token: keys.token,
        sealed: sealFields(keys, FIELDS).toString('base64'),
      }));
      if (used.kind !== 'used') throw new Error(used.kind);
      rows.push({ ...used.result, field: 'email', reason: REASON });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return rows;
}

async function inProcess(): Promise<Part> {
  const keyrings = await newKeyrings();
  const rows = await sealedRows(keyrings, 'warm', WARM_USERS, VALUES_A_ROUND);
  const deps = {
    keyrings,
    useLimitMs: revocationTiming(BOUND_SECONDS * 1000).useLimitMs,
    facts: { record: async () => undefined },
    rowRates: new PersonRates(systemClock, QUERY_PACE),
    clock: systemClock,
    newId: randomUUID,
  };
  const use = {
    email: 'bench',
    roles: new Set(['service'] as const),
    endpoint: MAILS,
    purpose: PURPOSE,
    job: 'bench',
    rows,
    grants: grantsOf(PURPOSE, { roles: [], endpoints: [MAILS] }),
  };
  return async () => {
    const beganMs = performance.now();
    const revealed = await revealRows(deps, use);
    const seconds = (performance.now() - beganMs) / 1000;
    if (!revealed.every(({ status }) => status === 'plain')) throw new Error('not everything was opened');
    return { value: VALUES_A_ROUND / seconds, seconds };
  };
}

async function warm(): Promise<Part> {
  await startPrivacy();
  const rows = await sealedRows(await newKeyrings(), 'warm', WARM_USERS, VALUES_A_ROUND);
  await insert('events', rows);
  await opened('events');
  return async () => opened('events');
}

async function cold(): Promise<Part> {
  await startPrivacy();
  return async (round) => {
    await insert(`events_${round}`, await sealedRows(await newKeyrings(), `cold-${round}`, COLD_USERS, VALUES_A_ROUND));
    return opened(`events_${round}`);
  };
}

/** Privacy as in production, in this process, and the function that leads to it. */
async function startPrivacy(): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const privacy = wirePrivacy({
    GOOGLE_CLOUD_PROJECT: projectId,
    TRIBUTARY_REGION: place.region,
    TRIBUTARY_AUDIENCE: 'https://tributary.bench',
    TRIBUTARY_COLLECT_URL: url,
    TRIBUTARY_METADATA_URL: url,
    TRIBUTARY_PRIVACY_URL: url,
    TRIBUTARY_OPERATOR_URL: url,
    TRIBUTARY_REVOCATION_BOUND_SECONDS: String(BOUND_SECONDS),
  });
  server.on('request', privacy.handler);
  await privacy.opened;
  const cloud = createResourceCloud(place);
  const reveal = { endpoint: url, connection: revealConnection(place) };
  for (const { resource } of revealResources(openingCatalog().platform, place, reveal)) await cloud.create(resource);
  await bigQuery.createDataset('music', { location: place.region });
}

async function insert(table: string, rows: readonly Row[]): Promise<void> {
  await bigQuery.query(`CREATE TABLE music.${table} (subject STRING, sealed BYTES)`);
  for (let at = 0; at < rows.length; at += INSERT_ROWS) {
    const some = rows.slice(at, at + INSERT_ROWS).map(({ token, sealed }) => ({ subject: token, sealed }));
    await bigQuery.dataset('music').table(table).insert(some);
  }
}

/** One query over a table, as the account of workflows in a run of the endpoint that has the grant. */
async function opened(table: string): Promise<{ readonly value: number; readonly seconds: number }> {
  const { data } = await new GoogleAuth().request<{ readonly accessToken: string }>({
    url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${serviceAccountEmail('workflows', projectId)}:generateAccessToken`,
    method: 'POST',
    data: { scope: ['https://www.googleapis.com/auth/cloud-platform'] },
  });
  const headers = { authorization: `Bearer ${data.accessToken}`, 'content-type': 'application/json' };
  const jobId = `stage_${MAILS.replace('.', '__')}_2026-11-20_${randomUUID()}`;
  const query = `SELECT JSON_VALUE(reveal_${PURPOSE}.open(subject, sealed, 'email', '${REASON}'), '$.status') AS status, COUNT(*) AS n
    FROM music.${table} GROUP BY status`;
  const jobs = `${process.env['BIGQUERY_EMULATOR_HOST'] ?? ''}/bigquery/v2/projects/${projectId}`;
  const body = JSON.stringify({
    jobReference: { projectId, location: place.region, jobId },
    configuration: { query: { query, useLegacySql: false } },
  });
  const beganMs = performance.now();
  await fetch(`${jobs}/jobs`, { method: 'POST', headers, body });
  const page = `${jobs}/queries/${jobId}?location=${place.region}&timeoutMs=60000`;
  const answer: unknown = await (await fetch(page, { headers })).json();
  const seconds = (performance.now() - beganMs) / 1000;
  const [row] = (answer as { readonly rows?: readonly { readonly f: readonly { readonly v: string }[] }[] }).rows ?? [];
  const [status, count] = (row?.f ?? []).map(({ v }) => v);
  if (status !== 'plain' || Number(count) !== VALUES_A_ROUND) throw new Error(JSON.stringify(answer));
  return { value: VALUES_A_ROUND / seconds, seconds };
}
