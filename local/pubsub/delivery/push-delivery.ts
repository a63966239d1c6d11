/** Pushes the messages of one subscription to its endpoint. */
import type { Outbound } from '../../primitives/outbound.ts';
import type { Delivery, Holder } from '../backlog/lease.ts';
import type { Consumer, SubscriptionRuntime } from '../broker/subscription-runtime.ts';
import type { PushConfig } from '../resources.ts';
import { pushRequest } from './push-request.ts';
import type { IdentityTokens } from '../../primitives/identity-tokens.ts';

/** Answers that acknowledge. Source: https://cloud.google.com/pubsub/docs/push#receive_push */
const ACKNOWLEDGED: ReadonlySet<number> = new Set([102, 200, 201, 202, 204]);
/** Requests under way at once. Google starts with few and allows thousands; a program on this machine needs fewer. */
const MAX_IN_FLIGHT = 32;
const MAX_REPLY_BYTES = 1024 * 1024;

export interface PushParts {
  readonly outbound: Outbound;
  readonly tokens: IdentityTokens;
}

export class PushDelivery implements Consumer, Holder {
  /** Requests that run at once arrive in any order. */
  readonly oneOfKeyAtATime = true;
  readonly #subscription: SubscriptionRuntime;
  readonly #config: PushConfig;
  readonly #parts: PushParts;
  readonly #stop = new AbortController();
  #inFlight = 0;

  constructor(subscription: SubscriptionRuntime, config: PushConfig, parts: PushParts) {
    this.#subscription = subscription;
    this.#config = config;
    this.#parts = parts;
  }

  pump(): boolean {
    const room = { messages: MAX_IN_FLIGHT - this.#inFlight, bytes: Infinity };
    if (room.messages <= 0 || this.#stop.signal.aborted) return false;
    const deliveries = this.#subscription.take(this, room, Infinity);
    for (const delivery of deliveries) void this.#push(delivery);
    return false;
  }

  released(): void {
    // The end of each request tells.
  }

  ended(): void {
    this.close();
  }

  close(): void {
    this.#stop.abort();
    this.#subscription.detach(this);
  }

  async #push(delivery: Delivery): Promise<void> {
    this.#inFlight += 1;
    const status = await this.#request(delivery).catch(() => undefined);
    this.#inFlight -= 1;
    if (status !== undefined && ACKNOWLEDGED.has(status)) this.#subscription.ack([delivery.message.sequence]);
    else if (this.#subscription.lease(delivery.message.sequence, delivery.lease.id)) this.#refused(delivery);
  }

  #refused(delivery: Delivery): void {
    if (this.#stop.signal.aborted) this.#subscription.giveBack([delivery.lease], 0);
    else this.#subscription.fail(delivery.lease);
  }

  /** The status of the reply; undefined when there was none in time. */
  async #request(delivery: Delivery): Promise<number | undefined> {
    const { config, topic } = this.#subscription;
    const messageId = topic.messageId(delivery.message.sequence);
    const { headers, body } = pushRequest(this.#config, { delivery, messageId, subscription: config });
    const result = await this.#parts.outbound({
      method: 'POST',
      url: this.#config.pushEndpoint,
      headers: { ...headers, ...(await this.#authorization()) },
      body,
      timeoutMs: config.ackDeadlineSeconds * 1000,
      maxReplyBytes: MAX_REPLY_BYTES,
      signal: this.#stop.signal,
    });
    return result.kind === 'reply' ? result.status : undefined;
  }

  async #authorization(): Promise<Record<string, string>> {
    const { oidcToken, pushEndpoint } = this.#config;
    if (oidcToken === undefined) return {};
    const token = await this.#parts.tokens.get(oidcToken.serviceAccountEmail, oidcToken.audience || pushEndpoint);
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }
}
