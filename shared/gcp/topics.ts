// Owns topics of Pub/Sub as the operator keeps them.
import type { PubSub } from '@google-cloud/pubsub';
import type { TopicResource } from '../catalog/operator/resource.ts';
import { toPlatformError } from './failure.ts';
import { labelsFrom } from './labels.ts';
import { change, createOnce, removeOnce } from './resource-failure.ts';

/** Every topic of the project. */
export async function listTopics(client: PubSub): Promise<readonly TopicResource[]> {
  const [topics] = await client.getTopics().catch((error: unknown) => {
    throw toPlatformError(error);
  });
  return topics.map(({ name, metadata }) => ({
    kind: 'topic',
    name: lastPart(name),
    regions: metadata?.messageStoragePolicy?.allowedPersistenceRegions ?? [],
    labels: labelsFrom(metadata?.labels),
  }));
}

export function createTopic(client: PubSub, resource: TopicResource): Promise<'created' | 'exists'> {
  return createOnce(resource, () => client.createTopic({ name: resource.name, ...definition(resource) }));
}

export function updateTopic(client: PubSub, target: TopicResource): Promise<void> {
  return change(target, () => client.topic(target.name).setMetadata(definition(target)));
}

export function removeTopic(client: PubSub, resource: TopicResource): Promise<void> {
  return removeOnce(resource, () => client.topic(resource.name).delete());
}

/** The name of a topic or subscription within its project. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function definition({ regions, labels }: TopicResource): {
  labels: Record<string, string>;
  messageStoragePolicy: { allowedPersistenceRegions: string[] };
} {
  return { labels: { ...labels }, messageStoragePolicy: { allowedPersistenceRegions: [...regions] } };
}
