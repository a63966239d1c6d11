// Owns the client for Node: put together from a file, fetch, and the end of the process.
import { randomBytes } from 'node:crypto';
import { type Client, type ClientOptions, createClient } from './core/client.ts';
import type { Clock, Transport } from './core/effects.ts';
import { eventsHeaders, eventsUrl, fetchReply } from './core/fetch-reply.ts';
import { NODE_LIMITS } from './core/limits.ts';
import { FileStore } from './node/file-store.ts';

export type { Client, Counts, Problem } from './core/client.ts';
export type { Rejected } from './core/outbox.ts';
export type { Consent, EventDescriptor, Tracked, TrackOptions, Who } from './core/record.ts';

export interface NodeOptions extends ClientOptions {
  /** The file in which the queue survives the process, one per process; without it events live in memory only. */
  readonly queueFile?: string;
}

/** How long a process that has nothing else to do waits for what is still queued. */
const BEFORE_EXIT_MS = 2000;

/** The client of a server, or of one call of a function with `oneShot`. */
export function createNodeClient(options: NodeOptions): Client {
  const { client } = createClient(options, {
    limits: { ...NODE_LIMITS, ...options.limits },
    clock: nodeClock,
    random: randomBytes,
    store: options.queueFile === undefined ? undefined : new FileStore(options.queueFile),
    transport: nodeTransport(options),
  });
  const beforeExit = (): void => void awake(client.flush(BEFORE_EXIT_MS));
  process.once('beforeExit', beforeExit);
  return {
    track: (type, data, trackOptions) => client.track(type, data, trackOptions),
    identify: (who) => client.identify(who),
    setConsent: (answers) => client.setConsent(answers),
    flush: (timeoutMs) => awake(client.flush(timeoutMs)),
    saved: () => client.saved(),
    counts: () => client.counts(),
    close: (timeoutMs) => {
      process.off('beforeExit', beforeExit);
      return awake(client.close(timeoutMs));
    },
  };
}

/** Waiting events let a process end, but not while somebody waits for them. */
async function awake<Result>(work: Promise<Result>): Promise<Result> {
  const hold = setInterval(() => undefined, 2 ** 30);
  try {
    return await work;
  } finally {
    clearInterval(hold);
  }
}

function nodeTransport({ url, writeKey }: NodeOptions): Transport {
  const target = eventsUrl(url);
  const headers = eventsHeaders(writeKey);
  const send: Transport['send'] = (body) => fetchReply(target, { body, headers });
  return { send, sendLast: send, lastRoom: () => 0 };
}

const nodeClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.max(0, delayMs)).unref();
    return () => clearTimeout(timer);
  },
};
