// Owns subscriptions of Pub/Sub that write into BigQuery, as the operator keeps them.
import type { protos, PubSub, SubscriptionMetadata } from '@google-cloud/pubsub';
import type { Landing, SubscriptionResource } from '../catalog/operator/resource.ts';
import { toPlatformError } from './failure.ts';
import { labelsFrom } from './labels.ts';
import { change, createOnce, removeOnce } from './resource-failure.ts';
import { lastPart } from './topics.ts';

type Duration = protos.google.protobuf.IDuration;

/** What Pub/Sub says of a subscription whose topic was deleted. */
const DELETED_TOPIC = '_deleted-topic_';

/** Every subscription of the project that writes into BigQuery; others are nobody's business here. */
export async function listSubscriptions(client: PubSub): Promise<readonly SubscriptionResource[]> {
  const [subscriptions] = await client.getSubscriptions().catch((error: unknown) => {
    throw toPlatformError(error);
  });
  return subscriptions.flatMap(({ name, metadata }) => {
    const { bigqueryConfig, topic } = metadata ?? {};
    if (metadata === undefined || !bigqueryConfig?.table) return [];
    const resource: SubscriptionResource = {
      kind: 'subscription',
      name: lastPart(name),
      topic: topic === DELETED_TOPIC || !topic ? undefined : lastPart(topic),
      landing: landingFrom(metadata),
      labels: labelsFrom(metadata.labels),
    };
    return [resource];
  });
}

export function createSubscription(
  client: PubSub,
  resource: SubscriptionResource,
  projectId: string,
): Promise<'created' | 'exists'> {
  return createOnce(resource, () =>
    client.createSubscription(resource.topic ?? DELETED_TOPIC, resource.name, {
      ...definition(resource, projectId),
      // It never expires for want of somebody who asks: a type may be silent for months.
      expirationPolicy: {},
    }),
  );
}

export function updateSubscription(client: PubSub, target: SubscriptionResource, projectId: string): Promise<void> {
  return change(target, () => client.subscription(target.name).setMetadata(definition(target, projectId)));
}

export function removeSubscription(client: PubSub, resource: SubscriptionResource): Promise<void> {
  return removeOnce(resource, () => client.subscription(resource.name).delete());
}

function definition({ landing, labels }: SubscriptionResource, projectId: string): SubscriptionMetadata {
  const { table, writes, writeMetadata, dropUnknownFields, deadLetter, backoffSeconds, retentionSeconds } = landing;
  return {
    labels: { ...labels },
    bigqueryConfig: {
      table: `${projectId}.${table}`,
      useTableSchema: writes === 'fields',
      writeMetadata,
      dropUnknownFields,
    },
    deadLetterPolicy:
      deadLetter === undefined
        ? null
        : {
            deadLetterTopic: `projects/${projectId}/topics/${deadLetter.topic}`,
            maxDeliveryAttempts: deadLetter.maxAttempts,
          },
    retryPolicy: {
      minimumBackoff: { seconds: backoffSeconds.min },
      maximumBackoff: { seconds: backoffSeconds.max },
    },
    messageRetentionDuration: { seconds: retentionSeconds },
  };
}

function landingFrom(metadata: protos.google.pubsub.v1.ISubscription): Landing {
  const { bigqueryConfig, deadLetterPolicy, retryPolicy, messageRetentionDuration } = metadata;
  return {
    // `project.dataset.table`, of which projects may have dots.
    table: (bigqueryConfig?.table ?? '').split(/[.:]/).slice(-2).join('.'),
    writes: bigqueryConfig?.useTableSchema ? 'fields' : 'body',
    writeMetadata: bigqueryConfig?.writeMetadata ?? false,
    dropUnknownFields: bigqueryConfig?.dropUnknownFields ?? false,
    ...(deadLetterPolicy?.deadLetterTopic
      ? {
          deadLetter: {
            topic: lastPart(deadLetterPolicy.deadLetterTopic),
            maxAttempts: deadLetterPolicy.maxDeliveryAttempts ?? 0,
          },
        }
      : {}),
    backoffSeconds: {
      min: secondsOf(retryPolicy?.minimumBackoff),
      max: secondsOf(retryPolicy?.maximumBackoff),
    },
    retentionSeconds: secondsOf(messageRetentionDuration),
  };
}

/** A duration in whole seconds; protobuf's 64-bit numbers come as numbers, texts or objects that print as one. */
function secondsOf(duration: Duration | null | undefined): number {
  return Number(duration?.seconds ?? 0);
}
