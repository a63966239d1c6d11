/** Segment's clients against collect: what they send becomes events, and each status is the one by which they do the right thing. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Analytics } from '@segment/analytics-node';
import { bundleOf } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { MAX_EVENTS_PER_BATCH } from '#shared/events/limits.ts';
import type { Published } from '#shared/gcp/publisher.ts';
import { overwrite, putWriteKey, repositoryCatalog, SECRET, WRITE_KEY } from '../test-app.ts';
import { type Answer, assertNoLeaks, leaksIn, startCollect } from '../world.ts';
import { PERSONAL_SONG, song, songProperties } from './songs.ts';

const world = await startCollect(() => ({ random: () => 0 }));
const BASIC = { authorization: `Basic ${Buffer.from(`${SECRET}:`).toString('base64')}` };

after(() => assertNoLeaks(world, PERSONAL_SONG));

function post(path: string, body: unknown, headers: Record<string, string> = BASIC): Promise<Answer> {
  return world.post(path, { body: typeof body === 'string' ? body : JSON.stringify(body), headers });
}

function client(options: object = {}): Analytics {
  return new Analytics({ writeKey: SECRET, host: world.url, flushAt: 15, maxRetries: 3, ...options });
}

test("Segment's client for Node sends events that land as the declared type, sealed, with its library as the SDK", async () => {
  const analytics = client();
  const errors: unknown[] = [];
  analytics.on('error', (error) => errors.push(error));
  const rows = await world.publishedBy(async () => {
    for (let at = 0; at < 40; at += 1) {
      analytics.track({
        userId: 'ann@example.com',
        event: 'Song Played',
        properties: songProperties(),
        context: { ip: '198.51.100.23', app: { version: '9.4.12' }, device: { id: 'd15ea5e0-1' } },
      });
    }
    await analytics.closeAndFlush();
  });
  assert.deepEqual(errors, []);
  assert.equal(rows.length, 40);
  assert.equal(new Set(rows.map((row) => row['event_id'])).size, 40);
  const [row] = rows;
  assert.ok(row !== undefined);
  assert.deepEqual(
    [row['event_type'], row['ms_played'], row['reason_end'], row['app_version'], row['ip']],
    ['listening.TrackPlayed', 213_000, 'track_done', '9.4.12', '198.51.100.0/24'],
  );
  assert.deepEqual(await world.open('product-analytics', row), { email: 'ann.private@example.org' });
});

for (const [status, refuse] of [
  ['503', 'publish'],
  ['429', 'rate'],
] as const) {
  test(`Segment's client sends again what was answered ${status}, and everything lands once`, async () => {
    const secret = `tw_${refuse.padEnd(43, 'R')}`;
    await putWriteKey(world.state, secret, {
      ...WRITE_KEY,
      name: refuse,
      ...(refuse === 'rate' ? { eventsPerSecond: 5 } : {}),
    });
    let failures = 2;
    world.onPublish = (): Published => {
      failures -= 1;
      return refuse === 'publish' && failures >= 0 ? 'failed' : 'acknowledged';
    };
    const statuses: number[] = [];
    const analytics = client({ writeKey: secret });
    analytics.on('http_response', ({ status: answered }: { status: number }) => {
      statuses.push(answered);
      // The bucket refills by the clock of the test.
      if (answered === 429) world.clock.nowMs += 20_000;
    });
    const rows = await world.publishedBy(async () => {
      // The rate lends fifty at once; this leaves two of them.
      const others = { batch: Array.from({ length: 48 }, () => song()), writeKey: secret };
      if (refuse === 'rate') assert.equal((await post('/v1/batch', others, {})).status, 200);
      const taken = world.published.length;
      for (let at = 0; at < 5; at += 1)
        analytics.track({
          userId: 'ben',
          event: 'Song Played',
          properties: songProperties(),
          context: { ip: '192.0.2.1' },
        });
      await analytics.closeAndFlush();
      assert.equal(world.published.length - taken, 5);
    });
    world.onPublish = () => 'acknowledged';
    assert.equal(new Set(rows.map((row) => row['event_id'])).size, refuse === 'rate' ? 53 : 5);
    assert.ok(statuses.includes(Number(status)), statuses.join());
    assert.equal(statuses.at(-1), 200);
  });
}

test('the key may be Basic, Bearer, in the body or in the query; every route takes its call', async () => {
  const rows = await world.publishedBy(async () => {
    const batch = { batch: [song()], sentAt: '2026-08-01T12:30:00Z' };
    for (const told of [
      await post('/v1/batch', batch),
      await post('/v1/b', { ...batch, batch: [song()], writeKey: SECRET }, { 'content-type': 'text/plain' }),
      await post('/v1/batch', { batch: [song()] }, { authorization: `Bearer ${SECRET}` }),
      await post(`/beacon/v1/batch?writeKey=${SECRET}`, { batch: [song()] }, { 'content-type': 'text/plain' }),
      await post('/v1/track', song()),
      await post('/v1/t', { ...song(), type: undefined, writeKey: SECRET }, { 'content-type': 'text/plain' }),
    ]) {
      assert.deepEqual([told.status, told.body], [200, { success: true }]);
    }
  });
  assert.equal(rows.length, 6);
  const pages = await world.publishedBy(async () => {
    for (const path of ['/v1/page', '/v1/p']) {
      const page = { name: 'Pricing', anonymousId: 'v-1', messageId: path, properties: { path: '/pricing' } };
      assert.deepEqual((await post(path, page)).body, { success: true });
    }
  }, 'events.web.PageRequested');
  assert.equal(pages.length, 2);
  const profiles = await world.publishedBy(async () => {
    const traits = { name: 'Ann', email: 'ann.private@example.org', address: { country: 'SE' } };
    for (const path of ['/v1/identify', '/v1/i'])
      assert.deepEqual((await post(path, { userId: 'ann', messageId: path, traits })).body, { success: true });
  }, 'events.listening.ProfileUpdated');
  assert.equal(profiles.length, 2);
});

test("gzip under any label, a shared context and RudderStack's time are understood", async () => {
  const call = { ...song(), timestamp: undefined, context: { device: { id: 'd' } } };
  const body = {
    batch: [{ ...call, originalTimestamp: '2026-08-01T12:29:30.000Z' }],
    context: { ip: '203.0.113.9', app: { version: '7.0' }, device: { id: 'outer' } },
    sentAt: '2026-08-01T12:30:10.000Z',
  };
  const [row] = await world.publishedBy(async () => {
    const response = await fetch(`${world.url}/v1/batch`, {
      method: 'POST',
      body: Uint8Array.from(gzipSync(JSON.stringify(body))),
      headers: { ...BASIC, 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
    });
    assert.equal(response.status, 200);
  });
  assert.equal(row?.['ip'], '203.0.113.0/24');
  assert.equal(row?.['occurred_at'], '2026-08-01T12:29:30.000Z');
  // 40 s before it was sent, by a clock that is ahead of ours.
  const received = Date.parse(String(row?.['received_at']));
  assert.equal(Date.parse(String(row?.['event_time'])), received - 40_000);
});

test('a bad message is told and kept, sealed; the good ones beside it are taken', async () => {
  const bad = song({ properties: { ...songProperties(), country: 'nowhere' } });
  const failed = await world.publishedBy(async () => {
    const { status, body } = await post('/v1/batch', { batch: [song(), bad, song({ event: 'Tea Brewed' }), 17] });
    assert.equal(status, 200);
    assert.equal(body['success'], true);
    const problems = body['problems'] as readonly Record<string, unknown>[];
    assert.deepEqual(
      problems.map(({ index, code, path }) => [index, code, path]),
      [
        [1, 'bad_format', 'data.country'],
        [2, 'unmapped_event', undefined],
        [3, 'invalid_envelope', undefined],
      ],
    );
    assert.equal(problems[0]?.['messageId'], bad['messageId']);
  }, 'platform.failed-events');
  assert.deepEqual(
    failed.map((row) => [row['code'], row['event_type'], row['subject'] !== undefined]),
    [
      ['bad_format', 'listening.TrackPlayed', true],
      ['unmapped_event', undefined, true],
      ['invalid_envelope', undefined, false],
    ],
  );
  const opened = await world.open('quality', failed[1] ?? {});
  const original = JSON.parse(opened['original'] as string) as Record<string, unknown>;
  assert.equal(original['protocol'], 'segment');
  assert.equal((original['sent'] as Record<string, unknown>)['event'], 'Tea Brewed');
});

test('what the source drops is counted and kept nowhere', async () => {
  const before = world.published.length;
  const { status, body } = await post('/v1/group', { userId: 'ann', groupId: 'g', messageId: 'm', traits: {} });
  assert.deepEqual([status, body['success']], [200, true]);
  assert.equal((body['problems'] as readonly { code: string }[])[0]?.code, 'dropped_by_source');
  assert.equal(world.published.length, before);
});

test('a message is the same event however often it comes, whatever its id looks like, or without one', async () => {
  const long = song({ messageId: `node-next-${'7'.repeat(300)}` });
  const bare = song({ messageId: undefined, userId: 97_980 });
  const rows = await world.publishedBy(async () => {
    for (let times = 0; times < 3; times += 1) await post('/v1/batch', { batch: [long, bare] });
  });
  assert.equal(rows.length, 2);
  // Neither id nor time: two such messages are two events.
  const nameless = song({ messageId: undefined, timestamp: undefined });
  const twice = await world.publishedBy(async () => {
    const { body } = await post('/v1/batch', { batch: [nameless, nameless] });
    const problems = body['problems'] as readonly { hint: string }[];
    assert.match(problems[0]?.hint ?? '', /messageId/);
  });
  assert.equal(twice.length, 2);
});

test('consent by category reaches the purposes: a no is a no, a purpose that needs a yes gets it', async () => {
  const search = (preferences: object | undefined, messageId: string): object => ({
    type: 'track',
    event: 'Products Searched',
    userId: 'ann',
    messageId,
    properties: { query: 'ann.private@example.org', query_length: 4 },
    ...(preferences === undefined ? {} : { context: { consent: { categoryPreferences: preferences } } }),
  });
  const batch = [
    search({ Personalization: true }, 'a'),
    search({ Personalization: false }, 'b'),
    search(undefined, 'c'),
  ];
  const { body } = await post('/v1/batch', { batch });
  const problems = body['problems'] as readonly { index: number; code: string }[];
  assert.deepEqual(
    problems.map(({ index, code }) => [index, code]),
    [
      [1, 'consent_refused'],
      [2, 'consent_missing'],
    ],
  );
});

test('statuses are those that every client of the protocol understands, with errors in its form', async () => {
  const unknown = { authorization: `Basic ${Buffer.from(`tw_${'Z'.repeat(43)}:`).toString('base64')}` };
  const many = { batch: Array.from({ length: MAX_EVENTS_PER_BATCH + 1 }, () => 0) };
  for (const [path, body, headers, status, code] of [
    ['/v1/batch', '{"batch":[{"userId":"ann.private@example.org"', BASIC, 400, 'malformed_body'],
    ['/v1/batch', '[]', BASIC, 400, 'malformed_body'],
    ['/v1/track', 'ann.private@example.org', BASIC, 400, 'malformed_body'],
    ['/v1/batch', { batch: [song()] }, unknown, 401, 'unknown_write_key'],
    ['/v1/batch', { batch: [song()] }, {}, 401, 'missing_write_key'],
    ['/v1/batch', { batch: [song()], writeKey: 'segment-key' }, {}, 401, 'unknown_write_key'],
    ['/v1/batch', many, BASIC, 413, 'too_many_events'],
    ['/v1/batch', `{"batch":["${'x'.repeat(5_000_000)}"]}`, BASIC, 413, 'body_too_large'],
    ['/v1/b', '{}', { ...BASIC, 'content-encoding': 'zstd' }, 415, 'unsupported_encoding'],
  ] as const) {
    const told = await post(path, body, headers);
    assert.deepEqual([told.status, told.body['success'], told.body['code']], [status, false, code]);
    assert.deepEqual(leaksIn([JSON.stringify(told.body)], PERSONAL_SONG), []);
  }
  const wrongMethod = await fetch(`${world.url}/v1/batch`);
  assert.deepEqual([wrongMethod.status, wrongMethod.headers.get('allow')], [405, 'POST']);
  const preflight = await fetch(`${world.url}/v1/t`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-retry-count',
    },
  });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /x-retry-count/);
});

test('when one message cannot be stored now all come again, and only what was missing is stored then', async () => {
  world.onPublish = (topic) => (topic.endsWith('PageRequested') ? 'failed' : 'acknowledged');
  const page = { type: 'page', anonymousId: 'v', messageId: 'page-1', properties: { path: '/' } };
  const batch = [song(), page];
  const first = await post('/v1/batch', { batch });
  assert.deepEqual([first.status, first.body['success']], [503, false]);
  assert.ok(Number(first.headers.get('retry-after')) >= 1);
  world.onPublish = () => 'acknowledged';
  const before = world.published.length;
  const second = await post('/v1/batch', { batch });
  assert.deepEqual([second.status, second.body], [200, { success: true }]);
  assert.deepEqual(
    world.published.slice(before).map(({ topic }) => topic),
    ['events.web.PageRequested'],
  );
});

test('browsers get settings that lead back here, and nobody else any', async () => {
  const response = await fetch(`${world.url}/v1/projects/${SECRET}/settings`, {
    headers: { origin: 'https://a.example' },
  });
  const settings = (await response.json()) as { integrations: Record<string, Record<string, unknown>> };
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('access-control-allow-origin'), 'https://a.example');
  const { apiHost, protocol, apiKey } = settings.integrations['Segment.io'] ?? {};
  assert.deepEqual([apiHost, protocol, apiKey], [`127.0.0.1:${world.port}/v1`, 'http', SECRET]);
  assert.equal((await fetch(`${world.url}/v1/projects/tw_nobody/settings`)).status, 401);
});

test('a message without a mapping is kept, and accepted once there is one: replayed, or sent again', async () => {
  const serving = await startCollect(() => ({ identify: async () => 'tributary-privacy@p.iam.gserviceaccount.com' }));
  const tea = song({ event: 'Tea Brewed', messageId: 'tea-1' });
  const sending = (): Promise<Answer> =>
    serving.post('/v1/batch', {
      headers: BASIC,
      body: JSON.stringify({ batch: [tea], sentAt: '2026-08-01T12:30:00Z' }),
    });
  const refused = await sending();
  assert.equal((refused.body['problems'] as readonly { code: string }[])[0]?.code, 'unmapped_event');
  const [failed] = serving.published;
  assert.equal(failed?.topic, 'platform.failed-events');
  const { original } = await serving.open('quality', failed.row);

  const catalog = repositoryCatalog();
  const { segment } = catalog.sources ?? {};
  const mapping = segment?.events['track Song Played'];
  assert.ok(segment !== undefined && mapping !== undefined);
  const events = { ...segment.events, 'track Tea Brewed': mapping };
  const mended = bundleOf({ ...catalog, sources: { ...catalog.sources, segment: { ...segment, events } } });
  await serving.state.create(bundleObject(mended.digest), mended.text);
  const pointer = encodeCurrentCatalog({ digest: mended.digest, appliedAt: '2026-08-01T12:30:00.000Z' });
  await overwrite(serving.state, CURRENT_CATALOG_OBJECT, pointer);
  // Nobody waits for the next look at the catalog: a message without a mapping makes the collector look.
  serving.clock.nowMs += 2000;

  const body = {
    events: [
      {
        event: JSON.parse(original as string) as unknown,
        writeKey: WRITE_KEY.name,
        receivedAt: failed.row['failed_at'],
      },
    ],
  };
  const replay = (): Promise<Answer> =>
    serving.post('/v1/events:service', {
      headers: { authorization: 'Bearer privacy', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  assert.equal((await replay()).results[0]?.status, 'accepted');
  assert.equal((await replay()).results[0]?.status, 'duplicate');
  assert.deepEqual((await sending()).body, { success: true });
  assert.deepEqual(
    serving.published.map(({ topic }) => topic),
    ['platform.failed-events', 'events.listening.TrackPlayed'],
  );
});

test('a bot behind a server is flagged by the user agent that its message carries', async () => {
  const bot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
  const rows = await world.publishedBy(async () => {
    const batch = [song({ context: { ip: '198.51.100.23', userAgent: bot } }), song()];
    assert.equal((await post('/v1/batch', { batch })).status, 200);
  });
  assert.deepEqual(
    rows.map((row) => row['by_bot']),
    [true, false],
  );
});
