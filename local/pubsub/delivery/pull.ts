/** Pull: one request for messages, which may wait a while for the first. */
import type { Delivery, Holder } from '../backlog/lease.ts';
import type { Consumer, SubscriptionRuntime } from '../broker/subscription-runtime.ts';
import { MAX_RESPONSE_BYTES } from '../limits.ts';
import { readMessage } from '../wire/pubsub-message.ts';
import { toTimestamp } from '../../host/messages.ts';
import { receivedMessages } from './streaming-pull.ts';

/** How long an empty subscription keeps a request waiting: "a bounded amount of time". It passes on the machine's clock. */
const WAIT_MS = 5000;

export interface PullRequest {
  readonly maxMessages: number;
  readonly returnImmediately: boolean;
}

/** A PullResponse in the shape of handlers. */
export function pull(subscription: SubscriptionRuntime, request: PullRequest): Promise<object> {
  const once: Holder = { oneOfKeyAtATime: false, released: () => undefined };
  const room = { messages: request.maxMessages, bytes: MAX_RESPONSE_BYTES };
  const take = (): Delivery[] => subscription.take(once, room, subscription.config.ackDeadlineSeconds * 1000);
  return new Promise((resolve, reject) => {
    const answer = (deliveries: readonly Delivery[]): void => resolve(pullResponse(subscription, deliveries));
    const first = take();
    if (first.length > 0 || request.returnImmediately) {
      answer(first);
      return;
    }
    const consumer: Consumer = {
      pump() {
        const deliveries = take();
        if (deliveries.length > 0) finish(() => answer(deliveries));
        return false;
      },
      ended: (reason) => finish(() => reject(reason)),
    };
    const timer = setTimeout(() => finish(() => answer([])), WAIT_MS);
    const finish = (reply: () => void): void => {
      clearTimeout(timer);
      subscription.detach(consumer);
      reply();
    };
    subscription.attach(consumer);
  });
}

function pullResponse(subscription: SubscriptionRuntime, deliveries: readonly Delivery[]): object {
  const received = receivedMessages(subscription, deliveries).map((item) => ({
    ackId: item.ackId,
    message: {
      ...present(readMessage(item.message.bytes)),
      messageId: item.messageId,
      publishTime: toTimestamp(item.message.publishTimeMs),
    },
    ...(item.deliveryAttempt === 0 ? {} : { deliveryAttempt: item.deliveryAttempt }),
  }));
  return received.length === 0 ? {} : { receivedMessages: received };
}

function present(parts: ReturnType<typeof readMessage>): object {
  return {
    ...(parts.data.length === 0 ? {} : { data: parts.data }),
    ...(Object.keys(parts.attributes).length === 0 ? {} : { attributes: parts.attributes }),
    ...(parts.orderingKey === '' ? {} : { orderingKey: parts.orderingKey }),
  };
}
