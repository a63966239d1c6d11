import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPubSub, subscriptionName, topicName } from './clients.ts';

const { cloud, pubsub, publisher, subscriber } = await startPubSub();
await pubsub.createTopic('events');
await pubsub.topic('events').createSubscription('events-sub');
const topic = topicName('events');

const INVALID = 3;
const DATA = { data: Buffer.from('x') };

test('ids are decimal, increase, and go on increasing after a restart', async () => {
  const ids: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const [reply] = await publisher.publish({ topic, messages: [DATA, DATA] });
    ids.push(...(reply.messageIds ?? []));
    await cloud.restart();
  }
  assert.equal(ids.length, 6);
  for (const id of ids) assert.match(id, /^\d+$/);
  assert.deepEqual(
    ids,
    ids.toSorted((left, right) => Number(BigInt(left) - BigInt(right))),
  );
  assert.equal(new Set(ids).size, ids.length);
});

test('what is published over REST comes out over gRPC, and the other way round', async () => {
  await subscriber.seek({ subscription: subscriptionName('events-sub'), time: { seconds: 4e9 } });
  const message = { data: Buffer.from('über REST').toString('base64'), attributes: { kind: 'a b' }, orderingKey: 'k' };
  const published = await fetch(`${cloud.url}/v1/${topic}:publish`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [message] }),
  });
  const { messageIds } = (await published.json()) as { messageIds: string[] };
  const [pulled] = await subscriber.pull({ subscription: subscriptionName('events-sub'), maxMessages: 10 });
  const [received] = pulled.receivedMessages ?? [];
  assert.equal(String(received?.message?.data), 'über REST');
  assert.deepEqual(received?.message?.attributes, { kind: 'a b' });
  assert.equal(received?.message?.orderingKey, 'k');
  assert.equal(received?.message?.messageId, messageIds[0]);

  await publisher.publish({ topic, messages: [{ data: Buffer.from('over gRPC'), attributes: { n: '1' } }] });
  const pull = await fetch(`${cloud.url}/v1/${subscriptionName('events-sub')}:pull`, {
    method: 'POST',
    body: JSON.stringify({ maxMessages: 5 }),
  });
  const { receivedMessages } = (await pull.json()) as { receivedMessages: { message: Record<string, unknown> }[] };
  assert.equal(receivedMessages[0]?.message['data'], Buffer.from('over gRPC').toString('base64'));
  assert.deepEqual(receivedMessages[0]?.message['attributes'], { n: '1' });
  assert.match(String(receivedMessages[0]?.message['publishTime']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

const attributes = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

const REFUSED: readonly (readonly [string, object[], string | RegExp])[] = [
  [
    'no message',
    [],
    'The value for message_count is too small. You passed 0 in the request, but the minimum value is 1.',
  ],
  [
    '1001 messages',
    Array.from({ length: 1001 }, () => DATA),
    'The value for message_count is too large. You passed 1001 in the request, but the maximum value is 1000.',
  ],
  [
    'an empty message',
    [DATA, {}],
    'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.',
  ],
  ['101 attributes', [{ attributes: attributes(101) }], /num_attributes is too large. You passed 101/],
  ['a long key', [{ attributes: { ['k'.repeat(257)]: 'v' } }], /attribute_key_size is too large. You passed 257/],
  ['a long value', [{ attributes: { k: 'ü'.repeat(513) } }], /attribute_value_size is too large. You passed 1026/],
  ['a reserved key', [{ attributes: { googly: 'v' } }], /goog/],
  ['an empty key', [{ attributes: { '': 'v' } }], /non-empty/],
  [
    'a long ordering key',
    [{ ...DATA, orderingKey: 'o'.repeat(1025) }],
    /ordering_key_size is too large. You passed 1025/,
  ],
  [
    'two ordering keys',
    [
      { ...DATA, orderingKey: 'a' },
      { ...DATA, orderingKey: 'b' },
    ],
    /same ordering key/,
  ],
  [
    '10 MB and a bit',
    [{ data: Buffer.alloc(10_000_000) }],
    /The value for request_size is too large. You passed 1000\d+ in the request, but the maximum value is 10000000/,
  ],
];

test('publish requests that Google refuses are refused, in its words, and nothing of them is kept', async (context) => {
  for (const [what, messages, details] of REFUSED) {
    await context.test(what, async () => {
      await assert.rejects(publisher.publish({ topic, messages }), { code: INVALID, details });
    });
  }
  const [none] = await subscriber.pull({
    subscription: subscriptionName('events-sub'),
    maxMessages: 10,
    returnImmediately: true,
  });
  assert.deepEqual(none.receivedMessages, []);
});

test('limits are reached without being refused', async () => {
  const [reply] = await publisher.publish({ topic, messages: Array.from({ length: 1000 }, () => DATA) });
  assert.equal(reply.messageIds?.length, 1000);
  await publisher.publish({ topic, messages: [{ attributes: attributes(100) }] });
  await publisher.publish({
    topic,
    messages: [{ attributes: { ['k'.repeat(256)]: 'v'.repeat(1024) }, orderingKey: 'o'.repeat(1024) }],
  });
  await publisher.publish({ topic, messages: [{ data: Buffer.alloc(9_999_000) }] });
});

test('a topic that does not exist takes nothing', async () => {
  await assert.rejects(publisher.publish({ topic: topicName('nowhere'), messages: [DATA] }), {
    code: 5,
    details: 'Resource not found (resource=nowhere).',
  });
  await assert.rejects(publisher.publish({ topic: 'nonsense', messages: [DATA] }), { code: INVALID });
});
