// Owns looking for leak canaries where anybody could be: table by table, and object by object.
import { type CanaryRecord, MAX_FOUND } from '#shared/privacy/canary/canary-record.ts';
import type { TraceFinder } from '#shared/privacy/canary/traces.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';
import type { ListedObject } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { CanaryDeps } from './canary-deps.ts';
import { searchedTables, type SearchedTable } from './search-tables.ts';

/** A table whose rows take longer than that to read is told as unread. */
const TABLE_MS = 200_000;
const OBJECTS_AT_ONCE = 16;
const OBJECTS_A_PAGE = 256;
/** How far the clock of Cloud Storage may be from ours. */
const CLOCKS_APART_MS = 10 * 60_000;

/** What is looked for. */
export interface Looking {
  /** Of what must be found nowhere. */
  readonly secrets: TraceFinder;
  /** Of what stands in clear in what arrived: seeing it shows that the search sees. */
  readonly clear: TraceFinder;
  /** What was last written before then is not looked at. */
  readonly sinceMs: number;
}

/** What looking came to. */
export type Found = Pick<CanaryRecord, 'searched' | 'unread' | 'found' | 'seesClear'>;

/** Everything after a place, in order, a part at a time: tables are `0/<table>`, so they come first; objects `<bucket>/<object>`. */
export async function* search(
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

/** What was found so far with what one more place came to. */
export function addFound(before: Found, more: Found): Found {
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
