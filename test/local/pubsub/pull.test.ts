import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '#test/eventually.ts';
import { startPubSub, subscriptionName, topicName } from './clients.ts';

const { cloud, pubsub, publisher, subscriber } = await startPubSub({ frozen: true });

interface Pulled {
  readonly data: string;
  readonly ackId: string;
  readonly attempt: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Everything that can be had now. */
async function pullNow(id: string, maxMessages = 100): Promise<Pulled[]> {
  const request = { subscription: subscriptionName(id), maxMessages, returnImmediately: true };
  const [{ receivedMessages }] = await subscriber.pull(request);
  return (receivedMessages ?? []).map(({ ackId, message, deliveryAttempt }) => ({
    data: String(message?.data ?? ''),
    ackId: ackId ?? '',
    attempt: deliveryAttempt ?? 0,
    attributes: message?.attributes ?? {},
  }));
}

async function setUp(id: string, settings: object = {}): Promise<void> {
  await pubsub.createTopic(id);
  await subscriber.createSubscription({ name: subscriptionName(id), topic: topicName(id), ...settings });
}

async function publish(id: string, ...payloads: string[]): Promise<void> {
  await publisher.publish({ topic: topicName(id), messages: payloads.map((data) => ({ data: Buffer.from(data) })) });
}

async function nack(id: string, pulled: readonly Pulled[]): Promise<void> {
  const ackIds = pulled.map(({ ackId }) => ackId);
  await subscriber.modifyAckDeadline({ subscription: subscriptionName(id), ackIds, ackDeadlineSeconds: 0 });
}

async function ack(id: string, pulled: readonly Pulled[]): Promise<void> {
  await subscriber.acknowledge({ subscription: subscriptionName(id), ackIds: pulled.map(({ ackId }) => ackId) });
}

const data = (pulled: readonly Pulled[]): string[] => pulled.map((message) => message.data);

test('a message comes again when its deadline has passed, and not before; acknowledged, it does not come again', async () => {
  await setUp('leases', { ackDeadlineSeconds: 20 });
  await publish('leases', 'a', 'b');
  const first = await pullNow('leases');
  assert.deepEqual(data(first), ['a', 'b']);
  await ack('leases', first.slice(0, 1));
  await cloud.clock.advance(19_999);
  assert.deepEqual(await pullNow('leases'), []);
  await cloud.clock.advance(1);
  const again = await pullNow('leases');
  assert.deepEqual(data(again), ['b']);
  assert.equal(again[0]?.attempt, 0, 'attempts are only counted with a dead-letter policy');
  await ack('leases', again);
  await cloud.clock.advance(60_000);
  assert.deepEqual(await pullNow('leases'), []);
});

test('a deadline can be moved, to later and to now', async () => {
  await setUp('deadlines');
  await publish('deadlines', 'a');
  const pulled = await pullNow('deadlines');
  const ackIds = pulled.map(({ ackId }) => ackId);
  await subscriber.modifyAckDeadline({ subscription: subscriptionName('deadlines'), ackIds, ackDeadlineSeconds: 60 });
  await cloud.clock.advance(59_000);
  assert.deepEqual(await pullNow('deadlines'), []);
  await nack('deadlines', pulled);
  assert.deepEqual(data(await pullNow('deadlines')), ['a']);
});

test('a late acknowledgement still counts', async () => {
  await setUp('late');
  await publish('late', 'a');
  const pulled = await pullNow('late');
  await cloud.clock.advance(11_000);
  await ack('late', pulled);
  assert.deepEqual(await pullNow('late'), []);
});

test('a pull waits for the first message', async () => {
  await setUp('waiting');
  const waiting = subscriber.pull({ subscription: subscriptionName('waiting'), maxMessages: 5 });
  await publish('waiting', 'a');
  const [{ receivedMessages }] = await waiting;
  assert.equal(String(receivedMessages?.[0]?.message?.data), 'a');
});

test('acknowledgements and pulls that make no sense are refused', async () => {
  await setUp('refusals');
  const subscription = subscriptionName('refusals');
  await assert.rejects(subscriber.acknowledge({ subscription, ackIds: ['not an id'] }), {
    code: 3,
    details: 'You have passed an invalid ack ID to the service (ack_id=not an id).',
  });
  await assert.rejects(subscriber.acknowledge({ subscription, ackIds: [] }), {
    details: 'You have not specified an ack ID in the request.',
  });
  await assert.rejects(subscriber.modifyAckDeadline({ subscription, ackIds: ['a-b-c'], ackDeadlineSeconds: 601 }), {
    details: 'Invalid ack deadline given (ack_deadline=601). The ack deadline must be between 0 and 600 seconds.',
  });
  await assert.rejects(subscriber.pull({ subscription, maxMessages: 0 }), {
    details: 'You have passed an invalid argument to the service (argument=max_messages).',
  });
  await publish('leases', 'theirs');
  const theirs = await pullNow('leases');
  await assert.rejects(subscriber.acknowledge({ subscription, ackIds: theirs.map(({ ackId }) => ackId) }), { code: 3 });
});

test('a retry policy doubles the wait after every failure', async () => {
  await setUp('retries', { retryPolicy: { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 30 } } });
  await publish('retries', 'a');
  for (const waitMs of [10_000, 20_000, 30_000, 30_000]) {
    await nack('retries', await pullNow('retries'));
    await cloud.clock.advance(waitMs - 1);
    assert.deepEqual(await pullNow('retries'), [], `${waitMs} ms have not passed`);
    await cloud.clock.advance(1);
  }
  assert.deepEqual(data(await pullNow('retries')), ['a']);
});

test('after the last attempt a message goes to the dead-letter topic, with where it comes from', async () => {
  await setUp('graveyard');
  await pubsub.createTopic('mortal');
  await subscriber.createSubscription({
    name: subscriptionName('mortal-sub'),
    topic: topicName('mortal'),
    deadLetterPolicy: { deadLetterTopic: topicName('graveyard'), maxDeliveryAttempts: 5 },
  });
  await publisher.publish({
    topic: topicName('mortal'),
    messages: [{ data: Buffer.from('poison'), attributes: { a: 'b' }, orderingKey: 'k' }],
  });
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const pulled = await pullNow('mortal-sub');
    assert.deepEqual(
      pulled.map((message) => message.attempt),
      [attempt],
    );
    if (attempt % 2 === 0) await nack('mortal-sub', pulled);
    else await cloud.clock.advance(10_000);
  }
  let dead: Pulled[] = [];
  await until(async () => (dead = await pullNow('graveyard')).length > 0, 'the dead letter');
  assert.equal(dead[0]?.data, 'poison');
  assert.deepEqual(dead[0]?.attributes, {
    a: 'b',
    CloudPubSubDeadLetterSourceDeliveryCount: '5',
    CloudPubSubDeadLetterSourceSubscription: 'mortal-sub',
    CloudPubSubDeadLetterSourceSubscriptionProject: 'test-project',
    CloudPubSubDeadLetterSourceTopicPublishTime: dead[0]?.attributes['CloudPubSubDeadLetterSourceTopicPublishTime'],
  });
  assert.match(
    dead[0]?.attributes['CloudPubSubDeadLetterSourceTopicPublishTime'] ?? '',
    /^2026-08-01T12:\d\d:\d\d\.\d{3}\+00:00$/,
  );
  await cloud.clock.advance(60_000);
  assert.deepEqual(await pullNow('mortal-sub'), []);
});

test('a message whose dead-letter topic is gone is not lost', async () => {
  await pubsub.createTopic('gone');
  await setUp('homeless', { deadLetterPolicy: { deadLetterTopic: topicName('gone'), maxDeliveryAttempts: 5 } });
  await publisher.deleteTopic({ topic: topicName('gone') });
  await publish('homeless', 'a');
  for (let attempt = 1; attempt <= 5; attempt += 1) await nack('homeless', await pullNow('homeless'));
  assert.deepEqual(await pullNow('homeless'), []);
  await cloud.clock.advance(10_000);
  assert.deepEqual(data(await pullNow('homeless')), ['a']);
});

test('a filter lets only matching messages through', async () => {
  await setUp('filtered', { filter: 'attributes.country = "SE" OR hasPrefix(attributes.country, "D")' });
  const messages = ['SE', 'NO', 'DE', 'DK', 'FR'].map((country) => ({
    data: Buffer.from(country),
    attributes: { country },
  }));
  await publisher.publish({ topic: topicName('filtered'), messages: [...messages, { data: Buffer.from('none') }] });
  assert.deepEqual(data(await pullNow('filtered')), ['SE', 'DE', 'DK']);
});

test('seeking to a time replays what is retained and skips what is not wanted', async () => {
  await setUp('seeking', { retainAckedMessages: true });
  const times: number[] = [];
  for (const payload of ['a', 'b', 'c']) {
    times.push(cloud.clock.now());
    await publish('seeking', payload);
    await cloud.clock.advance(60_000);
  }
  await ack('seeking', await pullNow('seeking'));
  const seek = async (ms: number): Promise<void> => {
    await subscriber.seek({ subscription: subscriptionName('seeking'), time: { seconds: ms / 1000 } });
  };
  await seek(times[1] ?? 0);
  const replayed = await pullNow('seeking');
  assert.deepEqual(data(replayed), ['b', 'c']);
  await seek(times[2] ?? 0);
  assert.deepEqual(data(await pullNow('seeking')), ['c']);
  await seek(cloud.clock.now() + 1000);
  assert.deepEqual(await pullNow('seeking'), []);
  await cloud.restart();
  assert.deepEqual(await pullNow('seeking'), []);
});

test('without retention of acknowledged messages, seeking back brings back none of them', async () => {
  await setUp('forgetting');
  const before = cloud.clock.now();
  await publish('forgetting', 'a', 'b');
  const pulled = await pullNow('forgetting');
  await ack('forgetting', pulled.slice(0, 1));
  await subscriber.seek({ subscription: subscriptionName('forgetting'), time: { seconds: before / 1000 } });
  assert.deepEqual(data(await pullNow('forgetting')), ['b']);
});

test('messages past their retention are dropped', async () => {
  await setUp('short', { messageRetentionDuration: { seconds: 3600 } });
  await publish('short', 'old');
  await cloud.clock.advance(3_000_000);
  await publish('short', 'new');
  await cloud.clock.advance(1_500_000);
  assert.deepEqual(data(await pullNow('short')), ['new']);
});

test('messages of an ordering key come one holder at a time, in order, and a failure brings the rest back', async () => {
  await setUp('ordered', { enableMessageOrdering: true });
  for (const [key, payload] of [
    ['k', '1'],
    ['other', 'x'],
    ['k', '2'],
    ['k', '3'],
  ] as const) {
    await publisher.publish({
      topic: topicName('ordered'),
      messages: [{ data: Buffer.from(payload), orderingKey: key }],
    });
  }
  const first = await pullNow('ordered', 3);
  assert.deepEqual(data(first), ['1', 'x', '2']);
  assert.deepEqual(await pullNow('ordered'), [], 'the key is with the first puller');
  await nack('ordered', first.slice(0, 1));
  const again = await pullNow('ordered');
  assert.deepEqual(data(again), ['1', '2', '3']);
  await ack('ordered', again.slice(0, 2));
  assert.deepEqual(await pullNow('ordered'), []);
  await cloud.clock.advance(10_000);
  assert.deepEqual(data(await pullNow('ordered')).toSorted(), ['3', 'x']);
});

test('what was acknowledged stays so over a restart, and the rest comes again', async () => {
  await setUp('restarting', { deadLetterPolicy: { deadLetterTopic: topicName('graveyard'), maxDeliveryAttempts: 5 } });
  await publish('restarting', 'a', 'b', 'c');
  const pulled = await pullNow('restarting');
  await ack('restarting', pulled.slice(1, 2));
  await nack('restarting', pulled.slice(2));
  await cloud.restart();
  const rest = await pullNow('restarting');
  assert.deepEqual(
    rest.map((message) => [message.data, message.attempt]),
    [
      ['a', 1],
      ['c', 2],
    ],
  );
  await ack('restarting', pulled.slice(0, 1));
  await ack('restarting', rest.slice(1));
  await cloud.clock.advance(10_000);
  assert.deepEqual(await pullNow('restarting'), []);
});
