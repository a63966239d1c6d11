/** google.pubsub.v1.Subscriber: subscriptions, and the ways to get messages out of them. */
import { fromTimestamp } from '../host/messages.ts';
import { type GrpcMethod, type GrpcService, unary } from '../host/service.ts';
import type { Broker } from './broker/broker.ts';
import type { SubscriptionRuntime } from './broker/subscription-runtime.ts';
import { acknowledge, modifyAckDeadline } from './delivery/acknowledgements.ts';
import { pull } from './delivery/pull.ts';
import { serveStreamingPull } from './delivery/streaming-pull.ts';
import type { Destinations } from './destinations.ts';
import { pageOf, type PageRequest } from './paging.ts';
import { detached, invalid, invalidArgument, notServed, wrongSubscriptionType } from './refusals.ts';
import { collectionPrefix, parseName } from './resource-names.ts';
import { deliveryKind, type PushConfig, type Subscription, subscriptionReply } from './resources.ts';
import { changeSubscription, checkSubscription } from './settings/subscription-settings.ts';

export function createSubscriber(broker: Broker, destinations: Destinations): GrpcService {
  const find = (name: string): SubscriptionRuntime => {
    parseName('subscriptions', name);
    return broker.subscription(name);
  };
  return {
    name: 'google.pubsub.v1.Subscriber',
    methods: { ...administration(broker, destinations, find), ...messages(find) },
  };
}

type Find = (name: string) => SubscriptionRuntime;

function administration(broker: Broker, destinations: Destinations, find: Find): Record<string, GrpcMethod> {
  const update = async (current: SubscriptionRuntime, config: Subscription): Promise<void> => {
    await destinations.check(config);
    await broker.updateSubscription(current, config);
  };
  return {
    CreateSubscription: unary<Subscription, object>(async (asked) => {
      const config = checkSubscription({ ...asked, detached: false });
      broker.topic(config.topic);
      await destinations.check(config);
      return reply(broker.createSubscription(config));
    }),
    GetSubscription: unary<{ subscription: string }, object>(({ subscription }) => reply(find(subscription))),
    UpdateSubscription: unary<{ subscription: Subscription | null; updateMask: { paths: string[] } | null }, object>(
      async ({ subscription: asked, updateMask }) => {
        const current = find(asked?.name ?? '');
        if (asked !== null) await update(current, changeSubscription(current.config, asked, updateMask));
        return reply(current);
      },
    ),
    ListSubscriptions: unary<{ project: string } & PageRequest, object>((request) => {
      const page = pageOf(broker.subscriptions(), collectionPrefix('subscriptions', request.project), request);
      return { subscriptions: page.items.map(reply), nextPageToken: page.nextPageToken };
    }),
    DeleteSubscription: unary<{ subscription: string }, object>(async ({ subscription }) => {
      await broker.deleteSubscription(find(subscription).config.name);
      return {};
    }),
    ModifyPushConfig: unary<{ subscription: string; pushConfig: PushConfig | null }, object>(
      async ({ subscription, pushConfig }) => {
        const current = find(subscription);
        await update(current, checkSubscription({ ...current.config, pushConfig }));
        return {};
      },
    ),
  };
}

function messages(find: Find): Record<string, GrpcMethod> {
  return {
    Pull: unary<{ subscription: string; maxMessages: number; returnImmediately: boolean }, object>((request) => {
      const subscription = pullable(find(request.subscription));
      if (request.maxMessages <= 0) throw invalidArgument('max_messages');
      return pull(subscription, request);
    }),
    StreamingPull: { kind: 'bidi', open: (stream) => serveStreamingPull(stream, (name) => pullable(find(name))) },
    Acknowledge: unary<{ subscription: string; ackIds: string[] }, object>(async ({ subscription, ackIds }) => {
      await acknowledge(find(subscription), ackIds);
      return {};
    }),
    ModifyAckDeadline: unary<{ subscription: string; ackIds: string[]; ackDeadlineSeconds: number }, object>(
      ({ subscription, ackIds, ackDeadlineSeconds }) => {
        modifyAckDeadline(find(subscription), ackIds, ackDeadlineSeconds);
        return {};
      },
    ),
    Seek: unary<{ subscription: string; time?: { seconds: string; nanos: number }; snapshot?: string }, object>(
      async ({ subscription, time, snapshot }) => {
        const found = find(subscription);
        if (snapshot) throw notServed('snapshots');
        const timeMs = fromTimestamp(time);
        if (timeMs === undefined) throw invalid('Seek requires a time or a snapshot.');
        await found.seek(timeMs);
        return {};
      },
    ),
  };
}

function pullable(subscription: SubscriptionRuntime): SubscriptionRuntime {
  const { config } = subscription;
  if (config.detached) throw detached(config.name);
  if (deliveryKind(config) !== 'pull') throw wrongSubscriptionType();
  return subscription;
}

function reply(subscription: SubscriptionRuntime): object {
  const topicRetention = subscription.topic.config?.messageRetentionDuration ?? null;
  return subscriptionReply(subscription.config, { topicRetention, destination: subscription.destination });
}
