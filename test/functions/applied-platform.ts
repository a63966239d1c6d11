/** The catalog of the repository applied to a local cloud, with collect before it by a clock that the test sets. Import after the cloud has started. */
import { randomUUID, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BigQuery } from '@google-cloud/bigquery';
import { type Collect, createCollect } from '#functions/collect/collect.ts';
import { applyCatalog } from '#functions/operator/apply.ts';
import { createCatalogs } from '#functions/operator/catalogs.ts';
import { bundleObject } from '#shared/catalog/stored-catalog.ts';
import { layBase } from '#shared/gcp/base/lay.ts';
import { createIdentifier } from '#shared/gcp/identity.ts';
import { keyStoresOf, layFirstEpoch } from '#shared/gcp/key-stores.ts';
import { createObjectStore } from '#shared/gcp/objects.ts';
import { createPublisher } from '#shared/gcp/publisher.ts';
import { createResourceCloud } from '#shared/gcp/resources.ts';
import { bucketName } from '#shared/platform/base/names.ts';
import { baseResources } from '#shared/platform/base/resources.ts';
import { type Clock, systemClock } from '#shared/platform/clock.ts';
import type { BodyReader, ObjectStore } from '#shared/platform/object-store.ts';
import { until } from '#test/eventually.ts';
import { TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { putWriteKey, SECRET, WRITE_KEY } from './collect/test-app.ts';
import type { CompiledFiles } from './operator/repository.ts';

export const PLACE = { projectId: TEST_PROJECT, region: 'europe-north1' };
export const AUDIENCE = 'https://tributary.test';
const SILENT = { write: () => undefined };

export interface AppliedPlatform {
  readonly state: ObjectStore & BodyReader;
  apply(compiled: CompiledFiles): Promise<void>;
  /** Rows of a query, every value as text. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Asks until a query counts so many; the query has one column `n`. */
  until(sql: string, count: number): Promise<void>;
}

export async function layPlatform(compiled: CompiledFiles): Promise<AppliedPlatform> {
  await layBase(baseResources(PLACE), PLACE);
  await layFirstEpoch(keyStoresOf(PLACE), systemClock);
  const state = createObjectStore(bucketName('state', TEST_PROJECT));
  await putWriteKey(state, SECRET, WRITE_KEY);
  const bigQuery = new BigQuery({ projectId: TEST_PROJECT, location: PLACE.region });
  const platform: AppliedPlatform = {
    state,
    async apply({ bundle }) {
      await state.create(bundleObject(bundle.digest), bundle.text);
      const { failures } = await applyCatalog(
        { digest: bundle.digest, deletions: [] },
        {
          store: state,
          catalogs: createCatalogs(state),
          cloud: createResourceCloud(PLACE),
          surroundings: () => ({ ...PLACE, workflows: {}, workflowEnvironment: {} }),
          clock: systemClock,
          pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
          random: Math.random,
          newId: randomUUID,
          ending: () => false,
        },
        () => undefined,
      );
      if (failures.length > 0) throw new Error(JSON.stringify(failures));
    },
    async query(sql) {
      const [rows] = await bigQuery.query({ query: sql, useLegacySql: false });
      return rows as readonly Readonly<Record<string, unknown>>[];
    },
    async until(sql, count) {
      const there = async (): Promise<boolean> => Number((await platform.query(sql))[0]?.['n']) === count;
      await until(there, `${count} rows: ${sql}`, { withinMs: 60_000, everyMs: 100 });
    },
  };
  await platform.apply(compiled);
  return platform;
}

export interface RunningCollect {
  readonly url: string;
  readonly collect: Collect;
  /** Looks for an applied catalog, as it would within ten seconds. */
  adoptCatalog(): Promise<void>;
  send(events: readonly unknown[], more?: object): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Collect over Google's own clients, with the clock of the test; what repeats is done at its end. */
export async function startCollect(state: ObjectStore & BodyReader, clock: Clock): Promise<RunningCollect> {
  const repeated: (() => Promise<void> | void)[] = [];
  const collect = createCollect({
    projectId: TEST_PROJECT,
    state,
    keys: keyStoresOf(PLACE),
    keptBecauseOf: async () => [],
    publisher: createPublisher(TEST_PROJECT, SILENT),
    announceFinishing: async () => undefined,
    identify: createIdentifier({ audience: AUDIENCE }),
    revocationBoundMs: 5000,
    every(_ms, work) {
      repeated.push(work);
      return () => undefined;
    },
    clock,
    random: Math.random,
    randomBytes,
    log: SILENT,
  });
  await collect.opened;
  const server = createServer(collect.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    collect,
    async adoptCatalog() {
      for (const work of repeated) await work();
    },
    async send(events, more = {}) {
      const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ events, ...more });
      const response = await fetch(`${url}/v1/events`, { method: 'POST', headers, body });
      const { results } = (await response.json()) as { results: readonly { status: string; code?: string }[] };
      return results.map(({ status, code }) => code ?? status);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await collect.stop();
    },
  };
}
