import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { until } from '#test/eventually.ts';
import { startPubSub, subscriptionName, topicName } from './clients.ts';

const { cloud, pubsub, publisher, subscriber } = await startPubSub({ frozen: true });

interface Pushed {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** By the cloud's clock. */
  readonly atMs: number;
}

const pushed: Pushed[] = [];
/** What the endpoint answers, by path; 204 without an entry. */
const answers = new Map<string, number[]>();

const endpoint = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => void chunks.push(chunk));
  request.on('end', () => {
    const path = request.url ?? '';
    pushed.push({ path, headers: request.headers, body: Buffer.concat(chunks).toString(), atMs: cloud.clock.now() });
    response.statusCode = answers.get(path)?.shift() ?? 204;
    response.end();
  });
});
await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
after(() => endpoint.close());
const base = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;

async function setUp(id: string, pushConfig: object, settings: object = {}): Promise<void> {
  await pubsub.createTopic(id);
  await subscriber.createSubscription({
    name: subscriptionName(id),
    topic: topicName(id),
    pushConfig: { pushEndpoint: `${base}/${id}`, ...pushConfig },
    ...settings,
  });
}

const to = (id: string): Pushed[] => pushed.filter(({ path }) => path === `/${id}`);

test('messages are pushed as Google wraps them, with a token that says who pushes and for whom', async () => {
  const serviceAccountEmail = 'pusher@test-project.iam.gserviceaccount.com';
  await setUp('wrapped', { oidcToken: { serviceAccountEmail, audience: 'https://my.example' } });
  const [{ messageIds }] = await publisher.publish({
    topic: topicName('wrapped'),
    messages: [{ data: Buffer.from('hello'), attributes: { a: 'b' }, orderingKey: 'k' }],
  });
  await until(() => to('wrapped').length === 1, 'the push');
  const [{ headers, body }] = to('wrapped') as [Pushed];
  const publishTime = new Date(cloud.clock.now()).toISOString();
  assert.deepEqual(JSON.parse(body), {
    message: {
      data: Buffer.from('hello').toString('base64'),
      attributes: { a: 'b' },
      messageId: messageIds?.[0],
      message_id: messageIds?.[0],
      orderingKey: 'k',
      publishTime,
      publish_time: publishTime,
    },
    subscription: subscriptionName('wrapped'),
  });
  assert.equal(headers['content-type'], 'application/json');
  const token = (headers.authorization ?? '').replace('Bearer ', '');
  const keys = (await (await fetch(`${cloud.url}/oauth2/v3/certs`)).json()) as JSONWebKeySet;
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
    issuer: 'https://accounts.google.com',
    audience: 'https://my.example',
    currentDate: new Date(cloud.clock.now()),
  });
  assert.equal(payload['email'], serviceAccountEmail);
  assert.equal(payload['email_verified'], true);
});

test('a bare payload is pushed with its metadata in headers when asked to', async () => {
  await setUp('bare', { noWrapper: { writeMetadata: true } });
  const [{ messageIds }] = await publisher.publish({
    topic: topicName('bare'),
    messages: [{ data: Buffer.from('{"raw":true}'), attributes: { colour: 'blue' } }],
  });
  await until(() => to('bare').length === 1, 'the push');
  const [{ headers, body }] = to('bare') as [Pushed];
  assert.equal(body, '{"raw":true}');
  assert.equal(headers['colour'], 'blue');
  assert.equal(headers['x-goog-pubsub-message-id'], messageIds?.[0]);
  assert.equal(headers['x-goog-pubsub-subscription-name'], subscriptionName('bare'));
});

test('a refused push comes again after a backoff that grows, until it is accepted', async () => {
  answers.set('/refusing', [500, 429, 301]);
  await setUp('refusing', {}, { retryPolicy: { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 600 } } });
  await publisher.publish({ topic: topicName('refusing'), messages: [{ data: Buffer.from('x') }] });
  await until(async () => {
    await cloud.clock.advance(500);
    return to('refusing').length === 4;
  }, 'the accepted push');
  const times = to('refusing').map(({ atMs }) => atMs);
  for (const [index, waitMs] of [10_000, 20_000, 40_000].entries()) {
    const waited = (times[index + 1] ?? 0) - (times[index] ?? 0);
    assert.ok(waited >= waitMs, `${waited} ms between push ${index + 1} and the next, at least ${waitMs}`);
  }
});

test('a push that fails too often ends in the dead-letter topic', async () => {
  await pubsub.createTopic('push-graveyard');
  await pubsub.topic('push-graveyard').createSubscription('push-graveyard-sub');
  answers.set('/failing', [500, 500, 500, 500, 500]);
  const deadLetterPolicy = { deadLetterTopic: topicName('push-graveyard'), maxDeliveryAttempts: 5 };
  await setUp('failing', {}, { deadLetterPolicy });
  await publisher.publish({ topic: topicName('failing'), messages: [{ data: Buffer.from('poison') }] });
  const dead = async (): Promise<number> => {
    await cloud.clock.advance(1000);
    const request = { subscription: subscriptionName('push-graveyard-sub'), maxMessages: 1, returnImmediately: true };
    return (await subscriber.pull(request))[0].receivedMessages?.length ?? 0;
  };
  await until(async () => (await dead()) === 1, 'the dead letter');
  assert.deepEqual(
    to('failing').map(({ body }) => (JSON.parse(body) as { deliveryAttempt: number }).deliveryAttempt),
    [1, 2, 3, 4, 5],
  );
});

test('of an ordering key, one message is pushed at a time', async () => {
  await setUp('one-by-one', {}, { enableMessageOrdering: true });
  for (let index = 0; index < 10; index += 1) {
    await publisher.publish({
      topic: topicName('one-by-one'),
      messages: [{ data: Buffer.from(String(index)), orderingKey: 'k' }],
    });
  }
  await until(() => to('one-by-one').length === 10, 'ten pushes');
  const order = to('one-by-one').map(({ body }) => (JSON.parse(body) as { message: { data: string } }).message.data);
  assert.deepEqual(
    order.map((data) => Buffer.from(data, 'base64').toString()),
    Array.from({ length: 10 }, (_, index) => String(index)),
  );
});

test('a push subscription can be turned into a pull subscription and back', async () => {
  await setUp('turning', {});
  await subscriber.modifyPushConfig({ subscription: subscriptionName('turning'), pushConfig: {} });
  await publisher.publish({ topic: topicName('turning'), messages: [{ data: Buffer.from('pulled') }] });
  const [{ receivedMessages }] = await subscriber.pull({ subscription: subscriptionName('turning'), maxMessages: 1 });
  assert.equal(String(receivedMessages?.[0]?.message?.data), 'pulled');
  await subscriber.modifyPushConfig({
    subscription: subscriptionName('turning'),
    pushConfig: { pushEndpoint: `${base}/turned` },
  });
  await publisher.publish({ topic: topicName('turning'), messages: [{ data: Buffer.from('pushed') }] });
  await until(() => to('turned').length === 1, 'the push');
});
