/** Owns a metadata that many event types are declared to: a small catalog compiled for real, its endpoints repeated under other names. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMetadata, type Metadata } from '#functions/metadata/metadata.ts';
import { bundleOf, type Catalog } from '#shared/catalog/catalog.ts';
import type { Endpoint, EventEndpoint, SqlEndpoint } from '#shared/catalog/endpoint.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { partitionObject } from '#shared/metadata/state-objects.ts';
import { systemClock } from '#shared/platform/clock.ts';
import type { Labels, ObjectStore, StoredObject } from '#shared/platform/object-store.ts';
import { serviceAccountEmail } from '#shared/platform/roles.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { keyAt, type PartitionKey, previousKey } from '#shared/pipelines/partition-key.ts';
import { newRecord } from '#shared/pipelines/partition-record.ts';
import { labelsOf, summaryOf } from '#shared/pipelines/partition-summary.ts';
import { catalogWith, dailyPipeline, eventEndpoint, id, sqlEndpoint } from '#test/shared/pipelines/memory-view.ts';

const PROJECT = 'console-bench';
const DAY_MS = 86_400_000;
const PROMISE = 'slo: {deadline: "06:00", timezone: Europe/Stockholm, objective: 0.99}';

export interface ConsolePlatform {
  readonly metadata: Metadata;
  readonly url: string;
  /** Something becomes of a partition of the endpoint of one event type. */
  touch(type: number): Promise<void>;
  stop(): Promise<void>;
}

/** So many event types by hour and as many pipelines by day over them, each with so many hours of partitions. */
export async function startPlatform(types: number, hours: number): Promise<ConsolePlatform> {
  const nowMs = systemClock.now();
  const catalog = repeated(catalogWith(dailyPipeline(PROMISE)), types);
  const objects = new Map<string, StoredObject>();
  const put = (name: string, body: string, labels: Labels = {}): void =>
    void objects.set(name, { generation: String(objects.size + 1), body: Buffer.from(body), labels });
  const bundle = bundleOf(catalog);
  const first = formatTimestamp(nowMs - 20 * DAY_MS);
  const endpoints = Object.values(catalog.endpoints);
  const events = endpoints.filter(({ kind }) => kind === 'event');
  put(bundleObject(bundle.digest), bundle.text);
  put('catalog/first-applied', JSON.stringify(Object.fromEntries(events.map((one) => [one.id, first]))));
  put(CURRENT_CATALOG_OBJECT, encodeCurrentCatalog({ digest: bundle.digest, appliedAt: first }));
  for (const endpoint of endpoints) {
    for (const key of keysOf(endpoint, nowMs, hours)) {
      const record = {
        ...newRecord({ endpoint: endpoint.id, key }),
        state: 'published' as const,
        generation: 1,
        rows: 1000,
        publishedAt: formatTimestamp(nowMs - DAY_MS),
      };
      put(partitionObject(record), JSON.stringify(record), labelsOf(summaryOf(record)));
    }
  }
  const metadata = metadataOver(storeOf(objects));
  await metadata.parts.applied.refresh();
  await metadata.parts.partitions.refresh();
  const server = await listen(metadata);
  return {
    metadata,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async touch(type) {
      const endpoint = id(`music.played_${type % types}`);
      await metadata.parts.partitions.apply({ endpoint, key: previousKey(keyAt('hour', nowMs)) }, { kind: 'expect' });
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await metadata.stop();
    },
  };
}

function repeated(catalog: Catalog, types: number): Catalog {
  const [played, daily] = [eventEndpoint(catalog, 'music.played'), sqlEndpoint(catalog, 'music.daily')];
  const endpoints: Record<string, Endpoint> = {};
  for (let index = 0; index < types; index += 1) {
    const event: EventEndpoint = { ...played, id: id(`music.played_${index}`) };
    const [input] = daily.inputs;
    if (input === undefined) throw new Error('the pipeline reads nothing');
    const sql: SqlEndpoint = { ...daily, id: id(`music.daily_${index}`), inputs: [{ ...input, endpoint: event.id }] };
    endpoints[event.id] = event;
    endpoints[sql.id] = sql;
  }
  return { ...catalog, endpoints };
}

/** The newest partition is left out, so that something is due. */
function keysOf({ grain }: Endpoint, nowMs: number, hours: number): readonly PartitionKey[] {
  const count = grain === 'hour' ? hours : Math.floor(hours / 24);
  const keys = [previousKey(previousKey(keyAt(grain, nowMs)))];
  for (let key = keys[0]; key !== undefined && keys.length < count; key = keys.at(-1)) keys.push(previousKey(key));
  return keys;
}

/** Listed by position, which a store that is sorted anew for each page would take minutes for; what is written later is not kept. */
function storeOf(objects: ReadonlyMap<string, StoredObject>): ObjectStore {
  const names = [...objects.keys()].sort();
  let generation = objects.size;
  const next = (): string => String((generation += 1));
  return {
    read: async (name) => objects.get(name),
    create: async () => ({ kind: 'created', generation: next() }),
    replace: async () => ({ kind: 'replaced', generation: next() }),
    delete: async () => 'absent',
    async *list(prefix, { from = prefix, before = '\uffff' } = {}) {
      for (let at = positionOf(names, from > prefix ? from : prefix); at < names.length; at += 1) {
        const name = names[at] ?? '';
        const found = objects.get(name);
        if (!name.startsWith(prefix) || name >= before || found === undefined) return;
        yield { name, generation: found.generation, labels: found.labels, bytes: found.body.length, writtenAtMs: 0 };
      }
    },
  };
}

function positionOf(sorted: readonly string[], wanted: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function metadataOver(store: ObjectStore): Metadata {
  return createMetadata({
    place: { projectId: PROJECT, region: 'europe-north1' },
    store,
    publisher: { publish: async () => 'acknowledged', close: async () => undefined },
    executions: { start: () => Promise.reject(new Error('no executions')), state: async () => 'ended' },
    jobs: { state: async () => ({ kind: 'missing' }), rows: async () => [] },
    identify: async () => serviceAccountEmail('analyst', PROJECT),
    clock: systemClock,
    startTimer: () => () => undefined,
    newId: () => 'none',
    randomBytes: (bytes) => new Uint8Array(bytes),
    callCollect: () => Promise.reject(new Error('no collect')),
    log: { write: () => undefined },
    assets: new Map(),
  });
}

function listen(metadata: Metadata): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(metadata.handler);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
