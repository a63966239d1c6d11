import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemorySink } from './memory-sink.ts';
import { until } from '#test/eventually.ts';
import { startPubSub, subscriptionName, topicName } from './clients.ts';

const sink = new MemorySink();
const { cloud, pubsub, publisher, subscriber } = await startPubSub({ frozen: true, bigQuerySink: sink });

const METADATA = [
  { name: 'subscription_name', type: 'STRING' },
  { name: 'message_id', type: 'STRING' },
  { name: 'publish_time', type: 'TIMESTAMP' },
  { name: 'attributes', type: 'JSON' },
];
const EVENTS = [{ name: 'n', type: 'INTEGER', mode: 'REQUIRED' }, { name: 'text', type: 'STRING' }, ...METADATA];

async function setUp(id: string, config: object, settings: object = {}): Promise<void> {
  await pubsub.createTopic(id);
  await subscriber.createSubscription({
    name: subscriptionName(id),
    topic: topicName(id),
    bigqueryConfig: { table: `p.d.${id}`, ...config },
    ...settings,
  });
}

async function publish(id: string, ...payloads: string[]): Promise<string[]> {
  const messages = payloads.map((data) => ({ data: Buffer.from(data), attributes: { a: 'b' } }));
  const [{ messageIds }] = await publisher.publish({ topic: topicName(id), messages });
  return messageIds ?? [];
}

async function stateOf(id: string): Promise<(string | null | undefined)[]> {
  const [{ state, bigqueryConfig }] = await subscriber.getSubscription({ subscription: subscriptionName(id) });
  return [state as string, bigqueryConfig?.state as string];
}

test('with a table schema, the fields of the message become columns, and the metadata stands beside them', async () => {
  sink.create('p.d.schema', EVENTS);
  await setUp('schema', { useTableSchema: true, writeMetadata: true });
  const ids = await publish('schema', ' {"n": 1, "text": "å\\n"} ', '{"n":2,"message_id":"mine"}');
  await until(() => sink.rows('p.d.schema').length === 2, 'two rows');
  const common = {
    subscription_name: subscriptionName('schema'),
    publish_time: cloud.clock.now() * 1000,
    attributes: '{"a":"b"}',
  };
  assert.deepEqual(sink.rows('p.d.schema'), [
    { n: 1, text: 'å\n', message_id: ids[0], ...common },
    { n: 2, message_id: ids[1], ...common },
  ]);
  assert.deepEqual(await stateOf('schema'), ['ACTIVE', 'ACTIVE']);
  await assert.rejects(subscriber.pull({ subscription: subscriptionName('schema'), maxMessages: 1 }), { code: 9 });
});

test('without a schema, the message body goes into the data column in its type, ordering key and all', async () => {
  for (const type of ['BYTES', 'STRING', 'JSON']) {
    const id = `data-${type.toLowerCase()}`;
    sink.create(`p.d.${id}`, [{ name: 'data', type }, ...METADATA]);
    await setUp(id, { writeMetadata: true });
    await publisher.publish({ topic: topicName(id), messages: [{ data: Buffer.from('{"x":"y"}'), orderingKey: 'k' }] });
    await until(() => sink.rows(`p.d.${id}`).length === 1, 'the row');
    const [row] = sink.rows(`p.d.${id}`);
    assert.equal(row?.['data'], type === 'BYTES' ? Buffer.from('{"x":"y"}').toString('base64') : '{"x":"y"}');
    assert.deepEqual(JSON.parse(String(row?.['attributes'])), { orderingKey: 'k' });
  }
});

test('a table that does not fit is refused when the subscription is made', async () => {
  const without = (name: string): typeof EVENTS => EVENTS.filter((column) => column.name !== name);
  for (const name of ['subscription_name', 'message_id', 'publish_time', 'attributes']) {
    sink.create('p.d.misfit', without(name));
    await assert.rejects(setUp('misfit', { useTableSchema: true, writeMetadata: true }), {
      code: 3,
      details: `Incompatible schema: field ${name} not found in the BigQuery table`,
    });
    await pubsub.topic('misfit').delete();
  }
  sink.create('p.d.misfit', [...without('publish_time'), { name: 'publish_time', type: 'STRING' }]);
  await assert.rejects(setUp('misfit', { useTableSchema: true, writeMetadata: true }), {
    details: 'Incompatible schema type for field publish_time: expected TIMESTAMP, got STRING',
  });
  await assert.rejects(
    subscriber.createSubscription({
      name: subscriptionName('misfit'),
      topic: topicName('misfit'),
      bigqueryConfig: { table: 'p.d.misfit' },
    }),
    { details: 'Incompatible schema: field data not found in the BigQuery table' },
  );
});

test('unknown fields are dropped where that is asked for; elsewhere the message goes to the dead letters, with the reason', async () => {
  sink.create('p.d.dropping', EVENTS);
  await setUp('dropping', { useTableSchema: true, writeMetadata: true, dropUnknownFields: true });
  await publish('dropping', '{"n":1,"surprise":true}');
  await until(() => sink.rows('p.d.dropping').length === 1, 'the row');

  await pubsub.createTopic('bq-graveyard');
  await pubsub.topic('bq-graveyard').createSubscription('bq-graveyard-sub');
  sink.create('p.d.strict', EVENTS);
  const deadLetterPolicy = { deadLetterTopic: topicName('bq-graveyard'), maxDeliveryAttempts: 5 };
  await setUp('strict', { useTableSchema: true, writeMetadata: true }, { deadLetterPolicy });
  await publish('strict', '{"n":1,"surprise":true}', '{"n":2}', 'no JSON', '{"n":"x"}', '{"n":3}}');
  await until(() => sink.rows('p.d.strict').length === 1, 'the good row');
  const reasons = new Map<string, string | undefined>();
  await until(async () => {
    await cloud.clock.advance(1000);
    const request = { subscription: subscriptionName('bq-graveyard-sub'), maxMessages: 10, returnImmediately: true };
    for (const { message } of (await subscriber.pull(request))[0].receivedMessages ?? []) {
      reasons.set(String(message?.data), message?.attributes?.['CloudPubSubDeadLetterSourceDeliveryErrorMessage']);
      assert.equal(message?.attributes?.['CloudPubSubDeadLetterSourceDeliveryCount'], '5');
    }
    return reasons.size === 4;
  }, 'four dead letters');
  assert.deepEqual(Object.fromEntries(reasons), {
    '{"n":1,"surprise":true}': 'no such field: surprise.',
    'no JSON': 'The message data is not a JSON object.',
    '{"n":"x"}': 'Cannot convert value of n to integer',
    '{"n":3}}': 'not JSON',
  });
  assert.equal(sink.rows('p.d.strict').length, 1);
});

test('while the table is gone or does not fit, messages wait, the state says why, and nothing goes to the dead letters', async () => {
  sink.create('p.d.moving', EVENTS);
  await pubsub.createTopic('unused-graveyard');
  await pubsub.topic('unused-graveyard').createSubscription('unused-graveyard-sub');
  const deadLetterPolicy = { deadLetterTopic: topicName('unused-graveyard'), maxDeliveryAttempts: 5 };
  await setUp('moving', { useTableSchema: true, writeMetadata: true }, { deadLetterPolicy });
  const passing = async (ready: () => boolean | Promise<boolean>): Promise<boolean> => {
    await cloud.clock.advance(10_000);
    return ready();
  };
  await publish('moving', '{"n":0}');
  await until(() => sink.rows('p.d.moving').length === 1, 'the first row');
  // A column of the metadata goes: every row is refused, but it is not the messages that are wrong.
  sink.create('p.d.moving', EVENTS.slice(0, -1));
  await publish('moving', '{"n":1}');
  await until(
    () => passing(async () => (await stateOf('moving'))[1] === 'SCHEMA_MISMATCH'),
    'the misfit to be noticed',
  );
  sink.tables.delete('p.d.moving');
  await until(() => passing(async () => (await stateOf('moving'))[1] === 'NOT_FOUND'), 'the table to be missed');
  assert.deepEqual(await stateOf('moving'), ['RESOURCE_ERROR', 'NOT_FOUND']);
  sink.create('p.d.moving', EVENTS.slice(0, 2));
  await until(() => passing(async () => (await stateOf('moving'))[1] === 'SCHEMA_MISMATCH'), 'the misfit to be seen');
  for (let round = 0; round < 20; round += 1) await cloud.clock.advance(60_000);
  sink.create('p.d.moving', EVENTS);
  await until(() => passing(() => sink.rows('p.d.moving').length === 1), 'the row');
  assert.deepEqual(await stateOf('moving'), ['ACTIVE', 'ACTIVE']);
  const request = { subscription: subscriptionName('unused-graveyard-sub'), maxMessages: 1, returnImmediately: true };
  assert.deepEqual((await subscriber.pull(request))[0].receivedMessages, []);
});

test('many messages are written in few appends, one at a time per table, each message once', async () => {
  sink.create('p.d.many', EVENTS);
  await setUp('many', { useTableSchema: true, writeMetadata: true });
  sink.appends.length = 0;
  sink.mostAtOnce = 0;
  for (let from = 0; from < 20_000; from += 1000) {
    await publish('many', ...Array.from({ length: 1000 }, (_, index) => JSON.stringify({ n: from + index })));
  }
  await until(() => sink.rows('p.d.many').length >= 20_000, '20,000 rows');
  assert.equal(new Set(sink.rows('p.d.many').map(({ n }) => n)).size, 20_000);
  assert.equal(sink.rows('p.d.many').length, 20_000);
  assert.equal(sink.mostAtOnce, 1);
  assert.ok(sink.appends.length <= 30, `${sink.appends.length} appends`);
});

test('what was written stays acknowledged over a restart, and what was not is written after it', async () => {
  sink.create('p.d.restarted', EVENTS);
  await setUp('restarted', { useTableSchema: true });
  await publish('restarted', '{"n":1}');
  await until(() => sink.rows('p.d.restarted').length === 1, 'the first row');
  sink.unavailable = true;
  await publish('restarted', '{"n":2}');
  await cloud.restart();
  sink.unavailable = false;
  await until(async () => {
    await cloud.clock.advance(1000);
    return sink.rows('p.d.restarted').length === 2;
  }, 'the second row');
  assert.deepEqual(sink.rows('p.d.restarted'), [{ n: 1 }, { n: 2 }]);
});
