/** What becomes of the events of somebody who was erased: collect refuses them within the bound, and nothing of them is stored. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { writeKeyObject } from '#shared/events/write-key.ts';
import { eventTopic, FAILED_EVENTS_TOPIC } from '#shared/catalog/names.ts';
import { eventTypesOf } from '#shared/catalog/catalog.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { coveredCatalog } from './catalogs.ts';

await startTestCloud();
const { apply, AUDIENCE, layForPrivacy, REGION, startPrivacy } = await import('./privacy-on-cloud.ts');
const { PubSub, v1 } = await import('@google-cloud/pubsub');
const { wireCollect } = await import('#functions/collect/wire.ts');
const BOUND_SECONDS = 1;
const SECRET = `tw_${'A'.repeat(43)}`;
const ANN = 'ann@example.com';

const catalog = coveredCatalog();
const { state } = await layForPrivacy();
const topics = [...eventTypesOf(catalog).map(({ id }) => eventTopic(id)), FAILED_EVENTS_TOPIC];
const pubsub = new PubSub();
for (const topic of topics) {
  await pubsub.createTopic(topic);
  await pubsub.topic(topic).createSubscription(`look.${topic}`);
}
const writeKey = {
  name: 'test',
  eventTypes: ['*'],
  origins: ['*'],
  historical: true,
  createdAt: '2026-08-01T00:00:00Z',
};
await state.create(writeKeyObject(SECRET) ?? '', JSON.stringify(writeKey));
await apply(state, catalog);

const privacy = await startPrivacy(BOUND_SECONDS);
const collect = wireCollect({
  GOOGLE_CLOUD_PROJECT: TEST_PROJECT,
  TRIBUTARY_REGION: REGION,
  TRIBUTARY_AUDIENCE: AUDIENCE,
  TRIBUTARY_COLLECT_URL: 'http://127.0.0.1:1',
  TRIBUTARY_METADATA_URL: 'http://127.0.0.1:1',
  TRIBUTARY_PRIVACY_URL: 'http://127.0.0.1:1',
  TRIBUTARY_OPERATOR_URL: 'http://127.0.0.1:1',
  TRIBUTARY_REVOCATION_BOUND_SECONDS: String(BOUND_SECONDS),
});
await collect.opened;
const server = createServer(collect.handler);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const subscriber = new v1.SubscriberClient((await pubsub.getClientConfig()) as ClientOptions);
after(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all([collect.stop(), privacy.stop(), subscriber.close(), pubsub.close()]);
});

type ClientOptions = ConstructorParameters<typeof v1.SubscriberClient>[0];
let sent = 0;

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}

async function send(userId: string, data: object = { track: 't1', ms: 3, email: userId }, more: object = {}) {
  sent += 1;
  const occurredAt = new Date().toISOString();
  const consent = { analytics: true };
  const event = { id: `event-${sent}`, type: 'music.Played', occurredAt, userId, consent, data };
  const { results } = await post('/v1/events', { events: [event], ...more });
  const [result] = results as { status: string; code?: string }[];
  return result?.code ?? result?.status;
}

/** How many messages wait on all topics; they are taken away. */
async function stored(): Promise<number> {
  let count = 0;
  for (const topic of topics) {
    const subscription = `projects/${TEST_PROJECT}/subscriptions/look.${topic}`;
    const [{ receivedMessages }] = await subscriber.pull({ subscription, maxMessages: 1000, returnImmediately: true });
    const ackIds = (receivedMessages ?? []).map(({ ackId }) => ackId ?? '');
    if (ackIds.length > 0) await subscriber.acknowledge({ subscription, ackIds });
    count += ackIds.length;
  }
  return count;
}

test('events of an erased user are refused within the bound, live, late, wrong or historical, and stored nowhere', async () => {
  assert.equal(await send(ANN), 'accepted');
  assert.equal(await send('ben@example.com'), 'accepted');
  assert.equal(await stored(), 2);

  const { body } = await privacy.post('/v1/erasures', 'compliance', { userId: ANN });
  for (const verb of ['verify', 'scope', 'freeze', 'shred']) {
    assert.equal((await privacy.post(`/v1/erasures/${String(body['id'])}:${verb}`, 'workflows')).status, 200);
  }
  const shreddedMs = Date.now();
  while ((await send(ANN)) !== 'subject_erased') {
    // Warm keys may be used until the bound; what was accepted until then is sealed under keys that are gone.
    assert.ok(Date.now() - shreddedMs < BOUND_SECONDS * 1000, 'refused within the bound');
  }
  await stored();
  assert.equal(await send(ANN), 'subject_erased');
  // What is wrong with it is told; of what was sent nothing is kept, because the key that would seal it is gone.
  assert.equal(await send(ANN, { track: 17 }), 'wrong_type');
  const opened = await post('/v1/imports', {});
  assert.equal(await send(ANN, undefined, { import: opened['id'] }), 'subject_erased');
  assert.equal(await stored(), 0);
  assert.equal(await send('ben@example.com'), 'accepted');
  assert.equal(await stored(), 1);
});
