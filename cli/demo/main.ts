// The process of the demo: made-up history as an import, live traffic for as long as the platform runs, one erasure.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { batchesOf } from '../send/batches.ts';
import { sendBatches, type SendOptions, type Target } from '../send/sender.ts';
import { call } from '../platform/connection.ts';
import { openDataFolder, READY_FILE, type ReadyLine } from '../platform/data-folder.ts';
import { ERASED_LISTENER } from './listeners.ts';
import { historyEvents, liveBatches, planHistory } from './traffic.ts';

/** What the demo has done to this data folder; history and the erasure happen once. */
interface DemoState {
  readonly historySentAt?: string;
  readonly erasedAt?: string;
}

const STATE_FILE = 'demo.json';
const EVENTS_PER_SECOND = 200;
const BATCH_SIZE = 20;
const ERASE_AFTER_MS = 20_000;
const PATIENCE_MS = 600_000;
const READY_LOOK_MS = 100;

const [dataPath = ''] = process.argv.slice(2);
const folder = openDataFolder(dataPath);
const stopping = new AbortController();
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));

const options: SendOptions = {
  inFlight: 2,
  patienceMs: PATIENCE_MS,
  onProgress: () => undefined,
  onRejected: ({ code }) => log(`an event of the demo was rejected: ${code}`),
};

/** Read again each time: tokens change when the platform starts anew. */
async function readyLine(): Promise<ReadyLine> {
  for (;;) {
    const ready = folder.readJson<ReadyLine>(READY_FILE);
    if (ready !== undefined) return ready;
    await pause(READY_LOOK_MS);
  }
}

async function sendHistory(ready: ReadyLine): Promise<void> {
  const target = { url: ready.collect, writeKey: ready.writeKey };
  const { id } = await call<{ id: string }>({ url: `${target.url}/v1/imports`, bearer: target.writeKey, body: {} });
  const batches = batchesOf(historyEvents(planHistory(Date.now())), { maxEvents: 500, maxBytes: 1024 * 1024 });
  const report = await sendBatches(batches, { ...target, importId: id }, options);
  await call({ url: `${target.url}/v1/imports/${id}:finish`, bearer: target.writeKey, body: {} });
  log(`history: ${report.accepted} accepted, ${report.duplicate} duplicate, ${report.rejected} rejected`);
}

async function sendLive(ready: ReadyLine, silent: ReadonlySet<string>): Promise<void> {
  const target: Target = { url: ready.collect, writeKey: ready.writeKey };
  const plan = {
    eventsPerSecond: EVENTS_PER_SECOND,
    batchSize: BATCH_SIZE,
    run: randomUUID(),
    pause: (ms: number) => pause(ms),
    now: () => Date.now(),
    silent,
    signal: stopping.signal,
  };
  await sendBatches(liveBatches(plan), target, options);
}

async function eraseSomebody(silent: Set<string>): Promise<void> {
  await pause(ERASE_AFTER_MS);
  const ready = await readyLine();
  silent.add(ERASED_LISTENER);
  await call({
    url: `${ready.privacy}/v1/erasures`,
    bearer: ready.tokens.compliance,
    body: { userId: ERASED_LISTENER },
  });
  log('a made-up listener asked to be forgotten');
}

function remember(change: DemoState): void {
  folder.writeJson(STATE_FILE, { ...folder.readJson<DemoState>(STATE_FILE), ...change });
}

function log(message: string): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), message })}\n`);
}

const ready = await readyLine();
const before = folder.readJson<DemoState>(STATE_FILE) ?? {};
if (before.historySentAt === undefined) {
  await sendHistory(ready);
  remember({ historySentAt: new Date().toISOString() });
}
const silent = new Set(before.erasedAt === undefined ? [] : [ERASED_LISTENER]);
if (before.erasedAt === undefined) {
  void eraseSomebody(silent).then(
    () => remember({ erasedAt: new Date().toISOString() }),
    (error: unknown) =>
      log(`the erasure could not be asked for: ${error instanceof Error ? error.message : 'unknown'}`),
  );
}
await sendLive(ready, silent);
