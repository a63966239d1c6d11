/**
 * A million events through a whole platform that is hit all the while: replies lost on the way to the client and from Pub/Sub and
 * Cloud Storage to collect, `kill -9` of collect and of the local cloud in turn, and a client that sends again what it has no
 * verdict of, and some of what it has. At the end: zero lost, zero double in the endpoint, and books that balance.
 *
 *   node bench/crash-run.ts [--events 1000000] [--batch 500] [--connections 6] [--kills 40]
 *
 * Events come as a historical import, because its partitions are closed at once. Prints one line of JSON; exit code 1 if anything is off.
 *
 * With kills a million events are some 1.4 to 1.7 million rows of raw, which two processors send in ten minutes and close in three. What
 * does not fit into the memory that the local cloud gives a statement (`DUCKDB_MEMORY_MB`) is done again with more of it.
 */
import { request as httpRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openDataFolder, type ProcessEntry, PROCESSES_FILE } from '#cli/platform/data-folder.ts';
import type { BookList } from '#shared/metadata/api/book-shapes.ts';
import { eventually } from '#test/eventually.ts';
import { createTestPlatform, type Ready } from '#test/main-job/platform.ts';
import { eventText, Ledger, rightOf, type Status } from './crash-events.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    batch: { type: 'string', default: '500' },
    connections: { type: 'string', default: '6' },
    kills: { type: 'string', default: '40' },
  },
});
const [EVENTS, BATCH] = [Number(values.events), Number(values.batch)];
/** Of the requests: those whose reply the client does not wait for, and those that it sends once more though it has the verdicts. */
const [LOST, AGAIN] = [0.03, 0.02];
const REPLY_LOST_WITHIN_MS = 400;
const REQUEST_TIMEOUT_MS = 60_000;
const FAULTS_EVERY_MS = 1500;
const LOOK_EVERY_MS = 50;
const BACK_MS = 60_000;
const QUERY_EVERY_MS = 5000;
const LAND_MS = 2_400_000;
const VICTIMS = ['collect', 'cloud'];

const say = (line: string): boolean => process.stderr.write(`${line}\n`);
const startMs = Date.now();
const seconds = (): number => Math.round((Date.now() - startMs) / 1000);

const ledger = new Ledger();
const hits = {
  collectKilled: 0,
  cloudKilled: 0,
  repliesLostToClient: 0,
  failedRequests: 0,
  sentAgain: 0,
  faultRounds: 0,
};
/** Aborted once everything is sent. */
const sending = new AbortController();

const platform = await createTestPlatform();
// Who is told to end leaves no platform behind.
process.once('SIGTERM', () => void platform.remove().finally(() => process.exit(1)));
try {
  const ready = await platform.up();
  process.exitCode = (await run(ready)) ? 0 : 1;
} finally {
  sending.abort();
  await platform.remove();
}

async function run(ready: Ready): Promise<boolean> {
  const id = await openImport(ready);
  const hitting = [killInTurn(), loseReplies(ready)];
  let next = 0;
  const batches = Math.ceil(EVENTS / BATCH);
  const progress = setInterval(() => say(`${seconds()} s: ${next * BATCH} sent, ${JSON.stringify(hits)}`), 20_000);
  await Promise.all(
    Array.from({ length: Number(values.connections) }, async () => {
      while (next < batches) await sendBatch(ready, id, next++);
    }),
  );
  sending.abort();
  clearInterval(progress);
  await Promise.all(hitting);
  const sentSeconds = seconds();
  say(`${sentSeconds} s: all sent, ${JSON.stringify(ledger.finals())}`);
  await finishImport(ready, id);
  const endpoint = await untilPublished();
  const books = await booksOf();
  return report({ sentSeconds, endpoint, books });
}

/** Sends a batch until every event of it has a verdict. */
async function sendBatch(ready: Ready, id: string, index: number): Promise<void> {
  const first = index * BATCH;
  let numbers = Array.from({ length: Math.min(BATCH, EVENTS - first) }, (_, at) => first + at);
  const again = Math.random() < AGAIN ? numbers : [];
  for (let attempt = 0; numbers.length > 0; attempt += 1) {
    if (attempt > 0) await wait(Math.min(2000, 100 * 2 ** attempt) * (0.5 + Math.random()));
    numbers = await sendOnce(ready, id, numbers);
  }
  if (again.length === 0) return;
  hits.sentAgain += again.length;
  await sendOnce(ready, id, again);
}

/** The numbers that are still without a verdict. */
async function sendOnce(ready: Ready, id: string, numbers: number[]): Promise<number[]> {
  const events = numbers.map((number) => eventText(number, startMs)).join(',');
  const body = Buffer.from(`{"sentAt":"${new Date().toISOString()}","import":"${id}","events":[${events}]}`);
  const statuses = await post(ready, body);
  if (statuses === undefined) {
    ledger.unanswered += numbers.length;
    return numbers;
  }
  for (const [at, status] of statuses.entries()) ledger.note(numbers[at] ?? -1, status);
  return numbers.filter((_, at) => statuses[at] === 'retry');
}

/** One verdict for each event; undefined without a reply, or with one that has none. */
function post({ collect, writeKey }: Ready, body: Buffer): Promise<readonly Status[] | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${writeKey}`, 'content-length': body.length };
    const options = { method: 'POST', headers, timeout: REQUEST_TIMEOUT_MS };
    const request = httpRequest(`${collect}/v1/events`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => resolve(statusesOf(Buffer.concat(chunks).toString('utf8'))));
      response.once('error', () => resolve(undefined));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => {
      hits.failedRequests += 1;
      resolve(undefined);
    });
    request.end(body);
    if (Math.random() >= LOST) return;
    const lose = (): void => {
      if (request.destroyed) return;
      hits.repliesLostToClient += 1;
      request.destroy();
    };
    setTimeout(lose, Math.random() * REPLY_LOST_WITHIN_MS);
  });
}

function statusesOf(text: string): readonly Status[] | undefined {
  try {
    return (JSON.parse(text) as { results?: readonly { status: Status }[] }).results?.map(({ status }) => status);
  } catch {
    return undefined;
  }
}

/**
 * Kills collect and the cloud in turn, spread over the run by what has its verdict: by the clock a slow machine would do nothing but
 * start again. Each comes when the one before is back.
 */
async function killInTurn(): Promise<void> {
  const each = EVENTS / (Number(values.kills) + 1);
  for (let turn = 0; !sending.signal.aborted; turn += 1) {
    const dueAt = each * (turn + 0.5 + Math.random());
    while (ledger.settled < dueAt && !sending.signal.aborted) await pauseWhileSending(LOOK_EVERY_MS);
    const name = VICTIMS[turn % VICTIMS.length] ?? '';
    const victim = processes().find((process) => process.name === name);
    if (sending.signal.aborted || victim === undefined) continue;
    process.kill(victim.pid, 'SIGKILL');
    hits[name === 'collect' ? 'collectKilled' : 'cloudKilled'] += 1;
    const isBack = (all: readonly ProcessEntry[]): boolean =>
      all.some(({ name: other, pid }) => other === name && pid !== victim.pid);
    await eventually(async () => processes(), isBack, BACK_MS);
  }
}

/** As the platform itself has written down; asking `trib` would take a second of the processor each time. */
function processes(): readonly ProcessEntry[] {
  return openDataFolder(platform.dataFolder).readJson<readonly ProcessEntry[]>(PROCESSES_FILE) ?? [];
}

/** Has the cloud do some calls of collect and not answer them. */
async function loseReplies({ cloud }: Ready): Promise<void> {
  const rules = [
    { method: 'google.pubsub.v1.Publisher.Publish', dropReply: true, times: 3 },
    { method: 'storage.objects.insert', dropReply: true, times: 5 },
  ];
  while (!sending.signal.aborted) {
    const put = { method: 'PUT', body: JSON.stringify({ rules }), headers: { 'content-type': 'application/json' } };
    const set = await fetch(`${cloud}/local/faults`, put).catch(() => undefined);
    if (set?.ok === true) hits.faultRounds += 1;
    await pauseWhileSending(FAULTS_EVERY_MS);
  }
  await fetch(`${cloud}/local/faults`, { method: 'PUT', body: '{"rules":[]}' }).catch(() => undefined);
}

function pauseWhileSending(ms: number): Promise<void> {
  return wait(ms, undefined, { signal: sending.signal }).catch(() => undefined);
}

async function openImport({ collect, writeKey }: Ready): Promise<string> {
  const headers = { authorization: `Bearer ${writeKey}` };
  const opened = await fetch(`${collect}/v1/imports`, { method: 'POST', headers });
  return ((await opened.json()) as { id: string }).id;
}

async function finishImport({ collect, writeKey }: Ready, id: string): Promise<void> {
  const headers = { authorization: `Bearer ${writeKey}` };
  const finished = await eventually(
    () => fetch(`${collect}/v1/imports/${id}:finish`, { method: 'POST', headers }),
    ({ ok }) => ok,
    BACK_MS,
  );
  if (finished?.ok !== true) throw new Error('the import was not finished');
}

interface Endpoint {
  readonly events: number;
  readonly different: number;
  readonly ids: number;
  readonly landed: number;
}

/** What the endpoint holds; `ids` by what the events themselves say, which nothing of ours makes. */
async function untilPublished(): Promise<Endpoint | undefined> {
  return eventually(
    async () => {
      await wait(QUERY_EVERY_MS);
      const [row] = await platform.sql<Endpoint>(
        `SELECT COUNT(*) AS events, COUNT(DISTINCT event_id) AS different, COUNT(DISTINCT ms_played) AS ids,
          (SELECT COUNT(*) FROM raw.listening_track_played) AS landed FROM listening.track_played`,
      );
      if (row === undefined) throw new Error('no answer');
      say(`${seconds()} s: ${JSON.stringify(row)}`);
      return row;
    },
    ({ events }) => events >= rightOf(EVENTS),
    LAND_MS,
  );
}

/** What collectors have counted; a killed one has not told of its last second. */
async function booksOf(): Promise<Readonly<Record<string, number>>> {
  const rows = await platform.json<BookList['books']>('events', 'books', '--hours', '48', '--json');
  const of = rows.filter(({ type }) => type === 'listening.TrackPlayed');
  const columns = ['received', 'accepted', 'duplicate', 'rejected', 'returned', 'imbalance'] as const;
  return Object.fromEntries(columns.map((column) => [column, of.reduce((sum, row) => sum + row[column], 0)]));
}

interface Found {
  readonly sentSeconds: number;
  readonly endpoint: Endpoint | undefined;
  readonly books: Readonly<Record<string, number>>;
}

function report({ sentSeconds, endpoint, books }: Found): boolean {
  const [finals, right] = [ledger.finals(), rightOf(EVENTS)];
  const { told, received, unanswered } = ledger;
  const holds = {
    everyEventHasItsVerdict: ledger.seen === EVENTS && finals.without === 0,
    nothingWrongAcceptedAndNothingRightRejected: finals.rejected === EVENTS - right,
    zeroLost: endpoint?.ids === right,
    zeroDouble: endpoint?.events === right && endpoint.different === right,
    clientsBooksBalance: received === told.accepted + told.duplicate + told.rejected + told.retry,
    collectorsBooksBalance:
      books['imbalance'] === 0 &&
      books['received'] ===
        (books['accepted'] ?? 0) + (books['duplicate'] ?? 0) + (books['rejected'] ?? 0) + (books['returned'] ?? 0),
  };
  const figures = {
    events: EVENTS,
    sentSeconds,
    seconds: seconds(),
    hits,
    client: { received, unanswered, told, finals },
    endpoint,
    books,
    holds,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  return Object.values(holds).every(Boolean);
}
