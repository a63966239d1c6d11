/** What is sent to a dead-letter topic. Source: https://cloud.google.com/pubsub/docs/dead-letter-topics#how_dead_letter_topics_work */
import type { DeadLetter } from '../broker/subscription-runtime.ts';
import { parseName } from '../resource-names.ts';
import { readMessage, writeMessage } from '../wire/pubsub-message.ts';
import { MAX_ATTRIBUTE_VALUE_BYTES } from '../limits.ts';

const PREFIX = 'CloudPubSubDeadLetterSource';

/** The message as it was, with attributes that say where it comes from. */
export function deadLetterMessage(letter: DeadLetter): Buffer {
  const { project, id } = parseName('subscriptions', letter.subscription.name);
  const parts = readMessage(letter.message.bytes);
  return writeMessage({
    ...parts,
    attributes: {
      ...parts.attributes,
      [`${PREFIX}DeliveryCount`]: String(letter.failures),
      [`${PREFIX}Subscription`]: id,
      [`${PREFIX}SubscriptionProject`]: project,
      [`${PREFIX}TopicPublishTime`]: new Date(letter.message.publishTimeMs).toISOString().replace('Z', '+00:00'),
      ...(letter.reason === undefined
        ? {}
        : { [`${PREFIX}DeliveryErrorMessage`]: letter.reason.slice(0, MAX_ATTRIBUTE_VALUE_BYTES) }),
    },
  });
}
