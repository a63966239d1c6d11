/** The HTTP request of a push. Source: https://cloud.google.com/pubsub/docs/push#receive_push, …/payload-unwrapping */
import type { Delivery } from '../backlog/lease.ts';
import type { PushConfig, Subscription } from '../resources.ts';
import { type MessageParts, readMessage } from '../wire/pubsub-message.ts';

export interface PushRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export interface Pushed {
  readonly delivery: Delivery;
  readonly messageId: string;
  readonly subscription: Subscription;
}

export function pushRequest(config: PushConfig, pushed: Pushed): PushRequest {
  const parts = readMessage(pushed.delivery.message.bytes);
  const publishTime = new Date(pushed.delivery.message.publishTimeMs).toISOString();
  if (config.noWrapper === undefined) return wrapped(parts, publishTime, pushed);
  const metadata = config.noWrapper.writeMetadata ? metadataHeaders(parts, publishTime, pushed) : {};
  return { headers: metadata, body: parts.data };
}

function wrapped(parts: MessageParts, publishTime: string, pushed: Pushed): PushRequest {
  const { messageId, subscription, delivery } = pushed;
  const body = {
    message: {
      ...(Object.keys(parts.attributes).length === 0 ? {} : { attributes: parts.attributes }),
      ...(parts.data.length === 0 ? {} : { data: parts.data.toString('base64') }),
      messageId,
      // Pushes carry these two in both spellings.
      message_id: messageId,
      ...(parts.orderingKey === '' ? {} : { orderingKey: parts.orderingKey }),
      publishTime,
      publish_time: publishTime,
    },
    subscription: subscription.name,
    ...(subscription.deadLetterPolicy === null ? {} : { deliveryAttempt: delivery.attempt }),
  };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function metadataHeaders(parts: MessageParts, publishTime: string, pushed: Pushed): Record<string, string> {
  return {
    ...parts.attributes,
    'x-goog-pubsub-subscription-name': pushed.subscription.name,
    'x-goog-pubsub-message-id': pushed.messageId,
    'x-goog-pubsub-publish-time': publishTime,
    ...(parts.orderingKey === '' ? {} : { 'x-goog-pubsub-ordering-key': parts.orderingKey }),
  };
}
