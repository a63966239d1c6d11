/** CloudEvents against collect: the three modes by the SDK's own hands, web hooks' handshake, and the statuses that senders go by. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { CloudEvent, emitterFor, HTTP, type Message, Mode } from 'cloudevents';
import { MAX_EVENTS_PER_BATCH } from '#shared/events/limits.ts';
import { putWriteKey, SECRET, WRITE_KEY } from '../test-app.ts';
import { type Answer, assertNoLeaks, leaksIn, startCollect } from '../world.ts';

const world = await startCollect(() => ({ random: () => 0 }));
const BEARER = { authorization: `Bearer ${SECRET}` };
const STRUCTURED = 'application/cloudevents+json';
const BATCHED = 'application/cloudevents-batch+json';
const PERSONAL = ['ann@example.com', '198.51.100.23', 'kitchen-of-ann'];

after(() => assertNoLeaks(world, PERSONAL));

function post(body: string, headers: Record<string, string>, path = '/v1/cloudevents'): Promise<Answer> {
  return world.post(path, { body, headers: { ...BEARER, ...headers } });
}

let events = 0;

function played(over: object = {}, data: object = {}): CloudEvent<object> {
  events += 1;
  return new CloudEvent<object>({
    id: String(events),
    source: '/player/stockholm',
    type: 'com.example.player.track_played',
    time: '2026-08-01T12:29:00.000Z',
    datacontenttype: 'application/json',
    data: {
      user_id: 'ann@example.com',
      track: { id: '4uLU6hMCjMI75M1A2tKUQC', album: { id: 'al' }, artists: [{ id: 'ar' }] },
      played_ms: 31_000,
      reason: 'done',
      country: 'SE',
      client: { kind: 'speaker', version: '2.0.1', address: '198.51.100.23', id: 'kitchen-of-ann' },
      ...data,
    },
    ...over,
  });
}

/** The SDK's emitter over a transport that, as its own does, posts what it is given, and tells the status. */
function emitter(mode: Mode, statuses: number[]): (event: CloudEvent<object>) => Promise<unknown> {
  return emitterFor(
    async ({ headers, body }: Message) => {
      const told = await post(String(body), headers as Record<string, string>);
      statuses.push(told.status);
      return told;
    },
    { mode },
  );
}

for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
  test(`the SDK's ${mode} events land as the declared type, sealed`, async () => {
    const statuses: number[] = [];
    const rows = await world.publishedBy(async () => {
      for (let at = 0; at < 5; at += 1) await emitter(mode, statuses)(played());
    });
    assert.deepEqual(statuses, [200, 200, 200, 200, 200]);
    assert.deepEqual(
      [rows.length, rows[0]?.['event_type'], rows[0]?.['ms_played'], rows[0]?.['ip'], rows[0]?.['occurred_at']],
      [5, 'listening.TrackPlayed', 31_000, '198.51.100.0/24', '2026-08-01T12:29:00.000Z'],
    );
  });

  test(`the SDK's ${mode} events that are answered 503 or 429 and sent again land once`, async () => {
    const secret = `tw_${mode.padEnd(43, 'R')}`;
    await putWriteKey(world.state, secret, { ...WRITE_KEY, name: mode, eventsPerSecond: 0.1 });
    const statuses: number[] = [];
    const event = played();
    let failures = 2;
    world.onPublish = () => ((failures -= 1) >= 0 ? 'failed' : 'acknowledged');
    const rows = await world.publishedBy(async () => {
      for (let tries = 0; tries < 8 && statuses.at(-1) !== 200; tries += 1) {
        const { headers, body } = mode === Mode.BINARY ? HTTP.binary(event) : HTTP.structured(event);
        const shown = { ...(headers as Record<string, string>), authorization: `Bearer ${secret}` };
        const told = await post(String(body), shown);
        statuses.push(told.status);
        if (told.status === 200) break;
        const waitSeconds = Number(told.headers.get('retry-after'));
        assert.ok(waitSeconds >= 1, 'it says how long to wait');
        world.clock.nowMs += waitSeconds * 1000;
      }
    });
    world.onPublish = () => 'acknowledged';
    assert.deepEqual(new Set(statuses), new Set([200, 429, 503]));
    assert.equal(rows.length, 1);
  });
}

test('a batch has a verdict for each event, by the id that its sender gave', async () => {
  const [good, bad] = [played({ id: 'good' }), played({ id: 'bad' }, { country: 'nowhere' })];
  const unmapped = played({ id: 'unmapped', type: 'com.example.unheard' });
  const batch = [good, bad, unmapped, { ...played().toJSON(), specversion: '0.3' }, 17, good];
  const failed = await world.publishedBy(async () => {
    const { status, results } = await post(JSON.stringify(batch), { 'content-type': `${BATCHED}; charset=utf-8` });
    assert.equal(status, 200);
    assert.deepEqual(
      results.map(({ id, status, code }) => [id, code ?? status]),
      [
        ['good', 'accepted'],
        ['bad', 'bad_format'],
        ['unmapped', 'unknown_type'],
        [String(events), 'invalid_envelope'],
        [null, 'invalid_envelope'],
        ['good', 'duplicate'],
      ],
    );
  }, 'platform.failed-events');
  assert.deepEqual(
    failed.map(({ code, subject }) => [code, subject !== undefined]),
    [
      ['bad_format', true],
      ['unknown_type', true],
      ['invalid_envelope', true],
      ['invalid_envelope', false],
    ],
  );
  const opened = await world.open('quality', failed[1] ?? {});
  assert.match(JSON.stringify(opened), /com\.example\.unheard/);
});

test('a type that is declared needs no mapping, and the same id of another source is another event', async () => {
  const data = {
    user_id: 'ann',
    track_id: 't',
    album_id: 'al',
    artist_id: 'ar',
    ms_played: 40_000,
    reason_end: 'stopped',
    country: 'DE',
    platform: 'tv',
    app_version: '1',
    ip: '192.0.2.1',
    device_id: 'd',
  };
  const rows = await world.publishedBy(async () => {
    for (const source of ['/a', '/b', '/a']) {
      const event = new CloudEvent({
        id: '1',
        source,
        type: 'listening.TrackPlayed',
        time: '2026-08-01T12:29:00Z',
        data,
      });
      const { headers, body } = HTTP.structured(event);
      assert.equal((await post(String(body), headers as Record<string, string>)).status, 200);
    }
  });
  assert.equal(rows.length, 2);
});

test('events come to the path of native batches, too, and to none, with the key as a token in the query', async () => {
  for (const path of ['/v1/events', '/', `/v1/cloudevents?access_token=${SECRET}`]) {
    const { headers, body } = HTTP.binary(played());
    const shown = path.includes('?') ? { authorization: '' } : {};
    const told = await post(String(body), { ...(headers as Record<string, string>), ...shown }, path);
    assert.deepEqual([told.status, told.results[0]?.status], [200, 'accepted'], path);
  }
});

test('attributes with other characters, and data that is base64, are read as the standard writes them', async () => {
  const encoded = Buffer.from(JSON.stringify(played().data)).toString('base64');
  const structured = { ...played().toJSON(), data: undefined, data_base64: encoded };
  assert.equal((await post(JSON.stringify(structured), { 'content-type': STRUCTURED })).results[0]?.status, 'accepted');
  const { headers, body } = HTTP.binary(played());
  const percent = { ...(headers as Record<string, string>), 'ce-source': '/caf%C3%A9%20%F0%9F%98%80', 'ce-id': '100%' };
  const [first, second] = [await post(String(body), percent), await post(String(body), percent)];
  assert.deepEqual([first.results[0]?.id, first.results[0]?.status], ['100%', 'accepted']);
  assert.equal(second.results[0]?.status, 'duplicate');
});

test('statuses are those of web hooks: never 3xx, 415 for other formats, 429 and 503 with a wait', async () => {
  const body = JSON.stringify(played());
  const binary = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't' };
  const many = JSON.stringify(Array.from({ length: MAX_EVENTS_PER_BATCH + 1 }, () => 0));
  for (const [sent, headers, status, code] of [
    ['{"specversion":"1.0","data":"ann@example.com"', { 'content-type': STRUCTURED }, 400, 'malformed_body'],
    ['[]', { 'content-type': STRUCTURED }, 400, 'malformed_body'],
    [body, { 'content-type': BATCHED }, 400, 'malformed_body'],
    ['{"specversion":"1.0"}', { 'content-type': STRUCTURED }, 400, 'malformed_body'],
    ['{', { ...binary, 'content-type': 'application/json' }, 400, 'malformed_body'],
    ['{}', { 'ce-specversion': '1.0', 'content-type': 'application/json' }, 400, 'malformed_body'],
    [body, { 'content-type': 'application/json' }, 415, 'unsupported_format'],
    [body, { 'content-type': 'application/cloudevents+avro' }, 415, 'unsupported_format'],
    [body, { 'content-type': STRUCTURED, 'content-encoding': 'zstd' }, 415, 'unsupported_encoding'],
    [body, { 'content-type': STRUCTURED, authorization: 'Bearer nobody' }, 401, 'unknown_write_key'],
    [body, { 'content-type': STRUCTURED, authorization: '' }, 401, 'missing_write_key'],
    [many, { 'content-type': BATCHED }, 413, 'too_many_events'],
    [`{"x":"${'x'.repeat(5_000_000)}"}`, { 'content-type': STRUCTURED }, 413, 'body_too_large'],
  ] as const) {
    const told = await post(sent, headers);
    assert.deepEqual([told.status, told.body['code']], [status, code], sent.slice(0, 60));
    assert.deepEqual(leaksIn([JSON.stringify(told.body)], PERSONAL), []);
  }
  world.onPublish = () => 'failed';
  const broken = await post(body, { 'content-type': STRUCTURED });
  world.onPublish = () => 'acknowledged';
  assert.equal(broken.status, 503);
  assert.ok(Number(broken.headers.get('retry-after')) >= 1);
  assert.equal((await fetch(`${world.url}/v1/cloudevents`)).status, 405);
});

test('of a batch in which one event cannot be stored now all come again, and land once', async () => {
  const batch = [played(), played({}, { country: 'nowhere' }), played()];
  const [topic] = ['events.listening.TrackPlayed'];
  world.onPublish = (to) => (to === topic ? 'failed' : 'acknowledged');
  assert.equal((await post(JSON.stringify(batch), { 'content-type': BATCHED })).status, 503);
  world.onPublish = () => 'acknowledged';
  const rows = await world.publishedBy(() => post(JSON.stringify(batch), { 'content-type': BATCHED }));
  assert.equal(rows.length, 2);
});

interface Handshaken {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
}

function handshake(headers: Record<string, string>, path = '/v1/cloudevents'): Promise<Handshaken> {
  return new Promise((resolve, reject) => {
    const asking = request({ port: world.port, path, method: 'OPTIONS', headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    asking.on('error', reject).end();
  });
}

test('senders of web hooks are allowed to send, at the rate of their key', async () => {
  const secret = `tw_${'H'.repeat(43)}`;
  await putWriteKey(world.state, secret, { ...WRITE_KEY, name: 'hooks', eventsPerSecond: 2 });
  const origin = { 'webhook-request-origin': 'eventgrid.example.com' };
  for (const [headers, path, rate] of [
    [origin, '/v1/cloudevents', '*'],
    [{ ...origin, 'webhook-request-rate': '120' }, '/v1/cloudevents', '120'],
    [{ ...origin, ...BEARER }, '/v1/events', '*'],
    [{ ...origin, 'webhook-request-rate': '1000' }, `/v1/cloudevents?access_token=${secret}`, '120'],
    [
      { ...origin, 'webhook-request-rate': '60', 'webhook-request-callback': 'http://127.0.0.1:1/' },
      `/?writeKey=${secret}`,
      '60',
    ],
  ] as const) {
    const granted = await handshake(headers, path);
    assert.equal(granted.status, 200);
    assert.equal(granted.headers['webhook-allowed-origin'], 'eventgrid.example.com');
    assert.equal(granted.headers['webhook-allowed-rate'], rate);
    assert.match(String(granted.headers['allow']), /POST/);
  }
});

test('who shows a key that is none, or asks for nothing sensible, is allowed nothing', async () => {
  const origin = { 'webhook-request-origin': 'eventgrid.example.com' };
  for (const [headers, path, status] of [
    [{ ...origin, authorization: `Bearer tw_${'N'.repeat(43)}` }, '/v1/cloudevents', 401],
    [{ 'webhook-request-origin': '<script>' }, '/v1/cloudevents', 400],
    [{ ...origin, 'webhook-request-rate': '-1' }, '/v1/cloudevents', 400],
    [{}, '/v1/cloudevents', 405],
  ] as const) {
    const refused = await handshake(headers, path);
    assert.equal(refused.status, status);
    assert.equal(refused.headers['webhook-allowed-origin'], undefined);
    assert.equal(refused.headers['webhook-allowed-rate'], undefined);
  }
});
