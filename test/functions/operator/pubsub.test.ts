import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { PubSub } from '@google-cloud/pubsub';
import { compareResources } from '#shared/catalog/operator/compare.ts';
import { beforeLanding, deadLettersOf, landingResource, topicResource } from '#shared/catalog/operator/landing.ts';
import type { SubscriptionResource, TopicResource } from '#shared/catalog/operator/resource.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

// Answers for every table what the landings of these tests write.
const columns = ['subscription_name', 'message_id', 'attributes', 'data', 'x'].map((name) => ({
  name,
  type: 'STRING',
}));
await startTestCloud({
  bigQuerySink: {
    describe: async () => [...columns, { name: 'publish_time', type: 'TIMESTAMP' }],
    append: async () => ({ kind: 'appended', rejected: [] }),
  },
});
const { PubSub: Client } = await import('@google-cloud/pubsub');
const topics = await import('#shared/gcp/topics.ts');
const subscriptions = await import('#shared/gcp/subscriptions.ts');

let client: PubSub;
before(() => {
  client = new Client({ projectId: TEST_PROJECT });
});

async function topicNamed(name: string): Promise<TopicResource | undefined> {
  return (await topics.listTopics(client)).find((topic) => topic.name === name);
}

async function subscriptionNamed(name: string): Promise<SubscriptionResource | undefined> {
  return (await subscriptions.listSubscriptions(client)).find((subscription) => subscription.name === name);
}

test('a topic is read as it was made, and made once', async () => {
  const want = topicResource('events.music.Played', 'europe-north1', { owner: 'team-a' });
  assert.equal(await topics.createTopic(client, want), 'created');
  assert.equal(await topics.createTopic(client, want), 'exists');
  assert.deepEqual(await topicNamed(want.name), want);
});

test('a topic is changed in place, and labels that are not wanted go', async () => {
  const before = topicResource('events.music.Changed', 'us-east1', { owner: 'team-a', tier: 'gold' });
  await topics.createTopic(client, before);
  const want = topicResource('events.music.Changed', 'europe-north1', { owner: 'team-b' });
  await topics.updateTopic(client, want);
  assert.deepEqual(await topicNamed(want.name), want);
  await topics.removeTopic(client, want);
  await topics.removeTopic(client, want);
  assert.equal(await topicNamed(want.name), undefined);
});

test('a landing is read as it was made: nothing is left to change', async () => {
  for (const name of ['landed', 'dead-letters']) {
    await topics.createTopic(client, topicResource(name, 'europe-north1'));
  }
  const json = landingResource('land.landed', 'landed', {
    table: 'raw.music_played',
    writes: 'fields',
    writeMetadata: true,
    deadLetter: { topic: 'dead-letters', maxAttempts: 20 },
  });
  const bytes = landingResource('land.dead', 'dead-letters', {
    table: 'platform.dead_letters',
    writes: 'body',
    writeMetadata: true,
  });
  for (const want of [json, bytes]) {
    assert.equal(await subscriptions.createSubscription(client, want, TEST_PROJECT), 'created');
    assert.equal(await subscriptions.createSubscription(client, want, TEST_PROJECT), 'exists');
    const have = await subscriptionNamed(want.name);
    assert.ok(have !== undefined);
    assert.deepEqual(compareResources(want, have).differences, []);
    assert.deepEqual(have, want);
  }
  const [metadata] = await client.subscription('land.landed').getMetadata();
  assert.deepEqual(metadata.expirationPolicy, { ttl: null });
});

test('a landing takes every change in place, also the loss of its dead letters', async () => {
  await topics.createTopic(client, topicResource('again', 'europe-north1'));
  await topics.createTopic(client, topicResource('platform.dead-letters', 'europe-north1'));
  const choice = { table: 'raw.one', writes: 'fields', writeMetadata: false, ...deadLettersOf() } as const;
  const before = landingResource('land.again', 'again', choice);
  assert.deepEqual(beforeLanding(before), ['table raw.one', 'topic again', 'topic platform.dead-letters']);
  await subscriptions.createSubscription(client, before, TEST_PROJECT);
  const target: SubscriptionResource = landingResource('land.again', 'again', {
    table: 'raw.two',
    writes: 'fields',
    writeMetadata: true,
  });
  await subscriptions.updateSubscription(client, target, TEST_PROJECT);
  assert.deepEqual(await subscriptionNamed('land.again'), target);
});

test('a subscription whose topic was deleted is told as one without', async () => {
  const topic = topicResource('gone', 'europe-north1');
  await topics.createTopic(client, topic);
  const want = landingResource('land.gone', 'gone', { table: 'raw.one', writes: 'fields', writeMetadata: false });
  await subscriptions.createSubscription(client, want, TEST_PROJECT);
  await topics.removeTopic(client, topic);
  const have = await subscriptionNamed('land.gone');
  assert.equal(have?.topic, undefined);
  assert.ok(have !== undefined);
  assert.deepEqual(
    compareResources(want, have).differences.map(({ effect }) => effect),
    ['replace'],
  );
  await subscriptions.removeSubscription(client, have);
  assert.equal(await subscriptionNamed('land.gone'), undefined);
});

test('subscriptions that do not write into BigQuery are not seen', async () => {
  await client.createTopic('pulled');
  await client.createSubscription('pulled', 'puller');
  assert.equal(await subscriptionNamed('puller'), undefined);
});

test('what Google says of a definition that it refuses is told', async () => {
  const want = landingResource('land.nowhere', 'no-such-topic', {
    table: 'raw.one',
    writes: 'fields',
    writeMetadata: false,
  });
  await assert.rejects(subscriptions.createSubscription(client, want, TEST_PROJECT), {
    code: 'cloud_missing',
    message: /^subscription land\.nowhere: .*no-such-topic/,
  });
});
