/**
 * A process of its own that sends batches to collect over raw sockets, each as soon as the one before is answered: first one batch
 * for each known user, then, for a time, mostly known users and a tenth new ones. Prints one line of JSON.
 */
import { createHistogram } from 'node:perf_hooks';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SECRET } from '#test/functions/collect/test-app.ts';
import { batchBody } from './collect-batch-body.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    port: { type: 'string', default: '8480' },
    connections: { type: 'string', default: '32' },
    events: { type: 'string', default: '20' },
    users: { type: 'string', default: '10000' },
    ms: { type: 'string', default: '5000' },
    /** Batches a second, each at its moment whatever becomes of those before; 0: each when the one before is answered. */
    rate: { type: 'string', default: '0' },
    /** Ids and new users start here, so that a second run repeats none. */
    from: { type: 'string', default: '0' },
    /** Whether one batch for each known user comes first; those are not measured. */
    warm: { type: 'boolean', default: true },
  },
});
const events = Number(values.events);
const users = Number(values.users);
const rate = Number(values.rate);
/** One request in so many is of a user that was never seen. */
const NEW_USER_EVERY = 10;

export interface GeneratorFigures {
  readonly accepted: number;
  readonly retried: number;
  readonly other: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssMegabytes: number;
}

const counts = { accepted: 0, retried: 0, other: 0 };
const latency = createHistogram();
let nextId = Number(values.from);
let nextNewUser = users + Number(values.from);
let sent = 0;

/** What the next request is about, and when it is due; undefined when the phase is over. */
type NextRequest = () => { readonly user: number; readonly dueMs: number } | undefined;

const header = (length: number): string =>
  `POST /v1/events HTTP/1.1\r\nHost: collect\r\nAuthorization: Bearer ${SECRET}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

/** Sends over one connection until there is no next request. What waited for a connection has waited all the same. */
async function run(next: NextRequest): Promise<void> {
  const body = batchBody(events, header);
  const socket = connect({ port: Number(values.port), host: '127.0.0.1', noDelay: true });
  const answers = answersOf(socket);
  for (let request = next(); request !== undefined; request = next()) {
    const aheadMs = request.dueMs - performance.now();
    if (aheadMs > 1) await wait(aheadMs);
    body.stamp(nextId, request.user);
    nextId += events;
    socket.write(body.bytes);
    const answer = await answers.next();
    if (answer.done === true) throw new Error('the connection was closed');
    count(answer.value);
    latency.record(Math.max(1, Math.round((performance.now() - request.dueMs) * 1000)));
  }
  socket.destroy();
}

function count(answer: Buffer): void {
  const accepted = answer.includes('HTTP/1.1 200') && !OTHERS.some((status) => answer.includes(status));
  if (accepted) counts.accepted += events;
  else if (answer.includes('"status":"retry"') || answer.includes('HTTP/1.1 503')) counts.retried += events;
  else counts.other += events;
}

const OTHERS = ['"status":"retry"', '"status":"rejected"', '"status":"duplicate"'];

/** Whole answers, headers and body. */
async function* answersOf(socket: Socket): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    held = held.length === 0 ? (chunk as Buffer) : Buffer.concat([held, chunk as Buffer]);
    for (let length = answerLength(held); length !== undefined && held.length >= length; length = answerLength(held)) {
      yield held.subarray(0, length);
      held = held.subarray(length);
    }
  }
}

function answerLength(bytes: Buffer): number | undefined {
  const headersEnd = bytes.indexOf('\r\n\r\n');
  if (headersEnd < 0) return undefined;
  const length = /content-length: (\d+)/i.exec(bytes.toString('latin1', 0, headersEnd))?.[1];
  return headersEnd + 4 + Number(length ?? 0);
}

const connections = Array.from({ length: Number(values.connections) });
const everybody = Array.from({ length: users }, (_, user) => user).values();
const nextKnown: NextRequest = () => {
  const { value: user } = everybody.next();
  return user === undefined ? undefined : { user, dueMs: performance.now() };
};
if (values.warm) await Promise.all(connections.map(() => run(nextKnown)));
process.stdout.write(`${JSON.stringify({ warm: counts.accepted })}\n`);

Object.assign(counts, { accepted: 0, retried: 0, other: 0 });
latency.reset();
const startedMs = performance.now();
const untilMs = startedMs + Number(values.ms);
const nextMeasured: NextRequest = () => {
  const dueMs = rate === 0 ? performance.now() : startedMs + (sent * 1000) / rate;
  if (dueMs > untilMs) return undefined;
  sent += 1;
  return { user: sent % NEW_USER_EVERY === 0 ? (nextNewUser += 1) : (sent * 7919) % users, dueMs };
};
await Promise.all(connections.map(() => run(nextMeasured)));
const figures: GeneratorFigures = {
  ...counts,
  elapsedMs: performance.now() - startedMs,
  p50Ms: latency.percentile(50) / 1000,
  p99Ms: latency.percentile(99) / 1000,
  rssMegabytes: Math.round(process.memoryUsage.rss() / 1024 / 1024),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
