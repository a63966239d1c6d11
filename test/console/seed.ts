// Owns what a platform holds that a console is looked at with: every state that a partition may be in, and runs of every kind.
import type { Catalog } from '#shared/catalog/catalog.ts';
import { bundleOf } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { NO_BOOKS } from '#shared/events/books.ts';
import { encodeReport, reportObject } from '#shared/events/collector-report.ts';
import type { RunRecord } from '#shared/metadata/run-record.ts';
import { partitionObject, runObject } from '#shared/metadata/state-objects.ts';
import { type BootId, type EventTypeId, parseId } from '#shared/platform/ids.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { openErasure } from '#shared/privacy/erasure/erasure.ts';
import { encodeErasure, type ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { erasureObject, labelsOfErasure } from '#shared/privacy/erasure/listed-erasure.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';
import { boundsOf, HOUR_MS, keyAt, type PartitionKey, previousKey } from '#shared/pipelines/partition-key.ts';
import { type Claim, newRecord, type PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { labelsOf, summaryOf } from '#shared/pipelines/partition-summary.ts';
import { id, key } from '#test/shared/pipelines/memory-view.ts';

const DAY_HOURS = 24;
const BOOT = parseId('boot', 'boot-0001') as BootId;
const MINUTE_MS = 60_000;

/** A partition as it is stored, and how its last run went. */
interface Seeded {
  readonly record: PartitionRecord;
  readonly run?: RunRecord;
}

/** Stores a catalog as applied, and partitions and runs of its endpoints as of a moment. */
export async function seed(store: ObjectStore, catalog: Catalog, nowMs: number): Promise<void> {
  const bundle = bundleOf(catalog);
  const events = Object.values(catalog.endpoints).filter(({ kind }) => kind === 'event');
  const first = formatTimestamp(nowMs - 3 * DAY_HOURS * HOUR_MS);
  await store.create(bundleObject(bundle.digest), bundle.text);
  await store.create('catalog/first-applied', JSON.stringify(Object.fromEntries(events.map((one) => [one.id, first]))));
  const pointer = encodeCurrentCatalog({ digest: bundle.digest, appliedAt: first });
  await store.create(CURRENT_CATALOG_OBJECT, pointer);
  await Promise.all(seededPartitions(nowMs).map((seeded) => write(store, seeded)));
  await seedErasures(store, nowMs);
}

/** One that goes on, one that is done, one that is kept, one that is past its time. */
async function seedErasures(store: ObjectStore, nowMs: number): Promise<void> {
  const certified = { atMs: nowMs - 30 * MINUTE_MS + 5700, sequence: 0, hash: '0'.repeat(64) };
  const seeded: readonly (readonly [agoMs: number, change: Partial<ErasureRecord>])[] = [
    [12_000, { state: 'rows-cleaned' }],
    [30 * MINUTE_MS, { state: 'certified', steps: { certified } }],
    [6 * DAY_HOURS * HOUR_MS, { state: 'held' }],
    [40 * DAY_HOURS * HOUR_MS, { state: 'scoped' }],
  ];
  for (const [index, [agoMs, change]] of seeded.entries()) {
    const erasure = uuidV7(nowMs - agoMs, (bytes) => new Uint8Array(bytes).fill(0xa0 + index));
    const record = { ...openErasure(erasure, 'a'.repeat(52), { basis: 'drill' }, nowMs - agoMs), ...change };
    await store.create(erasureObject(erasure), encodeErasure(record), labelsOfErasure(record));
  }
}

/** Says that so many events of each type have arrived in this hour. */
export async function report(
  store: ObjectStore,
  nowMs: number,
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  const hour = keyAt('hour', nowMs);
  const entries = Object.entries(counts).map(
    ([type, count]) => [parseId('eventType', type) as EventTypeId, count] as const,
  );
  const body = encodeReport({
    hour,
    boot: BOOT,
    final: false,
    types: new Map(entries.map(([type, count]) => [type, [[1, count]] as const])),
    books: new Map(
      entries.map(([type, count]) => {
        const [duplicate, rejected] = [count >> 9, count >> 11];
        return [type, { ...NO_BOOKS, received: count + duplicate + rejected, accepted: count, duplicate, rejected }];
      }),
    ),
  });
  const object = reportObject(hour, BOOT);
  const before = await store.read(object);
  if (before === undefined) await store.create(object, body);
  else await store.replace(object, before.generation, body);
}

function seededPartitions(nowMs: number): readonly Seeded[] {
  const lastHour = previousKey(keyAt('hour', nowMs));
  const today = keyAt('day', nowMs);
  const yesterday = previousKey(today);
  return [
    ...published('listening.track_played', backFrom(lastHour, 70), (index) => 20_000 + ((index * 7919) % 9000)),
    ...published('listening.search_performed', backFrom(lastHour, 70).slice(2), (index) => (index * 613) % 3000),
    failed('listening.search_performed', lastHour, nowMs),
    underWay('listening.search_performed', previousKey(lastHour), nowMs, 'committing'),
    ...published('listening.profile_updated', backFrom(yesterday, 4), (index) => (index === 1 ? 0 : 40 + index)),
    ...published('listening.daily_plays', backFrom(previousKey(yesterday), 3), () => 41_022),
    underWay('listening.daily_plays', yesterday, nowMs, 'running'),
    ...published('listening.sessions', backFrom(previousKey(yesterday), 2).slice(1), () => 88_310),
    stale('listening.sessions', key(previousKey(previousKey(previousKey(yesterday))))),
    waiting('listening.sessions', yesterday),
    ...published(
      'web.page_requested',
      ['2015-05-19', '2015-05-18', '2015-05-17'].map(key),
      (index) => [1475, 2893, 1632][index] ?? 0,
    ),
    ...published('web.daily_requests', ['2015-05-19', '2015-05-18', '2015-05-17'].map(key), () => 1),
    { record: { ...newRecord({ endpoint: id('web.daily_requests'), key: key('2015-05-16') }), state: 'skipped' } },
  ];
}

/** So many keys, the newest first. */
function backFrom(newest: PartitionKey, count: number): readonly PartitionKey[] {
  const keys = [newest];
  while (keys.length < count) keys.push(previousKey(keys.at(-1) ?? newest));
  return keys;
}

function published(
  endpoint: string,
  keys: readonly PartitionKey[],
  rows: (index: number) => number,
): readonly Seeded[] {
  return keys.map((partition, index) => {
    const run = `run${endpoint.replaceAll(/[._]/g, '')}${partition.replaceAll(/[-T]/g, '')}`;
    const startedMs = boundsOf(partition).endMs + 65_000 + (index % 5) * 1000;
    const endedAt = formatTimestamp(startedMs + 2400 + (index % 7) * 310);
    const counted = { generation: 1, rows: rows(index) };
    const record: PartitionRecord = {
      ...newRecord({ endpoint: id(endpoint), key: partition }),
      state: 'published',
      ...counted,
      publishedAt: endedAt,
      run,
    };
    const startedAt = formatTimestamp(startedMs);
    const ended = { run, endpoint, key: partition, reason: 'due', outcome: 'published', startedAt, endedAt } as const;
    return { record, run: { ...ended, ...counted } };
  });
}

function underWay(endpoint: string, partition: PartitionKey, nowMs: number, state: 'running' | 'committing'): Seeded {
  const name = { endpoint: id(endpoint), key: partition };
  const catalog = parseId('catalog', 'a'.repeat(64));
  if (catalog === undefined) throw new TypeError('no digest');
  const claim: Claim = {
    run: `run${state}`,
    reason: 'due',
    claimedAt: formatTimestamp(nowMs - 42_000),
    leaseUntil: formatTimestamp(nowMs + 10 * MINUTE_MS),
    drives: 1,
    inputs: [],
    catalog,
  };
  return { record: { ...newRecord(name), state, attempt: 1, claim } };
}

function failed(endpoint: string, partition: PartitionKey, nowMs: number): Seeded {
  const name = { endpoint: id(endpoint), key: partition };
  const run = 'runfailed';
  const [startedAt, at] = [formatTimestamp(nowMs - 4 * MINUTE_MS), formatTimestamp(nowMs - 3 * MINUTE_MS)];
  const code = 'query_failed';
  const message = 'The job stage_1 ended with the error invalidQuery; BigQuery’s own words are in the job.';
  const failure = { class: 'permanent', code, message, run, at, attempts: 1 } as const;
  return {
    record: { ...newRecord(name), state: 'failed', attempt: 1, failure },
    run: { run, endpoint, key: partition, reason: 'due', outcome: 'failed', startedAt, endedAt: at, code, message },
  };
}

function stale(endpoint: string, partition: PartitionKey): Seeded {
  const [{ record, run } = { record: newRecord({ endpoint: id(endpoint), key: partition }) }] = published(
    endpoint,
    [partition],
    () => 70_400,
  );
  return { record: { ...record, state: 'stale' }, ...(run === undefined ? {} : { run }) };
}

function waiting(endpoint: string, partition: PartitionKey): Seeded {
  return { record: newRecord({ endpoint: id(endpoint), key: partition }) };
}

async function write(store: ObjectStore, { record, run }: Seeded): Promise<void> {
  await store.create(partitionObject(record), JSON.stringify(record), labelsOf(summaryOf(record)));
  if (run === undefined) return;
  const name = { endpoint: record.endpoint, key: record.key, run: run.run };
  await store.create(runObject(name), JSON.stringify(run), { outcome: run.outcome, ended: run.endedAt });
}
