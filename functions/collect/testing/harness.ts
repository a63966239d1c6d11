// Owns collect for the tests of other projects: the real door and pipeline behind a port of this process, everything in memory.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compileEvents } from '#shared/catalog/compile-events.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';
import type { Published } from '#shared/gcp/message-gatherer.ts';
import type { WriteKey } from '#shared/events/write-key.ts';
import { createCollect } from '../collect.ts';
import { collectInMemory } from './in-memory.ts';
import { type AcceptedEvent, createOpener, type PublishedRow, type RejectedEvent, type Row } from './opened-rows.ts';

export type { AcceptedEvent, RejectedEvent, Row };

export interface HarnessOptions {
  /** The repository whose `events/` and `platform/` declare what may be sent. */
  readonly root: string;
  /** What the write key may do, in the place of everything. */
  readonly writeKey?: Partial<Pick<WriteKey, 'eventTypes' | 'origins' | 'historical' | 'eventsPerSecond'>>;
}

/** `Events` tells the data of each type; `trib sdk generate` writes their interfaces. */
export interface CollectHarness<Events extends object = Record<string, Row>> extends AsyncDisposable {
  /** Base URL: what apps are configured with. */
  readonly url: string;
  /** The secret of the write key. */
  readonly writeKey: string;
  /** What was accepted of a type since the start or the last reset, in the order of acknowledgement. */
  accepted<Type extends keyof Events & string>(type: Type): Promise<readonly AcceptedEvent<Events[Type]>[]>;
  /** What was rejected and kept. */
  rejected(): Promise<readonly RejectedEvent[]>;
  /** Forgets what was accepted and rejected, but not which events are known: sent once more, they are duplicates. */
  reset(): void;
  /** While it is `down`, events are answered `retry`, as when Pub/Sub cannot be reached. */
  broker(state: 'up' | 'down'): void;
  close(): Promise<void>;
}

const SECRET = `tw_${'harness'.padEnd(43, '0')}`;

/**
 * Starts collect in this process, over what a repository declares; SQL is not looked at.
 * @throws Error with every problem of the declarations
 */
export async function startCollectHarness<Events extends object = Record<string, Row>>(
  options: HarnessOptions,
): Promise<CollectHarness<Events>> {
  const catalog = catalogOf(options.root);
  const memory = await collectInMemory({ catalog, secret: SECRET, writeKey: writeKeyOf(options) });
  let published: PublishedRow[] = [];
  let outcome: Published = 'acknowledged';
  const publisher = {
    async publish(topic: string, messages: readonly Buffer[]): Promise<Published> {
      if (outcome !== 'acknowledged') return outcome;
      for (const message of messages) published.push({ topic, row: JSON.parse(message.toString('utf8')) as Row });
      return outcome;
    },
    close: async () => undefined,
  };
  const collect = createCollect({ ...memory, publisher });
  await collect.opened;
  const server = createServer(collect.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that forgets to close it must not hang.
  server.unref();
  const opener = createOpener(memory, catalog);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await collect.stop();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writeKey: SECRET,
    // Rows are what the declarations say, and so are the interfaces that are generated from them.
    accepted: (type) => opener.accepted(published, type) as Promise<never>,
    rejected: () => opener.rejected(published),
    reset() {
      published = [];
    },
    broker(state) {
      outcome = state === 'up' ? 'acknowledged' : 'failed';
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function catalogOf(root: string): Catalog {
  const { files, problems } = readDeclarations(root, ['events', 'platform']);
  const compiled = compileEvents(files);
  const all = [...problems, ...(compiled.kind === 'failed' ? compiled.problems : [])];
  if (compiled.kind === 'compiled' && all.length === 0) return compiled.catalog;
  throw new Error(`The declarations do not compile:\n${all.map(formatProblem).join('\n')}`);
}

function writeKeyOf({ writeKey = {} }: HarnessOptions): WriteKey {
  const everything = { eventTypes: ['*'], origins: ['*'], historical: true };
  return { name: 'harness', createdAt: '2026-01-01T00:00:00Z', ...everything, ...writeKey };
}
