// Owns publishing to Pub/Sub: one gatherer a topic over one client, bounded in memory, with an outcome for every message.
import type { v1 } from '@google-cloud/pubsub';
import type { Log } from '../platform/log-line.ts';
import { statusOf } from './failure.ts';
import { MessageGatherer, type Outstanding, type Published } from './message-gatherer.ts';

export type { Published };

export interface Publisher {
  /** `topic` without its project. Resolves once the messages are durable in Pub/Sub, or with why they are not known to be. */
  publish(topic: string, messages: readonly Buffer[]): Promise<Published>;
  /** Lets go of the connection; what is under way fails. */
  close(): Promise<void>;
}

/** A publisher whose first message need not wait for its client. */
export interface OpenablePublisher extends Publisher {
  /** Loads the client and connects it. What fails here is tried again, and told, by the first message. */
  open(): Promise<void>;
}

const MAX_OUTSTANDING_BYTES = 32 * 1024 * 1024;
const MAX_OUTSTANDING_MESSAGES = 50_000;

/**
 * Repeats what passes by itself, for as long as somebody may wait for a reply: gRPC's codes by number, as Google retries them.
 * https://cloud.google.com/pubsub/docs/retry-requests
 */
const CALL_OPTIONS = {
  retry: {
    // CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE
    retryCodes: [1, 2, 4, 8, 10, 13, 14],
    backoffSettings: {
      initialRetryDelayMillis: 100,
      retryDelayMultiplier: 2,
      maxRetryDelayMillis: 1000,
      initialRpcTimeoutMillis: 4000,
      rpcTimeoutMultiplier: 1,
      maxRpcTimeoutMillis: 4000,
      totalTimeoutMillis: 8000,
    },
  },
};

/** How long is waited for a connection that nobody needs yet. */
const CONNECT_MS = 4000;

/** gRPC waits up to two minutes between attempts to connect; senders come again within seconds. */
const RECONNECT = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 2000 };

/**
 * A publisher over `PublisherClient.publish`: `Topic.publishMessage` copies and walks every message of a batch once more, which
 * costs about as much as sending it. The environment decides where it publishes, as for `new PubSub()`.
 */
export function createPublisher(projectId: string, log: Log): OpenablePublisher {
  const outstanding: Outstanding = {
    maxBytes: MAX_OUTSTANDING_BYTES,
    maxMessages: MAX_OUTSTANDING_MESSAGES,
    bytes: 0,
    messages: 0,
  };
  const gatherers = new Map<string, MessageGatherer>();
  let client: Promise<v1.PublisherClient> | undefined;

  const opened = (): Promise<v1.PublisherClient> =>
    (client ??= openClient().catch((error: unknown) => {
      client = undefined;
      throw error;
    }));

  const send = async (topic: string, messages: readonly Buffer[]): Promise<void> => {
    try {
      const publisher = await opened();
      const request = { topic: `projects/${projectId}/topics/${topic}`, messages: messages.map((data) => ({ data })) };
      await publisher.publish(request, CALL_OPTIONS);
    } catch (error) {
      const status = statusOf(error);
      log.write('WARNING', 'publishing failed', {
        resource: topic,
        count: messages.length,
        ...(status === undefined ? {} : { status }),
      });
      throw error;
    }
  };

  return {
    open: () =>
      opened()
        .then(connect)
        .catch(() => undefined),
    publish(topic, messages) {
      let gatherer = gatherers.get(topic);
      if (gatherer === undefined) {
        gatherer = new MessageGatherer((request) => send(topic, request), outstanding);
        gatherers.set(topic, gatherer);
      }
      return gatherer.publish(messages);
    },
    async close() {
      await (await client)?.close();
    },
  };
}

/** The client, loaded by who first needs it: it is most of what a new instance loads, and it can answer before. */
async function openClient(): Promise<v1.PublisherClient> {
  const { PubSub, v1: clients } = await import('@google-cloud/pubsub');
  const config = await new PubSub().getClientConfig();
  // Documented as fit for the constructors of v1; the two types differ in nothing but how they spell an absent option.
  const options = config as ConstructorParameters<typeof v1.PublisherClient>[0];
  return new clients.PublisherClient({ ...options, ...RECONNECT });
}

/** gRPC connects when it is first called, unless somebody waits for it. */
async function connect(client: v1.PublisherClient): Promise<void> {
  const stub = await client.initialize();
  const wait = stub['waitForReady'];
  if (wait !== undefined) await new Promise((resolve) => Reflect.apply(wait, stub, [Date.now() + CONNECT_MS, resolve]));
}
