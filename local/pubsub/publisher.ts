/** google.pubsub.v1.Publisher: topics, and messages sent to them. */
import { type GrpcService, unary } from '../host/service.ts';
import type { CloudClock } from '../primitives/clock.ts';
import type { Broker } from './broker/broker.ts';
import { pageOf, type PageRequest } from './paging.ts';
import { collectionPrefix, parseName } from './resource-names.ts';
import { type Topic, topicReply } from './resources.ts';
import { changeTopic, checkTopic } from './settings/topic-settings.ts';
import { readPublishRequest } from './wire/publish-request.ts';

export function createPublisher(broker: Broker, clock: CloudClock): GrpcService {
  return {
    name: 'google.pubsub.v1.Publisher',
    methods: {
      CreateTopic: unary<Topic, object>((asked) => {
        const config = checkTopic(asked);
        broker.createTopic(config);
        return topicReply(config);
      }),
      UpdateTopic: unary<{ topic: Topic | null; updateMask: { paths: string[] } | null }, object>(
        ({ topic: asked, updateMask }) => {
          const topic = broker.topic(named('topics', asked?.name ?? ''));
          const current = topic.config;
          if (asked === null || current === undefined) return {};
          const config = changeTopic(current, asked, updateMask);
          broker.updateTopic(topic, config);
          return topicReply(config);
        },
      ),
      GetTopic: unary<{ topic: string }, object>(({ topic }) => {
        const { config } = broker.topic(named('topics', topic));
        return config === undefined ? {} : topicReply(config);
      }),
      ListTopics: unary<{ project: string } & PageRequest, object>((request) => {
        const prefix = collectionPrefix('topics', request.project);
        const page = pageOf(broker.topics(), prefix, request);
        return {
          topics: page.items.flatMap(({ config }) => (config === undefined ? [] : [topicReply(config)])),
          nextPageToken: page.nextPageToken,
        };
      }),
      ListTopicSubscriptions: unary<{ topic: string } & PageRequest, object>((request) => {
        const { subscriptions } = broker.topic(named('topics', request.topic));
        const entries = [...subscriptions].map(({ config: { name } }): [string, string] => [name, name]);
        const page = pageOf(entries, '', request);
        return { subscriptions: page.items, nextPageToken: page.nextPageToken };
      }),
      DeleteTopic: unary<{ topic: string }, object>(async ({ topic }) => {
        await broker.deleteTopic(named('topics', topic));
        return {};
      }),
      DetachSubscription: unary<{ subscription: string }, object>(async ({ subscription }) => {
        await broker.detachSubscription(broker.subscription(named('subscriptions', subscription)));
        return {};
      }),
      Publish: {
        kind: 'raw',
        async handle(bytes) {
          const { topic: name, count, body } = readPublishRequest(bytes);
          const topic = broker.topic(named('topics', name));
          const { head } = await topic.publish(body, count, clock.now());
          return {
            messageIds: Array.from({ length: count }, (_, index) => topic.messageId(head.firstSequence + index)),
          };
        },
      },
    },
  };
}

/** The name, checked: Google tells a malformed name from one of nothing. */
function named(collection: 'topics' | 'subscriptions', name: string): string {
  parseName(collection, name);
  return name;
}
