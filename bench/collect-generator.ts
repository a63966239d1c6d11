/**
 * A process of its own that sends batches to collect over raw sockets, each as soon as the one before is answered: first one batch
 * for each known user, then, for a time, mostly known users and a tenth new ones. Prints one line of JSON.
 */
import { createHistogram } from 'node:perf_hooks';
import { connect, type Socket } from 'node:net';
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
    /** Ids and new users start here, so that a second run repeats none. */
    from: { type: 'string', default: '0' },
    /** Whether one batch for each known user comes first; those are not measured. */
    warm: { type: 'boolean', default: true },
  },
});
const events = Number(values.events);
const users = Number(values.users);
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

/** What the next request is about; undefined when the phase is over. */
type NextUser = () => number | undefined;

const header = (length: number): string =>
  `POST /v1/events HTTP/1.1\r\nHost: collect\r\nAuthorization: Bearer ${SECRET}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

/** Sends over one connection until there is no next user. */
async function run(next: NextUser): Promise<void> {
  const body = batchBody(events, header);
  const socket = connect({ port: Number(values.port), host: '127.0.0.1', noDelay: true });
  const answers = answersOf(socket);
  for (let user = next(); user !== undefined; user = next()) {
    const startedMs = performance.now();
    body.stamp(nextId, user);
    nextId += events;
    socket.write(body.bytes);
    const answer = await answers.next();
    if (answer.done === true) throw new Error('the connection was closed');
    count(answer.value);
    latency.record(Math.max(1, Math.round((performance.now() - startedMs) * 1000)));
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
if (values.warm) await Promise.all(connections.map(() => run(() => everybody.next().value)));
process.stdout.write(`${JSON.stringify({ warm: counts.accepted })}\n`);

Object.assign(counts, { accepted: 0, retried: 0, other: 0 });
latency.reset();
const startedMs = performance.now();
const untilMs = startedMs + Number(values.ms);
await Promise.all(
  connections.map(() =>
    run(() => {
      if (performance.now() > untilMs) return undefined;
      sent += 1;
      return sent % NEW_USER_EVERY === 0 ? (nextNewUser += 1) : (sent * 7919) % users;
    }),
  ),
);
const figures: GeneratorFigures = {
  ...counts,
  elapsedMs: performance.now() - startedMs,
  p50Ms: latency.percentile(50) / 1000,
  p99Ms: latency.percentile(99) / 1000,
  rssMegabytes: Math.round(process.memoryUsage.rss() / 1024 / 1024),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
