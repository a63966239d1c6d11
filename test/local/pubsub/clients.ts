/** Google's own Pub/Sub clients on a local cloud in this process. */
import { after } from 'node:test';
import type * as PubSubLibrary from '@google-cloud/pubsub';
import type { BigQuerySink } from '#local/pubsub/bigquery-sink.ts';
import { startTestCloud, TEST_PROJECT, type TestCloud } from '../cloud-harness.ts';

type Library = typeof PubSubLibrary;

export interface PubSubClients {
  readonly cloud: TestCloud;
  readonly library: Library;
  /** The hand-written client that applications use. */
  readonly pubsub: InstanceType<Library['PubSub']>;
  /** The generated ones, method for method. */
  readonly publisher: InstanceType<Library['v1']['PublisherClient']>;
  readonly subscriber: InstanceType<Library['v1']['SubscriberClient']>;
}

/** Starts a cloud and connects to it; all is closed after the tests of the file. */
export async function startPubSub(
  options: { readonly frozen?: boolean; readonly bigQuerySink?: BigQuerySink } = {},
): Promise<PubSubClients> {
  const cloud = await startTestCloud(options);
  const library = await import('@google-cloud/pubsub');
  const pubsub = new library.PubSub();
  // The two libraries' types differ in whether an option may be undefined.
  const config = (await pubsub.getClientConfig()) as ConstructorParameters<typeof library.v1.PublisherClient>[0];
  const publisher = new library.v1.PublisherClient(config);
  const subscriber = new library.v1.SubscriberClient(config);
  after(async () => {
    await Promise.all([pubsub.close(), publisher.close(), subscriber.close()]);
  });
  return { cloud, library, pubsub, publisher, subscriber };
}

export function topicName(id: string): string {
  return `projects/${TEST_PROJECT}/topics/${id}`;
}

export function subscriptionName(id: string): string {
  return `projects/${TEST_PROJECT}/subscriptions/${id}`;
}
