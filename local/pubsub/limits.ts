/** Pub/Sub's limits, each with its unit and where it is written down. */

/** Source: https://cloud.google.com/pubsub/quotas#resource_limits, as are the limits of publish requests below. */
export const MAX_PUBLISH_MESSAGES = 1000;
/** Decimal megabytes: the service refuses 10,000,001. */
export const MAX_PUBLISH_BYTES = 10_000_000;
/** Above this, Google's front end answers before Pub/Sub sees the request. */
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
export const MAX_ATTRIBUTES = 100;
export const MAX_ATTRIBUTE_KEY_BYTES = 256;
export const MAX_ATTRIBUTE_VALUE_BYTES = 1024;
export const MAX_ORDERING_KEY_BYTES = 1024;
export const RESERVED_ATTRIBUTE_PREFIX = 'goog';

/** Source: google/pubsub/v1/pubsub.proto, Subscription.ack_deadline_seconds */
export const ACK_DEADLINE_SECONDS = { default: 10, min: 10, max: 600 } as const;
/** Source: google/pubsub/v1/pubsub.proto, ModifyAckDeadlineRequest.ack_deadline_seconds */
export const MODIFY_DEADLINE_SECONDS = { min: 0, max: 600 } as const;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Source: google/pubsub/v1/pubsub.proto, message_retention_duration of Topic and Subscription */
export const RETENTION_MS = { default: 7 * DAY_MS, min: 10 * MINUTE_MS, max: 31 * DAY_MS } as const;
/** Source: google/pubsub/v1/pubsub.proto, Subscription.expiration_policy */
export const EXPIRATION_MS = { default: 31 * DAY_MS, min: DAY_MS } as const;
/** Source: google/pubsub/v1/pubsub.proto, RetryPolicy */
export const RETRY_BACKOFF_MS = {
  defaultMin: 10_000,
  defaultMax: 600_000,
  min: 0,
  max: 600_000,
} as const;
/** Source: google/pubsub/v1/pubsub.proto, DeadLetterPolicy.max_delivery_attempts */
export const DELIVERY_ATTEMPTS = { default: 5, min: 5, max: 100 } as const;
/** Push and export deliveries without a retry policy back off so. Source: https://cloud.google.com/pubsub/docs/push#push_backoff */
export const PUSH_BACKOFF_MS = { min: 100, max: 60_000 } as const;

/** Source: https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax */
export const MAX_FILTER_BYTES = 256;
/** Source: https://cloud.google.com/pubsub/docs/labels#requirements */
export const MAX_LABELS = 64;
/** Lists refuse what is outside; 0 asks for everything. */
export const PAGE_SIZE = { min: 0, max: 1000 } as const;
/** A Pull response is full from here on: with one more message of 10 MB it still fits gRPC's 16 MB of the local cloud. */
export const MAX_RESPONSE_BYTES = 5_000_000;
