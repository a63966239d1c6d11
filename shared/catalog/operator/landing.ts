// Owns topics and the subscriptions that land them in tables: every message kept, retried, and never lost silently.
import { DEAD_LETTER_TOPIC } from '../names.ts';
import type { Landing, ResourceId, ResourceLabels, SubscriptionResource, TopicResource } from './resource.ts';
import { managed } from './wanted-resource.ts';

/** Pub/Sub counts at most 100 attempts; a table that is briefly away or just changed must not make dead letters. */
const MAX_ATTEMPTS = 20;
/** Seconds between attempts. The service allows 0 to 600. */
const BACKOFF_SECONDS = { min: 1, max: 60 } as const;
/** The longest that Pub/Sub keeps a message that nobody took: https://cloud.google.com/pubsub/docs/subscription-properties */
const RETENTION_SECONDS = 31 * 24 * 3600;

/** A topic whose messages are stored in one region only. */
export function topicResource(name: string, region: string, labels: ResourceLabels = {}): TopicResource {
  return { kind: 'topic', name, regions: [region], labels: managed(labels) };
}

/** Where messages go that could not be written. */
export function deadLettersOf(): Pick<Landing, 'deadLetter'> {
  return { deadLetter: { topic: DEAD_LETTER_TOPIC, maxAttempts: MAX_ATTEMPTS } };
}

/** What a landing chooses; the rest is the same for all. */
export type LandingChoice = Pick<Landing, 'table' | 'writes' | 'writeMetadata' | 'deadLetter'>;

/** The subscription that writes a topic into a table. */
export function landingResource(
  name: string,
  topic: string,
  choice: LandingChoice,
  labels: ResourceLabels = {},
): SubscriptionResource {
  return {
    kind: 'subscription',
    name,
    topic,
    landing: {
      ...choice,
      dropUnknownFields: choice.writes === 'fields',
      backoffSeconds: BACKOFF_SECONDS,
      retentionSeconds: RETENTION_SECONDS,
    },
    labels: managed(labels),
  };
}

/** What must be there before a landing. */
export function beforeLanding({ topic, landing }: SubscriptionResource): readonly ResourceId[] {
  return [
    `table ${landing.table}`,
    ...(topic === undefined ? [] : [`topic ${topic}` as const]),
    ...(landing.deadLetter === undefined ? [] : [`topic ${landing.deadLetter.topic}` as const]),
  ];
}
