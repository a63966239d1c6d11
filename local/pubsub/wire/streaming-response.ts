/** Writes `google.pubsub.v1.StreamingPullResponse` bytes, with messages copied as they are stored. */
import type { StoredMessage } from '../log/batch.ts';
import { serverFieldsSize, writeServerFields } from './pubsub-message.ts';
import { fieldSize, varintSize, writeFieldHead, writeVarint } from './wire-writer.ts';

export interface ReceivedMessage {
  /** ASCII. */
  readonly ackId: string;
  readonly message: StoredMessage;
  /** ASCII. */
  readonly messageId: string;
  /** 0 where the subscription has no dead-letter policy. */
  readonly deliveryAttempt: number;
}

export interface StreamProperties {
  readonly exactlyOnceDeliveryEnabled: boolean;
  readonly messageOrderingEnabled: boolean;
}

/** Source: google/pubsub/v1/pubsub.proto: StreamingPullResponse, ReceivedMessage, SubscriptionProperties */
const RESPONSE_TAG = { receivedMessages: 0x0a, subscriptionProperties: 0x22 } as const;
const RECEIVED_TAG = { ackId: 0x0a, message: 0x12, deliveryAttempt: 0x18 } as const;
const PROPERTIES_TAG = { exactlyOnce: 0x08, ordering: 0x10 } as const;

export function writeStreamingResponse(received: readonly ReceivedMessage[], properties: StreamProperties): Buffer {
  const sizes = received.map(sizeOf);
  const about = propertiesBytes(properties);
  const total = sizes.reduce((sum, { outer }) => sum + fieldSize(outer), fieldSize(about.length));
  const bytes = Buffer.allocUnsafe(total);
  let at = writeFieldHead(bytes, 0, RESPONSE_TAG.subscriptionProperties, about.length);
  at += about.copy(bytes, at);
  for (const [index, item] of received.entries()) {
    const size = sizes[index] ?? sizeOf(item);
    at = writeFieldHead(bytes, at, RESPONSE_TAG.receivedMessages, size.outer);
    at = writeReceived(bytes, at, item, size.message);
  }
  return bytes;
}

function sizeOf(item: ReceivedMessage): { readonly outer: number; readonly message: number } {
  const message = item.message.bytes.length + serverFieldsSize(item.messageId, item.message.publishTimeMs);
  const attempt = item.deliveryAttempt === 0 ? 0 : 1 + varintSize(item.deliveryAttempt);
  return { outer: fieldSize(item.ackId.length) + fieldSize(message) + attempt, message };
}

function writeReceived(into: Buffer, offset: number, item: ReceivedMessage, messageBytes: number): number {
  let at = writeFieldHead(into, offset, RECEIVED_TAG.ackId, item.ackId.length);
  at += into.write(item.ackId, at, 'latin1');
  at = writeFieldHead(into, at, RECEIVED_TAG.message, messageBytes);
  at += item.message.bytes.copy(into, at);
  at = writeServerFields(into, at, item.messageId, item.message.publishTimeMs);
  if (item.deliveryAttempt === 0) return at;
  into[at] = RECEIVED_TAG.deliveryAttempt;
  return writeVarint(into, at + 1, item.deliveryAttempt);
}

function propertiesBytes(properties: StreamProperties): Buffer {
  return Buffer.from([
    ...(properties.exactlyOnceDeliveryEnabled ? [PROPERTIES_TAG.exactlyOnce, 1] : []),
    ...(properties.messageOrderingEnabled ? [PROPERTIES_TAG.ordering, 1] : []),
  ]);
}
