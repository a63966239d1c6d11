/** StreamingPull: one stream of a subscriber, with its own flow control. */
import type { BidiStream } from '../../host/service.ts';
import { type ApiError, toApiError } from '../../primitives/errors.ts';
import { formatAckId } from '../backlog/ack-id.ts';
import type { Delivery, Holder, Lease } from '../backlog/lease.ts';
import type { Consumer, SubscriptionRuntime } from '../broker/subscription-runtime.ts';
import { ACK_DEADLINE_SECONDS } from '../limits.ts';
import { invalid, invalidAckDeadline } from '../refusals.ts';
import { type ReceivedMessage, writeStreamingResponse } from '../wire/streaming-response.ts';
import { acknowledge, modifyAckDeadline } from './acknowledgements.ts';

/** One response: enough for throughput, small enough that several streams get their share. */
const RESPONSE_ROOM = { messages: 1000, bytes: 1024 * 1024 } as const;

/** Source: google/pubsub/v1/pubsub.proto, StreamingPullRequest */
interface StreamingPullRequest {
  readonly subscription: string;
  readonly ackIds: readonly string[];
  readonly modifyDeadlineSeconds: readonly number[];
  readonly modifyDeadlineAckIds: readonly string[];
  readonly streamAckDeadlineSeconds: number;
  readonly maxOutstandingMessages: string;
  readonly maxOutstandingBytes: string;
}

/**
 * Serves a stream until either side ends it.
 * @param pullable finds the subscription, or throws an ApiError when there is none that can be pulled from
 */
export function serveStreamingPull(stream: BidiStream, pullable: (name: string) => SubscriptionRuntime): void {
  let session: StreamingPullSession | undefined;
  // The host decodes by the proto, whose shape StreamingPullRequest writes down.
  stream.onMessage((message) => {
    const request = message as StreamingPullRequest;
    try {
      if (session === undefined) {
        session = new StreamingPullSession(stream, request, pullable(request.subscription));
        session.start();
      } else session.onRequest(request);
    } catch (error) {
      stream.close(toApiError(error));
    }
  });
  stream.onEnd(() => session?.clientLeft());
}

class StreamingPullSession implements Consumer, Holder {
  readonly oneOfKeyAtATime = false;
  readonly #stream: BidiStream;
  readonly #subscription: SubscriptionRuntime;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  #deadlineSeconds: number;
  #outstandingMessages = 0;
  #outstandingBytes = 0;
  #writable = true;

  constructor(stream: BidiStream, first: StreamingPullRequest, subscription: SubscriptionRuntime) {
    this.#stream = stream;
    this.#subscription = subscription;
    this.#deadlineSeconds = checkDeadline(first.streamAckDeadlineSeconds);
    this.#maxMessages = limitOf(first.maxOutstandingMessages);
    this.#maxBytes = limitOf(first.maxOutstandingBytes);
  }

  start(): void {
    this.#stream.onDrain(() => {
      this.#writable = true;
      this.#subscription.wake();
    });
    // Tells the client at once how this subscription delivers: it treats the first messages accordingly.
    this.#send([]);
    this.#subscription.attach(this);
  }

  onRequest(request: StreamingPullRequest): void {
    if (request.subscription !== '')
      throw invalid('The subscription may only be set in the first request of a stream.');
    if (request.streamAckDeadlineSeconds !== 0) this.#deadlineSeconds = checkDeadline(request.streamAckDeadlineSeconds);
    const { ackIds, modifyDeadlineAckIds: modified, modifyDeadlineSeconds: seconds } = request;
    if (modified.length !== seconds.length) {
      throw invalid('modify_deadline_ack_ids and modify_deadline_seconds must be of the same length.');
    }
    for (const [index, ackId] of modified.entries()) this.#modify(ackId, seconds[index] ?? 0);
    if (ackIds.length > 0) void this.#acknowledge(ackIds);
    // A request that asks for nothing is a keep-alive, and answered so that the client knows that the stream lives.
    if (ackIds.length === 0 && modified.length === 0) this.#send([]);
  }

  pump(): boolean {
    if (!this.#writable) return false;
    const room = {
      messages: Math.min(RESPONSE_ROOM.messages, this.#maxMessages - this.#outstandingMessages),
      bytes: Math.min(RESPONSE_ROOM.bytes, this.#maxBytes - this.#outstandingBytes),
    };
    if (room.messages <= 0 || room.bytes <= 0) return false;
    const deliveries = this.#subscription.take(this, room, this.#deadlineSeconds * 1000);
    if (deliveries.length === 0) return false;
    for (const { lease } of deliveries) {
      this.#outstandingMessages += 1;
      this.#outstandingBytes += lease.bytes;
    }
    this.#send(deliveries);
    return true;
  }

  released(lease: Lease): void {
    this.#outstandingMessages -= 1;
    this.#outstandingBytes -= lease.bytes;
  }

  ended(reason: ApiError): void {
    this.#stream.close(reason);
  }

  clientLeft(): void {
    this.#writable = false;
    this.#subscription.detach(this);
  }

  #send(deliveries: readonly Delivery[]): void {
    const { config } = this.#subscription;
    const bytes = writeStreamingResponse(receivedMessages(this.#subscription, deliveries), {
      exactlyOnceDeliveryEnabled: config.enableExactlyOnceDelivery,
      messageOrderingEnabled: config.enableMessageOrdering,
    });
    this.#writable = this.#stream.send(bytes);
  }

  async #acknowledge(ackIds: readonly string[]): Promise<void> {
    await acknowledge(this.#subscription, ackIds).catch((error: unknown) => this.#refuse(error));
  }

  #modify(ackId: string, seconds: number): void {
    try {
      modifyAckDeadline(this.#subscription, [ackId], seconds);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Ids that no longer count are not worth ending a stream; malformed ones are. */
  #refuse(error: unknown): void {
    const known = toApiError(error);
    if (known.details.length === 0) this.#stream.close(known);
  }
}

/** Deliveries as they travel. */
export function receivedMessages(
  subscription: SubscriptionRuntime,
  deliveries: readonly Delivery[],
): ReceivedMessage[] {
  const counts = subscription.config.deadLetterPolicy !== null;
  return deliveries.map(({ message, lease, attempt }) => ({
    ackId: formatAckId({ subscription: subscription.number, sequence: message.sequence, lease: lease.id }),
    message,
    messageId: subscription.topic.messageId(message.sequence),
    deliveryAttempt: counts ? attempt : 0,
  }));
}

function checkDeadline(seconds: number): number {
  if (seconds < ACK_DEADLINE_SECONDS.min || seconds > ACK_DEADLINE_SECONDS.max) {
    throw invalidAckDeadline(seconds, ACK_DEADLINE_SECONDS);
  }
  return seconds;
}

/** 0 and less mean no limit. */
function limitOf(value: string): number {
  const limit = Number(value);
  return limit > 0 ? limit : Infinity;
}
