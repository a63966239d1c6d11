import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PubSub } from '@google-cloud/pubsub';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';

await startTestCloud({ frozen: true });
const { createPublisher } = await import('#shared/gcp/publisher.ts');

const TOPIC = 'opened';
const pubsub = new PubSub();
await pubsub.createTopic(TOPIC);
await pubsub.close();

test('a publisher that was opened ahead publishes, and opening it again is nothing', async () => {
  const publisher = createPublisher(TEST_PROJECT, { write: () => undefined });
  await Promise.all([publisher.open(), publisher.open()]);
  assert.equal(await publisher.publish(TOPIC, [Buffer.from('{}')]), 'acknowledged');
  await publisher.open();
  assert.equal(await publisher.publish(TOPIC, [Buffer.from('{}')]), 'acknowledged');
  await publisher.close();
});

test('a publisher that is closed while it opens lets go of its connection', async () => {
  const publisher = createPublisher(TEST_PROJECT, { write: () => undefined });
  const opening = publisher.open();
  await publisher.close();
  await opening;
});
