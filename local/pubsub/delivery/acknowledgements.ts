/** Acknowledge and ModifyAckDeadline: what ack ids do. */
import { type AckId, parseAckId } from '../backlog/ack-id.ts';
import type { SubscriptionRuntime } from '../broker/subscription-runtime.ts';
import { MODIFY_DEADLINE_SECONDS } from '../limits.ts';
import { failedAckIds, invalidAckDeadline, invalidAckId, noAckIds } from '../refusals.ts';

/** @throws ApiError INVALID_ARGUMENT for malformed ids; with exactly-once delivery, naming those that no longer count */
export async function acknowledge(subscription: SubscriptionRuntime, texts: readonly string[]): Promise<void> {
  const ids = parse(subscription, texts);
  if (!subscription.strict) {
    // Late acknowledgements count too: the message was processed.
    subscription.ack(ids.map(({ sequence }) => sequence));
    return;
  }
  const valid = ids.map((id) => subscription.isAcked(id.sequence) || isCurrent(subscription, id));
  subscription.ack(ids.filter((_, index) => valid[index]).map(({ sequence }) => sequence));
  await subscription.commit();
  refuseFailed(texts, valid);
}

/**
 * @param seconds from now; 0 gives the messages back
 * @throws ApiError as `acknowledge` does
 */
export function modifyAckDeadline(subscription: SubscriptionRuntime, texts: readonly string[], seconds: number): void {
  const { min, max } = MODIFY_DEADLINE_SECONDS;
  if (seconds < min || seconds > max) throw invalidAckDeadline(seconds, MODIFY_DEADLINE_SECONDS);
  const ids = parse(subscription, texts);
  const valid = ids.map((id) => modifyOne(subscription, id, seconds));
  if (subscription.strict) refuseFailed(texts, valid);
}

function modifyOne(subscription: SubscriptionRuntime, id: AckId, seconds: number): boolean {
  const lease = subscription.lease(id.sequence, id.lease);
  if (lease === undefined) return false;
  if (seconds === 0) subscription.fail(lease);
  else subscription.extend(lease, seconds * 1000);
  return true;
}

function isCurrent(subscription: SubscriptionRuntime, id: AckId): boolean {
  return subscription.lease(id.sequence, id.lease) !== undefined;
}

function parse(subscription: SubscriptionRuntime, texts: readonly string[]): AckId[] {
  if (texts.length === 0) throw noAckIds();
  return texts.map((text) => {
    const id = parseAckId(text);
    if (id?.subscription !== subscription.number) throw invalidAckId(text);
    return id;
  });
}

function refuseFailed(texts: readonly string[], valid: readonly boolean[]): void {
  const failed = texts.filter((_, index) => !valid[index]);
  if (failed.length > 0) throw failedAckIds(failed);
}
