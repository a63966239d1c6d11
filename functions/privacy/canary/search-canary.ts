// Owns the search for leak canaries: table by table and object by object, in calls of bounded time, until everything was looked at.
import {
  type CanaryRecord,
  canaryObject,
  clearMarkOf,
  encodeCanary,
  hasPassed,
  MAX_FOUND,
  parseCanary,
  personOf,
} from '#shared/privacy/canary/canary-record.ts';
import { secretsOf } from '#shared/privacy/canary/person.ts';
import { createTraceFinder, type TraceFinder } from '#shared/privacy/canary/traces.ts';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';
import type { ListedObject } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { CanaryDeps } from './canary-deps.ts';
import { searchedTables, type SearchedTable } from './search-tables.ts';

/** Until this long after it was sent, what a canary sent may still be on its way; rows land within a minute. */
const LANDED_AFTER_MS = 60_000;
/** Those of the days before are looked for, too: by now they have come into what is made of events. */
const CANARIES_LOOKED_FOR = 3;
const KEPT_MS = 30 * DAY_MS;
/** A call ends in time, and the next one goes on. */
const CALL_MS = 60_000;
/** A table whose rows take longer than that to read is told as unread. */
const TABLE_MS = 200_000;
const OBJECTS_AT_ONCE = 16;
const OBJECTS_A_PAGE = 256;
const SOON_SECONDS = 5;
/** How far the clock of Cloud Storage may be from ours. */
const CLOCKS_APART_MS = 10 * 60_000;

/** What a call of the search came to. */
export interface CanarySearched {
  readonly canary: CanaryRecord;
  /** 0 once everything was searched. */
  readonly againAfterSeconds: number;
}

/** What is looked for. */
interface Looking {
  readonly secrets: TraceFinder;
  readonly clear: TraceFinder;
  readonly sinceMs: number;
}

type Found = Pick<CanaryRecord, 'searched' | 'unread' | 'found' | 'seesClear'>;

/** Goes on with the search for a canary. Repeated after its end it answers what it came to. @throws PlatformError unknown_canary */
export async function searchCanary(deps: CanaryDeps, id: string): Promise<CanarySearched> {
  const stored = await deps.objects.read(canaryObject(id));
  const canary = stored === undefined ? undefined : parseCanary(stored.body);
  if (stored === undefined || canary === undefined) throw new PlatformError('unknown_canary');
  if (canary.finishedAtMs !== undefined) return { canary, againAfterSeconds: 0 };
  const landsInMs = canary.sentAtMs + LANDED_AFTER_MS - deps.clock.now();
  if (landsInMs > 0) return { canary, againAfterSeconds: Math.ceil(landsInMs / 1000) };
  const next = await searchOn(deps, canary, await lookingFor(deps.objects, canary));
  const written = await deps.objects.replace(canaryObject(id), stored.generation, encodeCanary(next));
  if (written.kind === 'conflict') return { canary, againAfterSeconds: SOON_SECONDS };
  if (next.finishedAtMs === undefined) return { canary: next, againAfterSeconds: 1 };
  await tell(deps, next);
  await forgetOld(deps);
  return { canary: next, againAfterSeconds: 0 };
}

/** The newest canary; undefined when none was ever sent. */
export async function lastCanary({ objects }: Pick<CanaryDeps, 'objects'>): Promise<CanaryRecord | undefined> {
  let last: string | undefined;
  for await (const { name } of objects.list(canaryObject())) last = name;
  const stored = last === undefined ? undefined : await objects.read(last);
  return stored === undefined ? undefined : parseCanary(stored.body);
}

async function lookingFor(objects: CanaryDeps['objects'], canary: CanaryRecord): Promise<Looking> {
  const names: string[] = [];
  for await (const { name } of objects.list(canaryObject())) if (name <= canaryObject(canary.id)) names.push(name);
  const stored = await mapAtOnce(names.slice(-CANARIES_LOOKED_FOR), CANARIES_LOOKED_FOR, (name) => objects.read(name));
  const canaries = stored.flatMap((each) => (each === undefined ? [] : (parseCanary(each.body) ?? [])));
  return {
    secrets: createTraceFinder(secretsOf(canaries.map(personOf))),
    clear: createTraceFinder([{ name: 'mark', value: clearMarkOf(canary) }]),
    sinceMs: Math.min(...canaries.map(({ sentAtMs }) => sentAtMs)),
  };
}

async function searchOn(deps: CanaryDeps, canary: CanaryRecord, looking: Looking): Promise<CanaryRecord> {
  const untilMs = deps.clock.now() + CALL_MS;
  let next = canary;
  for await (const { place, found } of search(deps, canary.after ?? '', looking)) {
    next = { ...next, ...add(next, found), after: place };
    if (deps.clock.now() > untilMs) return next;
  }
  return { ...next, finishedAtMs: deps.clock.now() };
}

/** Everything after a place that was written since, in order: tables are `0/<table>`, objects `<bucket>/<object>`. */
async function* search(
  deps: CanaryDeps,
  after: string,
  looking: Looking,
): AsyncIterable<{ readonly place: string; readonly found: Found }> {
  if (after === '' || after.startsWith('0/')) {
    for (const table of await searchedTables(deps, await deps.catalog(), looking.sinceMs)) {
      const place = `0/${table.place}`;
      if (place > after) yield { place, found: await searchTable(deps, table, looking) };
    }
  }
  for (const [bucket, store] of Object.entries(deps.buckets).sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (`${bucket}/\u{10ffff}` <= after) continue;
    const from = after.startsWith(`${bucket}/`) ? after.slice(bucket.length + 1) : '';
    for await (const page of pagesAfter(store, from, looking.sinceMs)) {
      const place = `${bucket}/${page.at(-1)?.name ?? ''}`;
      yield { place, found: await searchObjects(store, bucket, page, looking) };
    }
  }
}

/** The objects after a name that may hold anybody: what was last written before the first of them was sent holds nobody of them. */
async function* pagesAfter(
  store: CanaryDeps['objects'],
  from: string,
  sinceMs: number,
): AsyncIterable<readonly ListedObject[]> {
  let page: ListedObject[] = [];
  for await (const listed of store.list('', from === '' ? {} : { from })) {
    if (listed.name <= from || listed.writtenAtMs < sinceMs - CLOCKS_APART_MS) continue;
    page.push(listed);
    if (page.length < OBJECTS_A_PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function searchTable(
  { rows, clock, log }: CanaryDeps,
  { place, isLog, sql }: SearchedTable,
  { secrets, clear }: Looking,
): Promise<Found> {
  const untilMs = clock.now() + TABLE_MS;
  const traces = new Set<string>();
  let [count, bytes, seesClear] = [0, 0, false];
  let isRead = true;
  try {
    for await (const { text } of rows.rows(sql)) {
      const row = Buffer.from(typeof text === 'string' ? text : '');
      count += 1;
      bytes += row.length;
      for (const trace of secrets.find(row)) traces.add(trace);
      seesClear ||= clear.find(row).length > 0;
      if (clock.now() <= untilMs) continue;
      isRead = false;
      break;
    }
  } catch (thrown) {
    // Dropped since it was listed, as staged tables are.
    if (!(thrown instanceof PlatformError && thrown.code === 'cloud_missing')) throw thrown;
  }
  if (!isRead) log.write('WARNING', 'a table is too large to be searched for leaks', { resource: place });
  return {
    searched: { tables: 1, rows: count, logLines: isLog ? count : 0, objects: 0, bytes },
    unread: isRead ? [] : [place],
    found: [...traces].map((trace) => ({ place, trace })),
    seesClear,
  };
}

async function searchObjects(
  store: CanaryDeps['objects'],
  bucket: string,
  page: readonly ListedObject[],
  { secrets }: Looking,
): Promise<Found> {
  const each = await mapAtOnce(page, OBJECTS_AT_ONCE, async ({ name, labels }) => {
    const stored = await store.read(name);
    const bytes = Buffer.concat([Buffer.from(`${name}\n${JSON.stringify(labels)}\n`), stored?.body ?? Buffer.alloc(0)]);
    // The name itself may be what is found, so the place says the bucket and the first part of it only.
    const place = `${bucket}/${name.split('/')[0] ?? ''}`;
    return { bytes: bytes.length, found: secrets.find(bytes).map((trace) => ({ place, trace })) };
  });
  return {
    searched: {
      tables: 0,
      rows: 0,
      logLines: 0,
      objects: page.length,
      bytes: each.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    unread: [],
    found: each.flatMap(({ found }) => found),
    seesClear: false,
  };
}

function add(before: Found, more: Found): Found {
  const sum = (name: keyof Found['searched']): number => before.searched[name] + more.searched[name];
  return {
    searched: {
      tables: sum('tables'),
      rows: sum('rows'),
      logLines: sum('logLines'),
      objects: sum('objects'),
      bytes: sum('bytes'),
    },
    unread: [...before.unread, ...more.unread],
    found: [...before.found, ...more.found].slice(0, MAX_FOUND),
    seesClear: before.seesClear || more.seesClear,
  };
}

async function tell({ facts, log }: CanaryDeps, canary: CanaryRecord): Promise<void> {
  const { id, found, seesClear, searched, unread, finishedAtMs = 0 } = canary;
  for (const place of new Set(found.map((each) => each.place))) {
    log.write('CRITICAL', 'something personal was found where it must not be', { code: 'leak_found', resource: place });
  }
  if (!seesClear)
    log.write('ERROR', 'a leak canary did not arrive, so its search says nothing', { code: 'canary_lost' });
  const body = {
    canary: id,
    state: 'canary',
    passed: hasPassed(canary),
    searched,
    found: found.length,
    unread: unread.length,
  };
  await facts.record({ id: `canary/${id}`, kind: 'erasure.step', atMs: finishedAtMs, body });
}

async function forgetOld({ objects, clock }: CanaryDeps): Promise<void> {
  for await (const { name } of objects.list(canaryObject())) {
    const stored = await objects.read(name);
    const sentAtMs = stored === undefined ? undefined : parseCanary(stored.body)?.sentAtMs;
    if (sentAtMs === undefined || sentAtMs > clock.now() - KEPT_MS) continue;
    await objects.delete(name);
  }
}
