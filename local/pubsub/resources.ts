/** Topics and subscriptions as they travel: protobufjs's plain shape of google/pubsub/v1/pubsub.proto, the part served. */
import type { ProtoDuration } from './durations.ts';

export interface Topic {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly messageStoragePolicy: object | null;
  readonly kmsKeyName: string;
  readonly schemaSettings: { readonly schema: string } | null;
  readonly messageRetentionDuration: ProtoDuration | null;
  readonly ingestionDataSourceSettings: object | null;
  readonly messageTransforms: readonly object[];
}

/** Members of a oneof are absent, not null, when another one or none is set. */
export interface PushConfig {
  readonly pushEndpoint: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly oidcToken?: { readonly serviceAccountEmail: string; readonly audience: string };
  readonly pubsubWrapper?: object;
  readonly noWrapper?: { readonly writeMetadata: boolean };
}

export interface BigQueryConfig {
  /** `project.dataset.table` */
  readonly table: string;
  readonly useTopicSchema: boolean;
  readonly writeMetadata: boolean;
  readonly dropUnknownFields: boolean;
  readonly useTableSchema: boolean;
  readonly serviceAccountEmail: string;
}

export interface DeadLetterPolicy {
  readonly deadLetterTopic: string;
  readonly maxDeliveryAttempts: number;
}

export interface RetryPolicy {
  readonly minimumBackoff: ProtoDuration | null;
  readonly maximumBackoff: ProtoDuration | null;
}

export interface Subscription {
  readonly name: string;
  readonly topic: string;
  readonly pushConfig: PushConfig | null;
  readonly bigqueryConfig: BigQueryConfig | null;
  readonly cloudStorageConfig: object | null;
  readonly bigtableConfig: object | null;
  readonly ackDeadlineSeconds: number;
  readonly retainAckedMessages: boolean;
  readonly messageRetentionDuration: ProtoDuration | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly enableMessageOrdering: boolean;
  readonly expirationPolicy: { readonly ttl: ProtoDuration | null } | null;
  readonly filter: string;
  readonly deadLetterPolicy: DeadLetterPolicy | null;
  readonly retryPolicy: RetryPolicy | null;
  readonly detached: boolean;
  readonly enableExactlyOnceDelivery: boolean;
  readonly messageTransforms: readonly object[];
}

/** Whether the destination can be written to. Source: BigQueryConfig.State in google/pubsub/v1/pubsub.proto */
export type DestinationState = 'ACTIVE' | 'NOT_FOUND' | 'SCHEMA_MISMATCH';

/** How messages leave a subscription. */
export type DeliveryKind = 'pull' | 'push' | 'bigquery';

export function deliveryKind(subscription: Subscription): DeliveryKind {
  if (subscription.bigqueryConfig !== null) return 'bigquery';
  return subscription.pushConfig !== null && subscription.pushConfig.pushEndpoint !== '' ? 'push' : 'pull';
}

/** A topic as replies show it: what is not set is left out. */
export function topicReply(topic: Topic): object {
  return {
    name: topic.name,
    ...(hasKeys(topic.labels) ? { labels: topic.labels } : {}),
    ...(topic.messageStoragePolicy === null ? {} : { messageStoragePolicy: topic.messageStoragePolicy }),
    ...(topic.kmsKeyName === '' ? {} : { kmsKeyName: topic.kmsKeyName }),
    ...(topic.messageRetentionDuration === null ? {} : { messageRetentionDuration: topic.messageRetentionDuration }),
  };
}

export interface SubscriptionFacts {
  readonly topicRetention: ProtoDuration | null;
  readonly destination: DestinationState;
}

/** A subscription as replies show it, with what only the server knows. */
export function subscriptionReply(subscription: Subscription, facts: SubscriptionFacts): object {
  const { bigqueryConfig, pushConfig, labels, filter, deadLetterPolicy, retryPolicy } = subscription;
  return {
    name: subscription.name,
    topic: subscription.topic,
    pushConfig: pushConfig === null ? {} : pushReply(pushConfig),
    ...(bigqueryConfig === null ? {} : { bigqueryConfig: { ...bigqueryConfig, state: facts.destination } }),
    ackDeadlineSeconds: subscription.ackDeadlineSeconds,
    ...(subscription.retainAckedMessages ? { retainAckedMessages: true } : {}),
    messageRetentionDuration: subscription.messageRetentionDuration,
    ...(hasKeys(labels) ? { labels } : {}),
    ...(subscription.enableMessageOrdering ? { enableMessageOrdering: true } : {}),
    expirationPolicy: subscription.expirationPolicy?.ttl ? { ttl: subscription.expirationPolicy.ttl } : {},
    ...(filter === '' ? {} : { filter }),
    ...(deadLetterPolicy === null ? {} : { deadLetterPolicy }),
    ...(retryPolicy === null ? {} : { retryPolicy }),
    ...(subscription.detached ? { detached: true } : {}),
    ...(subscription.enableExactlyOnceDelivery ? { enableExactlyOnceDelivery: true } : {}),
    ...(facts.topicRetention === null ? {} : { topicMessageRetentionDuration: facts.topicRetention }),
    state: facts.destination === 'ACTIVE' ? 'ACTIVE' : 'RESOURCE_ERROR',
  };
}

function pushReply({ pushEndpoint, attributes, ...rest }: PushConfig): object {
  return {
    ...(pushEndpoint === '' ? {} : { pushEndpoint }),
    ...(hasKeys(attributes) ? { attributes } : {}),
    ...rest,
  };
}

function hasKeys(map: Readonly<Record<string, string>>): boolean {
  return Object.keys(map).length > 0;
}
