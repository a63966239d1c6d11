/** The client of Node against collect itself, in its own process on the local cloud, which is killed and started again. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventTypesOf } from '#shared/catalog/catalog.ts';
import { eventTopic } from '#shared/catalog/names.ts';
import type { EventTypeId } from '#shared/platform/ids.ts';
import { startFunctionProcess } from '#test/functions/function-process.ts';
import { repositoryCatalog, SECRET } from '#test/functions/collect/test-app.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import type { Rejected } from '../../sdk/core/outbox.ts';
import { createNodeClient } from '../../sdk/node.ts';

const TYPE = 'listening.TrackPlayed' as EventTypeId;
const EVENTS = 2000;

const cloud = await startTestCloud();
const { applyCatalog, layForCollect } = await import('#test/functions/collect/base.ts');
const { PubSub, v1 } = await import('@google-cloud/pubsub');
const catalog = repositoryCatalog();
await applyCatalog(await layForCollect(TEST_PROJECT), catalog);
const pubsub = new PubSub();
await pubsub.topic(eventTopic(TYPE)).createSubscription('look');
const subscriber = new v1.SubscriberClient(
  (await pubsub.getClientConfig()) as ConstructorParameters<typeof v1.SubscriberClient>[0],
);
let collect = await startFunctionProcess('collect', { environment: cloud.environment });
const folder = mkdtempSync(join(tmpdir(), 'tributary-sdk-'));
after(async () => {
  await collect.kill();
  await Promise.all([subscriber.close(), pubsub.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const [data] = eventTypesOf(catalog).find(({ id }) => id === TYPE)?.examples ?? [];
assert.ok(data !== undefined);

/** Stored events by their ids, twins of a lost reply counted once. */
async function landed(): Promise<number> {
  const ids = new Set<string>();
  const subscription = `projects/${TEST_PROJECT}/subscriptions/look`;
  for (;;) {
    const [{ receivedMessages }] = await subscriber.pull({ subscription, maxMessages: 1000, returnImmediately: true });
    const messages = receivedMessages ?? [];
    if (messages.length === 0) return ids.size;
    for (const { message } of messages) ids.add((JSON.parse(String(message?.data)) as { event_id: string }).event_id);
    await subscriber.acknowledge({ subscription, ackIds: messages.map(({ ackId }) => ackId ?? '') });
  }
}

test('every event lands once, though collect is killed and is away for a while', async () => {
  const client = createNodeClient({
    url: collect.url,
    writeKey: SECRET,
    queueFile: join(folder, 'queue'),
    limits: { batchEvents: 50, gatherMs: 5 },
  });
  for (let index = 0; index < EVENTS; index += 1) {
    client.track({ type: TYPE, subject: 'user' }, data, { userId: `listener-${index % 20}`, id: `event-${index}` });
  }
  const { port } = collect;
  while (client.counts().accepted < EVENTS / 4) await new Promise((resolve) => setImmediate(resolve));
  await collect.kill();
  assert.ok((await client.flush(300)) > 0);
  collect = await startFunctionProcess('collect', { environment: cloud.environment, port });
  assert.equal(await client.close(60_000), 0);
  const { accepted, duplicate, rejected, dropped } = client.counts();
  assert.deepEqual(
    { verdicts: accepted + duplicate, rejected, dropped },
    { verdicts: EVENTS, rejected: 0, dropped: 0 },
  );
  assert.equal(await landed(), EVENTS);
});

test('verdicts of collect reach the app: duplicates counted, rejections told with their place', async () => {
  const told: Rejected[] = [];
  const client = createNodeClient({
    url: collect.url,
    writeKey: SECRET,
    userId: 'listener-1',
    onRejected: (one) => told.push(one),
  });
  client.track(TYPE, data, { id: 'again' });
  assert.equal(await client.flush(), 0);
  client.track(TYPE, data, { id: 'again' });
  client.track(TYPE, { ...data, ms_played: -1 }, { id: 'wrong' });
  client.track('listening.SearchPerformed', { query: 'x' }, { id: 'not asked' });
  assert.equal(await client.close(), 0);
  const { accepted, duplicate, rejected } = client.counts();
  assert.deepEqual({ accepted, duplicate, rejected }, { accepted: 1, duplicate: 1, rejected: 2 });
  assert.deepEqual(
    told.map(({ id, code, path }) => ({ id, code, path })),
    [
      { id: 'wrong', code: 'out_of_range', path: 'data.ms_played' },
      { id: 'not asked', code: 'consent_missing', path: 'consent' },
    ],
  );
  assert.doesNotMatch(collect.output(), /listener-1|192\.0\.2\.17/);
});

test('an unknown write key is told in the word of collect, and the event waits', async () => {
  const problems: unknown[] = [];
  const client = createNodeClient({
    url: collect.url,
    writeKey: `tw_${'B'.repeat(43)}`,
    onProblem: (one) => problems.push(one),
  });
  client.track(TYPE, data, { userId: 'listener-1' });
  assert.equal(await client.close(2000), 1);
  assert.deepEqual(problems, [{ kind: 'refused', status: 401, code: 'unknown_write_key' }]);
});
