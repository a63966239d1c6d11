import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPubSub, subscriptionName, topicName } from './clients.ts';

const { cloud, pubsub, publisher, subscriber } = await startPubSub();

const INVALID = 3;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const FAILED_PRECONDITION = 9;
const UNIMPLEMENTED = 12;

test('a topic can be made, read, changed, listed and deleted, and keeps what it was given', async () => {
  const name = topicName('orders');
  await publisher.createTopic({
    name,
    labels: { team: 'shop' },
    kmsKeyName: 'projects/p/locations/l/keyRings/r/cryptoKeys/k',
    messageRetentionDuration: { seconds: 3600 },
  });
  const [made] = await publisher.getTopic({ topic: name });
  assert.deepEqual(made.labels, { team: 'shop' });
  assert.equal(made.kmsKeyName, 'projects/p/locations/l/keyRings/r/cryptoKeys/k');
  assert.equal(Number(made.messageRetentionDuration?.seconds), 3600);

  const [changed] = await publisher.updateTopic({
    topic: { name, labels: { team: 'other' }, kmsKeyName: 'ignored: not in the mask' },
    updateMask: { paths: ['labels', 'message_retention_duration'] },
  });
  assert.deepEqual(changed.labels, { team: 'other' });
  assert.equal(changed.kmsKeyName, made.kmsKeyName);
  assert.equal(changed.messageRetentionDuration, null);

  await publisher.deleteTopic({ topic: name });
  await assert.rejects(publisher.getTopic({ topic: name }), {
    code: NOT_FOUND,
    details: 'Resource not found (resource=orders).',
  });
});

test('a subscription shows the defaults that Google fills in', async () => {
  await pubsub.createTopic('defaults');
  const [made] = await subscriber.createSubscription({
    name: subscriptionName('defaults-sub'),
    topic: topicName('defaults'),
  });
  assert.equal(made.ackDeadlineSeconds, 10);
  assert.equal(Number(made.messageRetentionDuration?.seconds), 7 * 24 * 3600);
  assert.equal(Number(made.expirationPolicy?.ttl?.seconds), 31 * 24 * 3600);
  assert.equal(made.state, 'ACTIVE');
  assert.equal(made.pushConfig?.pushEndpoint, '');
  const reply = await fetch(`${cloud.url}/v1/${subscriptionName('defaults-sub')}`);
  assert.partialDeepStrictEqual(await reply.json(), {
    name: subscriptionName('defaults-sub'),
    topic: topicName('defaults'),
    pushConfig: {},
    ackDeadlineSeconds: 10,
    messageRetentionDuration: '604800s',
    expirationPolicy: { ttl: '2678400s' },
    state: 'ACTIVE',
  });
});

test('a subscription can be changed field by field, and only where Google lets it', async () => {
  await pubsub.createTopic('changes');
  await pubsub.createTopic('changes-dead');
  const name = subscriptionName('changes-sub');
  await subscriber.createSubscription({
    name,
    topic: topicName('changes'),
    filter: 'attributes:a',
    labels: { a: 'b' },
  });
  const [changed] = await subscriber.updateSubscription({
    subscription: {
      name,
      ackDeadlineSeconds: 60,
      retryPolicy: { minimumBackoff: { seconds: 1 } },
      deadLetterPolicy: { deadLetterTopic: topicName('changes-dead') },
      enableExactlyOnceDelivery: true,
      expirationPolicy: {},
    },
    updateMask: {
      paths: [
        'ack_deadline_seconds',
        'retry_policy',
        'dead_letter_policy',
        'enable_exactly_once_delivery',
        'expiration_policy',
      ],
    },
  });
  assert.equal(changed.ackDeadlineSeconds, 60);
  assert.equal(Number(changed.retryPolicy?.minimumBackoff?.seconds), 1);
  assert.equal(Number(changed.retryPolicy?.maximumBackoff?.seconds), 600);
  assert.equal(changed.deadLetterPolicy?.maxDeliveryAttempts, 5);
  assert.equal(changed.enableExactlyOnceDelivery, true);
  assert.equal(changed.expirationPolicy?.ttl, null);
  assert.deepEqual(changed.labels, { a: 'b' });
  for (const path of ['name', 'topic', 'filter', 'enable_message_ordering']) {
    await assert.rejects(subscriber.updateSubscription({ subscription: { name }, updateMask: { paths: [path] } }), {
      code: INVALID,
      details: `Invalid update_mask provided in the UpdateSubscriptionRequest: the '${path}' field in the Subscription is not mutable.`,
    });
  }
  await assert.rejects(
    subscriber.updateSubscription({ subscription: { name }, updateMask: { paths: ['pushconfig'] } }),
    {
      code: INVALID,
      details: /'pushconfig' is not a known Subscription field/,
    },
  );
  await assert.rejects(subscriber.updateSubscription({ subscription: { name }, updateMask: null }), {
    code: INVALID,
    details: 'The update_mask in the UpdateSubscriptionRequest must be set, and must contain a non-empty paths list.',
  });
});

test('what exists already is not made again', async () => {
  await pubsub.createTopic('twice');
  await assert.rejects(pubsub.createTopic('twice'), {
    code: ALREADY_EXISTS,
    details: 'Resource already exists in the project (resource=twice).',
  });
  await pubsub.topic('twice').createSubscription('twice-sub');
  await assert.rejects(pubsub.topic('twice').createSubscription('twice-sub'), {
    code: ALREADY_EXISTS,
    details: 'Resource already exists in the project (resource=twice-sub).',
  });
});

test('malformed names are refused with the page of naming rules', async () => {
  for (const id of ['ab', 'goog-probe', '1-leading-digit', 'bad$character', 'x'.repeat(256)]) {
    await assert.rejects(publisher.createTopic({ name: topicName(id) }), {
      code: INVALID,
      details: `Invalid resource name given (name=${topicName(id)}). Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names for more information.`,
    });
  }
  await publisher.createTopic({ name: topicName(`aA1-_.~+%${'x'.repeat(246)}`) });
});

const REFUSED_SUBSCRIPTIONS: readonly (readonly [string, object, string | RegExp, number?])[] = [
  [
    'a short ack deadline',
    { ackDeadlineSeconds: 9 },
    'Invalid ack deadline given (ack_deadline=9). The ack deadline must be between 10 and 600 seconds.',
  ],
  [
    'a long ack deadline',
    { ackDeadlineSeconds: 601 },
    'Invalid ack deadline given (ack_deadline=601). The ack deadline must be between 10 and 600 seconds.',
  ],
  [
    'a short retention',
    { messageRetentionDuration: { seconds: 599 } },
    'The value for message retention duration is out of bounds. You passed 9m59s in the request, but the value must be between 10m and 744h.',
  ],
  [
    'a short expiration',
    { expirationPolicy: { ttl: { seconds: 3600 } } },
    'The value for expiration duration is too small. You passed 1h in the request, but the minimum value is 24h.',
  ],
  [
    'few attempts',
    { deadLetterPolicy: { deadLetterTopic: topicName('base'), maxDeliveryAttempts: 4 } },
    /out of bounds. You passed 4 in the request, but the value must be between 5 and 100/,
  ],
  [
    'many attempts',
    { deadLetterPolicy: { deadLetterTopic: topicName('base'), maxDeliveryAttempts: 101 } },
    /out of bounds/,
  ],
  [
    'a missing dead-letter topic',
    { deadLetterPolicy: { deadLetterTopic: topicName('nowhere') } },
    'Resource not found (resource=nowhere).',
    NOT_FOUND,
  ],
  [
    'a long backoff',
    { retryPolicy: { maximumBackoff: { seconds: 601 } } },
    /maximum_backoff is out of bounds. You passed 10m1s/,
  ],
  [
    'a plain HTTP endpoint elsewhere',
    { pushConfig: { pushEndpoint: 'http://example.com/push' } },
    'Invalid push endpoint given (endpoint=http://example.com/push). Refer to https://cloud.google.com/pubsub/subscriber#create for more information.',
  ],
  ['a filter that is none', { filter: 'attributes.a > 1' }, /Invalid filter given/],
  ['an upper-case label', { labels: { Upper: 'x' } }, /Invalid field "labels"; key "Upper" does not conform/],
  [
    'a table that does not exist',
    { bigqueryConfig: { table: 'p.d.t' } },
    'The BigQuery table or dataset specified cannot be found.',
    NOT_FOUND,
  ],
  [
    'both schemas',
    { bigqueryConfig: { table: 'p.d.t', useTopicSchema: true, useTableSchema: true } },
    /cannot be enabled at the same time/,
  ],
  [
    'a bucket',
    { cloudStorageConfig: { bucket: 'b' } },
    'The local cloud does not serve Subscription.cloudStorageConfig.',
    UNIMPLEMENTED,
  ],
  ['a missing topic', { topic: topicName('nowhere') }, 'Resource not found (resource=nowhere).', NOT_FOUND],
];

test('subscriptions that Google refuses are refused, in its words', async (context) => {
  await pubsub.createTopic('base');
  for (const [what, settings, details, code = INVALID] of REFUSED_SUBSCRIPTIONS) {
    await context.test(what, async () => {
      const asked = { name: subscriptionName('refused'), topic: topicName('base'), ...settings };
      await assert.rejects(subscriber.createSubscription(asked), { code, details });
      await assert.rejects(subscriber.getSubscription({ subscription: asked.name }), { code: NOT_FOUND });
    });
  }
});

test('lists come in order, in pages, and only of their project', async () => {
  const ids = Array.from({ length: 7 }, (_, index) => `page-${index}`);
  for (const id of ids.toReversed()) await publisher.createTopic({ name: `projects/paging/topics/${id}` });
  await publisher.createTopic({ name: 'projects/paging-2/topics/other' });
  const pages: string[][] = [];
  let pageToken = '';
  do {
    const [, , reply] = await publisher.listTopics(
      { project: 'projects/paging', pageSize: 3, pageToken },
      { autoPaginate: false },
    );
    pages.push((reply.topics ?? []).map(({ name }) => name?.split('/').at(-1) ?? ''));
    pageToken = reply.nextPageToken ?? '';
  } while (pageToken !== '');
  assert.deepEqual(pages, [ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
  await assert.rejects(publisher.listTopics({ project: 'projects/paging', pageSize: 1001 }, { autoPaginate: false }), {
    details:
      'The value for page_size is out of bounds. You passed 1001 in the request, but the value must be between 0 and 1000.',
  });
  await assert.rejects(
    publisher.listTopics({ project: 'projects/paging', pageToken: 'garbage' }, { autoPaginate: false }),
    {
      details: 'Invalid page token given (token=garbage).',
    },
  );
});

test('the subscriptions of a deleted topic stay, deliver what they had, and show that the topic is gone', async () => {
  await pubsub.createTopic('leaving');
  await pubsub.topic('leaving').createSubscription('staying');
  const [names] = await publisher.listTopicSubscriptions({ topic: topicName('leaving') });
  assert.deepEqual(names, [subscriptionName('staying')]);
  await pubsub.topic('leaving').publishMessage({ data: Buffer.from('last words') });
  await pubsub.topic('leaving').delete();
  const [left] = await subscriber.getSubscription({ subscription: subscriptionName('staying') });
  assert.equal(left.topic, '_deleted-topic_');
  await cloud.restart();
  const [{ receivedMessages }] = await subscriber.pull({ subscription: subscriptionName('staying'), maxMessages: 10 });
  assert.deepEqual(
    receivedMessages?.map(({ message }) => String(message?.data)),
    ['last words'],
  );
  // A new topic of the name is another topic.
  await pubsub.createTopic('leaving');
  const [none] = await publisher.listTopicSubscriptions({ topic: topicName('leaving') });
  assert.deepEqual(none, []);
});

test('a detached subscription keeps its settings, loses its messages and cannot be pulled from', async () => {
  await pubsub.createTopic('detaching');
  await pubsub.topic('detaching').createSubscription('detaching-sub');
  await pubsub.topic('detaching').publishMessage({ data: Buffer.from('x') });
  await publisher.detachSubscription({ subscription: subscriptionName('detaching-sub') });
  const [left] = await subscriber.getSubscription({ subscription: subscriptionName('detaching-sub') });
  assert.equal(left.detached, true);
  await assert.rejects(subscriber.pull({ subscription: subscriptionName('detaching-sub'), maxMessages: 1 }), {
    code: FAILED_PRECONDITION,
  });
});

test('schemas and snapshots are said not to be served', async () => {
  await assert.rejects(pubsub.createSchema('s', 'AVRO', '{}'), {
    code: UNIMPLEMENTED,
    details: 'The local cloud does not serve google.pubsub.v1.SchemaService.CreateSchema.',
  });
  await assert.rejects(subscriber.createSnapshot({ name: 'projects/p/snapshots/snap', subscription: 'x' }), {
    code: UNIMPLEMENTED,
  });
});

test('everything that was set up is there after a restart', async () => {
  const [before] = await subscriber.listSubscriptions({ project: 'projects/test-project' });
  const [topics] = await publisher.listTopics({ project: 'projects/test-project' });
  await cloud.restart();
  assert.deepEqual((await subscriber.listSubscriptions({ project: 'projects/test-project' }))[0], before);
  assert.deepEqual((await publisher.listTopics({ project: 'projects/test-project' }))[0], topics);
});
