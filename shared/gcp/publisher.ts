// Owns publishing to Pub/Sub: one gatherer a topic over one client, bounded in memory, with an outcome for every message.
import { PubSub, v1 } from '@google-cloud/pubsub';
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

/** gRPC waits up to two minutes between attempts to connect; senders come again within seconds. */
const RECONNECT = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 2000 };

/**
 * A publisher over `PublisherClient.publish`: `Topic.publishMessage` copies and walks every message of a batch once more, which
 * costs about as much as sending it. The environment decides where it publishes, as for `new PubSub()`.
 */
export function createPublisher(projectId: string, log: Log): Publisher {
  const outstanding: Outstanding = {
    maxBytes: MAX_OUTSTANDING_BYTES,
    maxMessages: MAX_OUTSTANDING_MESSAGES,
    bytes: 0,
    messages: 0,
  };
  const gatherers = new Map<string, MessageGatherer>();
  let client: Promise<v1.PublisherClient> | undefined;

  const send = async (topic: string, messages: readonly Buffer[]): Promise<void> => {
    try {
      client ??= openClient().catch((error: unknown) => {
        client = undefined;
        throw error;
      });
      const publisher = await client;
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

async function openClient(): Promise<v1.PublisherClient> {
  const config = await new PubSub().getClientConfig();
  // Documented as fit for the constructors of v1; the two types differ in nothing but how they spell an absent option.
  const options = config as ConstructorParameters<typeof v1.PublisherClient>[0];
  return new v1.PublisherClient({ ...options, ...RECONNECT });
}
