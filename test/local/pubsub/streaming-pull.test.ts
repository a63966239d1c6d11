import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message, Subscription } from '@google-cloud/pubsub';
import { until } from '#test/eventually.ts';
import { startPubSub, subscriptionName, topicName } from './clients.ts';

const { cloud, library, pubsub, publisher, subscriber } = await startPubSub();

async function listen(subscription: Subscription, onMessage: (message: Message) => void): Promise<() => Promise<void>> {
  const failures: unknown[] = [];
  subscription.on('message', onMessage);
  subscription.on('error', (error) => void failures.push(error));
  return async () => {
    await subscription.close();
    assert.deepEqual(failures, []);
  };
}

async function setUp(id: string, settings: object = {}): Promise<Subscription> {
  await pubsub.createTopic(id);
  await subscriber.createSubscription({ name: subscriptionName(id), topic: topicName(id), ...settings });
  return pubsub.subscription(id);
}

test('everything published reaches a streaming subscriber once, also what was there before and what comes after a restart', async () => {
  const subscription = await setUp('stream');
  const topic = pubsub.topic('stream', { batching: { maxMessages: 100, maxMilliseconds: 5 } });
  const publish = async (from: number, to: number): Promise<void> => {
    const numbers = Array.from({ length: to - from }, (_, index) => from + index);
    await Promise.all(numbers.map((number) => topic.publishMessage({ data: Buffer.from(String(number)) })));
  };
  await publish(0, 2500);
  const seen = new Map<string, number>();
  const close = await listen(subscription, (message) => {
    const key = message.data.toString();
    seen.set(key, (seen.get(key) ?? 0) + 1);
    message.ack();
  });
  await publish(2500, 3000);
  await until(() => seen.size === 3000, '3000 messages');
  assert.deepEqual(
    [...seen.values()].filter((times) => times > 1),
    [],
  );
  await cloud.restart();
  await publish(3000, 3100);
  await until(() => seen.size === 3100, 'the messages after the restart');
  await close();
  const [left] = await subscriber.pull({
    subscription: subscriptionName('stream'),
    maxMessages: 10,
    returnImmediately: true,
  });
  assert.deepEqual(left.receivedMessages, [], 'everything was acknowledged');
});

test('a subscriber that holds as many messages as it asked for gets more only as it acknowledges', async () => {
  await setUp('flow');
  await publisher.publish({
    topic: topicName('flow'),
    messages: Array.from({ length: 50 }, (_, index) => ({ data: Buffer.from(String(index)) })),
  });
  const held: Message[] = [];
  const ids = new Set<string>();
  const subscription = pubsub.subscription('flow', {
    flowControl: { maxMessages: 7, allowExcessMessages: false },
    streamingOptions: { maxStreams: 1 },
    batching: { maxMilliseconds: 1 },
  });
  const close = await listen(subscription, (message) => {
    held.push(message);
    ids.add(message.id);
    assert.ok(held.length <= 7, 'no more than seven at once');
  });
  for (let expected = 7; expected < 50; expected += 1) {
    await until(() => ids.size === expected, `message ${expected}`);
    held.shift()?.ack();
  }
  await until(() => ids.size === 50, 'the last message');
  for (const message of held) message.ack();
  await close();
});

test('messages of an ordering key arrive in the order in which they were published, also after a failure', async () => {
  const subscription = await setUp('ordered', { enableMessageOrdering: true });
  const topic = pubsub.topic('ordered', { messageOrdering: true });
  const KEYS = ['a', 'b', 'c'];
  for (let index = 0; index < 40; index += 1) {
    for (const orderingKey of KEYS) void topic.publishMessage({ data: Buffer.from(String(index)), orderingKey });
  }
  await topic.flush();
  const done = new Map(KEYS.map((key) => [key, 0]));
  let failures = 0;
  const close = await listen(subscription, (message) => {
    const key = message.orderingKey ?? '';
    const expected = done.get(key) ?? -1;
    assert.ok(Number(message.data.toString()) <= expected, `${message.data.toString()} of ${key} skipped ${expected}`);
    if (message.data.toString() === '20' && failures < 3) {
      failures += 1;
      message.nack();
      return;
    }
    if (Number(message.data.toString()) === expected) done.set(key, expected + 1);
    message.ack();
  });
  await until(() => [...done.values()].every((count) => count === 40), 'all messages of all keys');
  assert.equal(failures, 3);
  await close();
});

test('with exactly-once delivery, acknowledging says whether it counted', async () => {
  const subscription = await setUp('exactly', { enableExactlyOnceDelivery: true });
  await pubsub.topic('exactly').publishMessage({ data: Buffer.from('once') });
  const received: Message[] = [];
  const close = await listen(subscription, (message) => void received.push(message));
  await until(() => received.length === 1, 'the message');
  assert.equal(await received[0]?.ackWithResponse(), library.AckResponses.Success);

  await pubsub.topic('exactly').publishMessage({ data: Buffer.from('twice') });
  await until(() => received.length === 2, 'the second message');
  // Somebody else gives the message back behind the subscriber's back: its lease is not the current one any more.
  const lost = received[1];
  await subscriber.modifyAckDeadline({
    subscription: subscriptionName('exactly'),
    ackIds: [lost?.ackId ?? ''],
    ackDeadlineSeconds: 0,
  });
  await assert.rejects(lost?.ackWithResponse() ?? Promise.resolve(), (error: { errorCode?: string }) => {
    assert.equal(error.errorCode, library.AckResponses.Invalid);
    return true;
  });
  await until(() => received.length === 3, 'the second message again');
  assert.equal(received[2]?.id, lost?.id);
  assert.equal(await received[2]?.ackWithResponse(), library.AckResponses.Success);
  await close();
  // Exactly-once acknowledgements are on disk before they are answered.
  await cloud.restart();
  const [left] = await subscriber.pull({
    subscription: subscriptionName('exactly'),
    maxMessages: 10,
    returnImmediately: true,
  });
  assert.deepEqual(left.receivedMessages, []);
});

test('a stream that cannot be served is ended with the reason', async () => {
  await setUp('pushed', { pushConfig: { pushEndpoint: 'https://example.com/push' } });
  await setUp('short');
  for (const [id, streamAckDeadlineSeconds, code, details] of [
    ['nowhere', 10, 5, 'Resource not found (resource=nowhere).'],
    ['pushed', 10, 9, 'This method is not supported for this subscription type.'],
    [
      'short',
      9,
      3,
      'Invalid ack deadline given (ack_deadline=9). The ack deadline must be between 10 and 600 seconds.',
    ],
  ] as const) {
    const stream = subscriber.streamingPull();
    const failure = new Promise<{ code?: number; details?: string }>((resolve) => stream.on('error', resolve));
    stream.write({ subscription: subscriptionName(id), streamAckDeadlineSeconds });
    const error = await failure;
    assert.deepEqual([error.code, error.details], [code, details]);
  }
});

test('a stream ends when its subscription is deleted', async () => {
  await setUp('deleted');
  const stream = subscriber.streamingPull();
  const failure = new Promise<{ code?: number }>((resolve) => stream.on('error', resolve));
  stream.write({ subscription: subscriptionName('deleted'), streamAckDeadlineSeconds: 10 });
  await new Promise((resolve) => stream.once('data', resolve));
  await subscriber.deleteSubscription({ subscription: subscriptionName('deleted') });
  assert.equal((await failure).code, 5);
});

test('streams end when their subscription is turned into a push subscription', async () => {
  await setUp('turned');
  const stream = subscriber.streamingPull();
  const failure = new Promise<{ code?: number }>((resolve) => stream.on('error', resolve));
  stream.write({ subscription: subscriptionName('turned'), streamAckDeadlineSeconds: 10 });
  await new Promise((resolve) => stream.once('data', resolve));
  const pushConfig = { pushEndpoint: 'https://example.com/push' };
  await subscriber.modifyPushConfig({ subscription: subscriptionName('turned'), pushConfig });
  assert.equal((await failure).code, 9);
});

test('a keep-alive is answered', async () => {
  await setUp('alive');
  const stream = subscriber.streamingPull();
  stream.on('error', () => undefined);
  let answers = 0;
  stream.on('data', () => (answers += 1));
  stream.write({ subscription: subscriptionName('alive'), streamAckDeadlineSeconds: 10, protocolVersion: 1 });
  await until(() => answers === 1, 'the properties of the subscription');
  stream.write({});
  await until(() => answers === 2, 'the answer to the keep-alive');
  stream.destroy();
});
