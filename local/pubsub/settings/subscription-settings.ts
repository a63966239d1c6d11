/** What a subscription may be told to be, with the defaults that the service fills in. */
import { durationText, toDuration, toMs } from '../durations.ts';
import { compileFilter } from '../filter/filter.ts';
import { ACK_DEADLINE_SECONDS, DELIVERY_ATTEMPTS, EXPIRATION_MS, RETENTION_MS, RETRY_BACKOFF_MS } from '../limits.ts';
import { invalid, invalidAckDeadline, outOfBounds, tooSmall } from '../refusals.ts';
import { DELETED_TOPIC, parseName } from '../resource-names.ts';
import type { DeadLetterPolicy, RetryPolicy, Subscription } from '../resources.ts';
import { checkBigQueryConfig } from './bigquery-settings.ts';
import { checkPushConfig } from './push-settings.ts';
import { checkLabels, checkRetention, maskedFields, refuseUnserved } from './shared-settings.ts';

const CHANGEABLE = [
  'pushConfig',
  'bigqueryConfig',
  'ackDeadlineSeconds',
  'retainAckedMessages',
  'messageRetentionDuration',
  'labels',
  'expirationPolicy',
  'deadLetterPolicy',
  'retryPolicy',
  'enableExactlyOnceDelivery',
] as const;
const UNSERVED = ['cloudStorageConfig', 'bigtableConfig', 'messageTransforms'] as const;
/** Source: google/pubsub/v1/pubsub.proto, Subscription; https://cloud.google.com/pubsub/docs/admin#update_subscription */
const FIXED = [
  'name',
  'topic',
  'filter',
  'enableMessageOrdering',
  'detached',
  'state',
  'topicMessageRetentionDuration',
  'analyticsHubSubscriptionInfo',
  'tags',
];

/**
 * The subscription as it is kept, defaults filled in. Says nothing about whether topics and tables exist.
 * @throws ApiError INVALID_ARGUMENT or UNIMPLEMENTED
 */
export function checkSubscription(asked: Subscription): Subscription {
  parseName('subscriptions', asked.name);
  if (asked.topic !== DELETED_TOPIC) parseName('topics', asked.topic);
  checkLabels(asked.labels);
  checkRetention(asked.messageRetentionDuration);
  refuseUnserved('Subscription', {
    cloudStorageConfig: asked.cloudStorageConfig,
    bigtableConfig: asked.bigtableConfig,
    messageTransforms: asked.messageTransforms,
  });
  compileFilter(asked.filter);
  checkDelivery(asked);
  return {
    name: asked.name,
    topic: asked.topic,
    pushConfig: asked.pushConfig === null ? null : checkPushConfig(asked.pushConfig),
    bigqueryConfig: asked.bigqueryConfig === null ? null : checkBigQueryConfig(asked.bigqueryConfig),
    cloudStorageConfig: null,
    bigtableConfig: null,
    ackDeadlineSeconds: ackDeadline(asked.ackDeadlineSeconds),
    retainAckedMessages: asked.retainAckedMessages,
    messageRetentionDuration: asked.messageRetentionDuration ?? toDuration(RETENTION_MS.default),
    labels: asked.labels,
    enableMessageOrdering: asked.enableMessageOrdering,
    expirationPolicy: expirationPolicy(asked.expirationPolicy),
    filter: asked.filter,
    deadLetterPolicy: deadLetterPolicy(asked.deadLetterPolicy),
    retryPolicy: asked.retryPolicy === null ? null : retryPolicy(asked.retryPolicy),
    detached: asked.detached,
    enableExactlyOnceDelivery: asked.enableExactlyOnceDelivery,
    messageTransforms: [],
  };
}

/** The subscription with the named fields taken from `asked`. */
export function changeSubscription(
  current: Subscription,
  asked: Subscription,
  mask: { readonly paths: readonly string[] } | null,
): Subscription {
  const known = [...CHANGEABLE, ...UNSERVED];
  const fields = maskedFields(mask, { resource: 'Subscription', known, fixed: FIXED });
  const picked = Object.fromEntries(Object.entries(asked).filter(([field]) => fields.includes(field)));
  return checkSubscription({ ...current, ...picked });
}

function checkDelivery(asked: Subscription): void {
  const pushes = asked.pushConfig !== null && asked.pushConfig.pushEndpoint !== '';
  if (pushes && asked.bigqueryConfig !== null) {
    throw invalid('At most one of push_config and bigquery_config may be set in a subscription.');
  }
  if (asked.enableExactlyOnceDelivery && (pushes || asked.bigqueryConfig !== null)) {
    throw invalid('Exactly-once delivery is only supported for pull subscriptions.');
  }
}

function ackDeadline(seconds: number): number {
  if (seconds === 0) return ACK_DEADLINE_SECONDS.default;
  if (seconds < ACK_DEADLINE_SECONDS.min || seconds > ACK_DEADLINE_SECONDS.max) {
    throw invalidAckDeadline(seconds, ACK_DEADLINE_SECONDS);
  }
  return seconds;
}

function expirationPolicy(asked: Subscription['expirationPolicy']): Subscription['expirationPolicy'] {
  if (asked === null) return { ttl: toDuration(EXPIRATION_MS.default) };
  if (asked.ttl === null) return { ttl: null };
  const ms = toMs(asked.ttl);
  if (ms < EXPIRATION_MS.min) throw tooSmall('expiration duration', durationText(ms), durationText(EXPIRATION_MS.min));
  return { ttl: asked.ttl };
}

function deadLetterPolicy(asked: DeadLetterPolicy | null): DeadLetterPolicy | null {
  if (asked === null || asked.deadLetterTopic === '') return null;
  parseName('topics', asked.deadLetterTopic);
  const attempts = asked.maxDeliveryAttempts === 0 ? DELIVERY_ATTEMPTS.default : asked.maxDeliveryAttempts;
  if (attempts < DELIVERY_ATTEMPTS.min || attempts > DELIVERY_ATTEMPTS.max) {
    throw outOfBounds('max_delivery_attempts', attempts, DELIVERY_ATTEMPTS);
  }
  return { deadLetterTopic: asked.deadLetterTopic, maxDeliveryAttempts: attempts };
}

function retryPolicy(asked: RetryPolicy): RetryPolicy {
  const minimumBackoff = asked.minimumBackoff ?? toDuration(RETRY_BACKOFF_MS.defaultMin);
  const maximumBackoff = asked.maximumBackoff ?? toDuration(RETRY_BACKOFF_MS.defaultMax);
  const bounds = { min: durationText(RETRY_BACKOFF_MS.min), max: durationText(RETRY_BACKOFF_MS.max) };
  for (const [name, duration] of [
    ['minimum_backoff', minimumBackoff],
    ['maximum_backoff', maximumBackoff],
  ] as const) {
    const ms = toMs(duration);
    if (ms < RETRY_BACKOFF_MS.min || ms > RETRY_BACKOFF_MS.max) throw outOfBounds(name, durationText(ms), bounds);
  }
  if (toMs(minimumBackoff) > toMs(maximumBackoff)) {
    throw invalid('The minimum_backoff in the retry policy must not be larger than the maximum_backoff.');
  }
  return { minimumBackoff, maximumBackoff };
}
