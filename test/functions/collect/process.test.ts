/** Collect as a platform runs it: its own process under the Functions Framework, Google's clients, the local cloud. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { eventTypesOf } from '#shared/catalog/catalog.ts';
import { eventTopic, FAILED_EVENTS_TOPIC } from '#shared/catalog/names.ts';
import { rawTableDefinition } from '#shared/catalog/tables.ts';
import { parseReport } from '#shared/events/collector-report.ts';
import { FAILED_EVENT_COLUMNS } from '#shared/events/failed-event.ts';
import type { EventTypeId } from '#shared/platform/ids.ts';
import { until } from '#test/eventually.ts';
import { startFunctionProcess } from '#test/functions/function-process.ts';
import { startTestCloud, TEST_PROJECT } from '#test/local/cloud-harness.ts';
import { repositoryCatalog, SECRET } from './test-app.ts';
import { AUTHORIZED, leaksIn, PERSONAL, play, type Row } from './world.ts';

const TYPE = 'listening.TrackPlayed' as EventTypeId;
const cloud = await startTestCloud();
const { applyCatalog, layForCollect } = await import('./base.ts');
const { PubSub, v1 } = await import('@google-cloud/pubsub');
const catalog = repositoryCatalog();
const state = await layForCollect(TEST_PROJECT);
await applyCatalog(state, catalog);
const pubsub = new PubSub();
const subscriptions = [eventTopic(TYPE), FAILED_EVENTS_TOPIC];
for (const topic of subscriptions) await pubsub.topic(topic).createSubscription(`look.${topic}`);
const subscriber = new v1.SubscriberClient(
  (await pubsub.getClientConfig()) as ConstructorParameters<typeof v1.SubscriberClient>[0],
);
const collect = await startFunctionProcess('collect', { environment: cloud.environment });
after(async () => {
  await collect.kill();
  await Promise.all([subscriber.close(), pubsub.close()]);
});

type Result = { status: string; code?: string };

async function send(events: readonly object[]): Promise<{ status: number; results: readonly Result[] }> {
  const body = JSON.stringify({ events: events.map((event) => ({ ...event, occurredAt: new Date().toISOString() })) });
  const response = await fetch(`${collect.url}/v1/events`, { method: 'POST', headers: AUTHORIZED, body });
  return { status: response.status, results: ((await response.json()) as { results?: Result[] }).results ?? [] };
}

/** The messages of a topic so far; they are taken away. */
async function messages(topic: string): Promise<readonly Row[]> {
  const subscription = `projects/${TEST_PROJECT}/subscriptions/look.${topic}`;
  const [{ receivedMessages }] = await subscriber.pull({ subscription, maxMessages: 1000, returnImmediately: true });
  const ackIds = (receivedMessages ?? []).map(({ ackId }) => ackId ?? '');
  if (ackIds.length > 0) await subscriber.acknowledge({ subscription, ackIds });
  return (receivedMessages ?? []).map(({ message }) => JSON.parse(String(message?.data)) as Row);
}

test('accepted events are in Pub/Sub as rows of their raw table, and rejected ones as rows of the failed events', async () => {
  const { status, results } = await send([play(), play({}, { country: 'nowhere' }), play({ userId: 'ben' })]);
  assert.deepEqual(
    [status, ...results.map(({ status, code }) => code ?? status)],
    [200, 'accepted', 'bad_format', 'accepted'],
  );
  const eventType = eventTypesOf(catalog).find(({ id }) => id === TYPE);
  assert.ok(eventType !== undefined);
  const columns = new Set(rawTableDefinition(eventType, catalog).columns.map(({ name }) => name));
  const rows = await messages(eventTopic(TYPE));
  assert.equal(rows.length, 2);
  for (const row of rows) {
    assert.deepEqual(
      Object.keys(row).filter((name) => !columns.has(name)),
      [],
    );
  }
  const failed = await messages(FAILED_EVENTS_TOPIC);
  assert.equal(failed.length, 1);
  const known = new Set(FAILED_EVENT_COLUMNS.map(({ name }) => name));
  assert.ok(Object.keys(failed[0] ?? {}).every((name) => known.has(name)));
});

test('bodies that are wrong in every way are refused, with memory bounded and nothing of them written', async () => {
  const json = { ...AUTHORIZED };
  const zipped = { ...AUTHORIZED, 'content-encoding': 'gzip' };
  const bomb = Uint8Array.from(gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20)));
  const nested = `{"events":[${'['.repeat(50_000)}${']'.repeat(50_000)}]}`;
  const dense = `{"events":[${'{},'.repeat(1_000_000)}0]}`;
  const personal = JSON.stringify({ events: [play()] }).slice(0, -3);
  const bodies: readonly [Record<string, string>, string | Uint8Array<ArrayBuffer>, number][] = [
    [json, personal, 400],
    [json, Uint8Array.from(Buffer.from(personal, 'utf16le')), 400],
    [zipped, personal, 415],
    [zipped, bomb, 413],
    [json, nested, 200],
    [json, dense, 413],
    [json, `${personal}${' '.repeat(5_000_000)}`, 413],
  ];
  const round = async (): Promise<void> => {
    for (const [headers, body, expected] of bodies) {
      const response = await fetch(`${collect.url}/v1/events`, { method: 'POST', headers, body });
      // A flood may be turned away before it is looked at.
      assert.ok([expected, 503].includes(response.status), await response.text());
    }
  };
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let times = 0; times < 3; times += 1) await round();
    }),
  );
  const peak = collect.peakMegabytes();
  assert.ok(peak < 400, `${peak} MB for 24 bombs, 8 at a time`);
  assert.deepEqual(leaksIn([collect.output()]), []);
});

test('a write key is never written, wherever it was shown and whatever became of the request', async () => {
  const head = (target: string, headers = ''): string =>
    `POST ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}content-length: 2\r\n\r\n{}`;
  const targets = [
    `/v1/events?writeKey=${SECRET}`,
    `/v1/events?writeKey=${SECRET}&writeKey=%`,
    `/v1/nothing?writeKey=${SECRET}`,
    `/v1/projects/${SECRET}/settings`,
    `//${SECRET}`,
    `http://${SECRET}/`,
    `/v1/imports/${SECRET}:finish?writeKey=${SECRET}`,
    `/${SECRET}\u0001`,
  ];
  for (const target of targets)
    assert.match(await raw(head(target)), /^HTTP\/1\.1 4\d\d /, target.replaceAll(SECRET, 'KEY'));
  const basic = Buffer.from(`${SECRET}:`).toString('base64');
  for (const header of [
    `authorization: Basic ${basic}`,
    `x-write-key: ${SECRET}`,
    `authorization: Bearer ${SECRET} `,
  ]) {
    assert.match(await raw(head('/v1/events', `${header}\r\n`)), /^HTTP\/1\.1 400 /);
  }
  assert.deepEqual(leaksIn([collect.output()], [SECRET, basic]), []);
});

test('what is no HTTP request at all is answered as JSON, too', async () => {
  const head = 'POST /v1/events HTTP/1.1\r\nhost: x\r\n';
  const wrong: readonly [string, string, string][] = [
    ['no http\r\n\r\n', '400', 'malformed_request'],
    [`${head}transfer-encoding: chunked\r\n\r\nzz\r\n`, '40', '_'],
    [`${head}content-length: -5\r\n\r\n`, '400', 'malformed_request'],
    [`${head}x: ${'y'.repeat(20_000)}\r\n\r\n`, '431', 'headers_too_large'],
  ];
  for (const [text, status, code] of wrong) {
    const answer = await raw(text);
    const [headers = '', body = ''] = answer.split('\r\n\r\n');
    assert.ok(headers.startsWith(`HTTP/1.1 ${status}`), answer);
    assert.ok((JSON.parse(body) as { code: string }).code.includes(code), answer);
  }
});

async function raw(text: string): Promise<string> {
  const socket = connect(collect.port, '127.0.0.1');
  socket.end(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

test('with a service of Google failing only what needs it comes again, and all is well once it is back', async () => {
  const known = play();
  assert.equal((await send([known])).results[0]?.status, 'accepted');
  const unavailable = { error: { status: 'UNAVAILABLE' } } as const;
  cloud.faults.set([{ method: 'storage.objects.*', ...unavailable }]);
  const events = [play(), play({ userId: 'somebody-new' })];
  const storage = await send(events);
  assert.deepEqual(
    storage.results.map(({ status, code }) => code ?? status),
    ['accepted', 'keys_unavailable'],
  );
  cloud.faults.set([{ method: 'google.cloud.kms.v1.*', ...unavailable }]);
  assert.equal((await send([play()])).results[0]?.status, 'accepted', 'sealing from cached keys goes on');
  cloud.faults.set([{ method: 'google.pubsub.v1.Publisher.Publish', ...unavailable, times: 2 }]);
  assert.equal((await send([play()])).results[0]?.status, 'accepted', 'a passing failure is repeated');
  cloud.faults.set([{ method: 'google.pubsub.v1.Publisher.Publish', error: { status: 'PERMISSION_DENIED' } }]);
  const refused = await send([events[1] ?? {}]);
  assert.deepEqual([refused.status, refused.results[0]?.code], [503, 'publish_failed']);
  cloud.faults.set([]);
  assert.equal((await send([events[1] ?? {}])).results[0]?.status, 'accepted');
});

test('a store of keys that hardly answers, and then breaks off, keeps those waiting who need it, and nobody for ever', async () => {
  assert.equal((await send([play()])).results[0]?.status, 'accepted');
  cloud.faults.set([{ method: 'storage.objects.*', latencyMs: 12_000 }]);
  let told = false;
  const stranger = send([play({ userId: 'somebody-slow' })]).finally(() => (told = true));
  for (let times = 0; times < 5; times += 1) assert.equal((await send([play()])).results[0]?.status, 'accepted');
  assert.equal(told, false, 'the others were answered before the one whose key is waited for');
  const { status, results } = await stranger;
  assert.deepEqual([status, results[0]?.code], [503, 'keys_unavailable']);
  // What is under way when the connections break is the look for revoked keys, which known users need as well.
  cloud.faults.set([]);
});

test('an event that is sent while the cloud is away is accepted once it is back', async () => {
  await messages(eventTopic(TYPE));
  const event = play();
  let underWay: ReturnType<typeof send> | undefined;
  await cloud.restart(async () => {
    underWay = send([event]);
    await new Promise((resolve) => setImmediate(resolve));
  });
  const first = (await underWay)?.results[0]?.status;
  let status = first;
  const taken = async (): Promise<boolean> => {
    if (status === 'accepted' || status === 'duplicate') return true;
    status = (await send([event])).results[0]?.status;
    return false;
  };
  await until(taken, 'the cloud to be found again', { withinMs: 15_000 });
  assert.ok((await messages(eventTopic(TYPE))).length >= 1);
});

test('told to end, it answers, says its last word about the hour, and leaves nothing personal anywhere', async () => {
  assert.equal((await send([play()])).results[0]?.status, 'accepted');
  assert.equal(await collect.end(), 0);
  const reports = [];
  for await (const { name } of state.list('collectors/')) {
    const stored = await state.read(name);
    reports.push(parseReport(stored?.body ?? Buffer.alloc(0)));
  }
  assert.ok(reports.length > 0 && reports.every((report) => report?.final === true));
  const files = globSync('**/*', { cwd: cloud.dataDir, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length > 3);
  const texts = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  assert.deepEqual(leaksIn([...texts, collect.output()], [...PERSONAL, 'somebody-new']), []);
});
