/** The clients of others as they are, against collect as a platform runs it: its own process, Google's clients, the local cloud. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Analytics } from '@segment/analytics-node';
import { CloudEvent, emitterFor, httpTransport, Mode } from 'cloudevents';
import { eventTopic, FAILED_EVENTS_TOPIC } from '#shared/catalog/names.ts';
import type { EventTypeId } from '#shared/platform/ids.ts';
import { startFunctionProcess } from '#test/functions/function-process.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { repositoryCatalog, SECRET } from '../test-app.ts';
import { leaksIn, type Row } from '../world.ts';
import { PERSONAL_SONG, songProperties } from './songs.ts';

const TYPE = 'listening.TrackPlayed' as EventTypeId;
const cloud = await startTestCloud();
const { applyCatalog, layForCollect } = await import('../base.ts');
const { PubSub, v1 } = await import('@google-cloud/pubsub');
await applyCatalog(await layForCollect(TEST_PROJECT), repositoryCatalog());
const pubsub = new PubSub();
for (const topic of [eventTopic(TYPE), FAILED_EVENTS_TOPIC])
  await pubsub.topic(topic).createSubscription(`look.${topic}`);
const subscriber = new v1.SubscriberClient(
  (await pubsub.getClientConfig()) as ConstructorParameters<typeof v1.SubscriberClient>[0],
);
let collect = await startFunctionProcess('collect', { environment: cloud.environment });
const written: string[] = [];
after(async () => {
  await collect.kill();
  assert.deepEqual(leaksIn([...written, collect.output()], PERSONAL_SONG), [], 'nothing personal was logged');
  await Promise.all([subscriber.close(), pubsub.close()]);
});

/** The rows of a topic so far; they are taken away. */
async function rowsOf(topic: string): Promise<readonly Row[]> {
  const subscription = `projects/${TEST_PROJECT}/subscriptions/look.${topic}`;
  const rows: Row[] = [];
  for (let more = true; more;) {
    const [{ receivedMessages }] = await subscriber.pull({ subscription, maxMessages: 1000, returnImmediately: true });
    const ackIds = (receivedMessages ?? []).map(({ ackId }) => ackId ?? '');
    if (ackIds.length > 0) await subscriber.acknowledge({ subscription, ackIds });
    rows.push(...(receivedMessages ?? []).map(({ message }) => JSON.parse(String(message?.data)) as Row));
    more = ackIds.length > 0;
  }
  assert.deepEqual(
    leaksIn(
      rows.map((row) => JSON.stringify(row)),
      PERSONAL_SONG,
    ),
    [],
  );
  return rows;
}

function distinct(rows: readonly Row[]): number {
  return new Set(rows.map((row) => row['event_id'])).size;
}

/** Tracks so many songs, one of them of an event that nobody has mapped. */
function track(analytics: Analytics, songs: number): void {
  for (let at = 0; at < songs; at += 1) {
    analytics.track({
      anonymousId: 'd15ea5e0-1',
      userId: 'ann@example.com',
      event: at === 3 ? 'Tea Brewed' : 'Song Played',
      properties: songProperties(),
      context: { ip: '198.51.100.23' },
    });
  }
}

test("Segment's client delivers everything once while publishing fails, and what is not mapped is kept, sealed", async () => {
  const statuses: number[] = [];
  const failures: unknown[] = [];
  const analytics = new Analytics({ writeKey: SECRET, host: collect.url, flushAt: 10 });
  analytics.on('http_response', ({ status }: { status: number }) => {
    statuses.push(status);
    // Mended as soon as each of the three batches has been turned away once.
    if (statuses.filter((one) => one === 503).length >= 3) cloud.faults.set([]);
  });
  analytics.on('error', (error) => failures.push(error));
  const publish = 'google.pubsub.v1.Publisher.Publish';
  cloud.faults.set([{ method: publish, error: { status: 'PERMISSION_DENIED' } }]);
  track(analytics, 30);
  await analytics.closeAndFlush({ timeout: 60_000 });
  assert.deepEqual(failures, []);
  assert.ok(statuses.filter((status) => status === 503).length >= 3, statuses.join());
  const rows = await rowsOf(eventTopic(TYPE));
  assert.deepEqual([rows.length, distinct(rows)], [29, 29]);
  const failed = await rowsOf(FAILED_EVENTS_TOPIC);
  assert.ok(failed.length >= 1);
  assert.deepEqual(new Set(failed.map((row) => row['code'])), new Set(['unmapped_event']));
});

test("Segment's client delivers everything although the collector is killed and another takes its place", async () => {
  const analytics = new Analytics({ writeKey: SECRET, host: collect.url, flushAt: 5 });
  track(analytics, 5);
  await analytics.flush({ timeout: 60_000 });
  const { port } = collect;
  written.push(collect.output());
  await collect.kill();
  const again = new Analytics({ writeKey: SECRET, host: `http://127.0.0.1:${port}`, flushAt: 5, maxRetries: 20 });
  track(again, 25);
  const flushed = again.closeAndFlush({ timeout: 60_000 });
  collect = await startFunctionProcess('collect', { environment: cloud.environment, port });
  await flushed;
  const rows = await rowsOf(eventTopic(TYPE));
  assert.equal(distinct(rows), 4 + 24);
});

test("the SDK's own transport delivers CloudEvents in both of its modes", async () => {
  const emit = (mode: Mode) =>
    emitterFor(httpTransport(`${collect.url}/v1/cloudevents?access_token=${SECRET}`), { mode });
  for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
    const event = new CloudEvent({
      source: '/player',
      type: 'com.example.player.track_played',
      data: {
        user_id: 'ann@example.com',
        track: { id: 't', album: { id: 'al' }, artists: [{ id: 'ar' }] },
        played_ms: 31_000,
        reason: 'done',
        country: 'SE',
        client: { version: '1', address: '198.51.100.23', id: 'd15ea5e0-1' },
      },
    });
    for (let times = 0; times < 2; times += 1) await emit(mode)(event);
  }
  const rows = await rowsOf(eventTopic(TYPE));
  assert.deepEqual([rows.length, distinct(rows)], [2, 2]);
});
