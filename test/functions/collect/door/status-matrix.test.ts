/**
 * What real clients make of each status, as measured with one failure and then 200, replayed against everything that the door
 * answers: none of them loses an event that is good, none sends one for ever that is not.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import type { CollectParts } from '#functions/collect/collect.ts';
import { BODY_TIMEOUT_MS, MAX_BODY_BYTES, MAX_EVENTS_PER_BATCH } from '#shared/events/limits.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { beginOutage, type Outage } from '../outage.ts';
import { putWriteKey, SECRET, WRITE_KEY } from '../test-app.ts';
import { type Answer, AUTHORIZED, type CollectWorld, leaksIn, play, startCollect } from '../world.ts';

const STATUSES = [302, 400, 401, 403, 404, 408, 410, 413, 422, 429, 500, 503] as const;
type Status = (typeof STATUSES)[number];

/** `R` sent again, `D` dropped, `S` sent again in halves, for each of the statuses in their order. */
const CLIENTS: Readonly<Record<string, string>> = {
  '@segment/analytics-node 3.1.0': '-DDDDRRDDRRR',
  '@rudderstack/rudder-sdk-node 3.0.13': 'DDDDDDDDDRRR',
  'posthog-node 5.70.0, v0': 'DDDDDRDSDRRR',
  'posthog-node 5.70.0, v1': 'DDDDRRDDDRRR',
  '@snowplow/node-tracker 4.8.0': 'RDDDRRDRDRRR',
  '@amplitude/analytics-node 1.5.73': 'RRRRRRRSRRRR',
  '@opentelemetry/exporter-logs-otlp-http 0.223.1': 'DDDDDDDDDRDR',
};

/** What a client does about a status; a success is a success. */
function reaction(row: string, status: number): string {
  if (status === 200) return 'done';
  const at = STATUSES.indexOf(status as Status);
  assert.ok(at >= 0, `no client was ever seen with ${status}`);
  return row.charAt(at);
}

/** Whatever makes collect unable to take an event that is good, until `mend`. */
interface Trouble {
  readonly status: 429 | 503;
  start(): Promise<{ readonly world: CollectWorld; readonly secret?: string; readonly mend: () => void }>;
}

/** With something down that collect works on. */
async function withOutage(
  change: (parts: CollectParts, outage: Outage) => Partial<CollectParts>,
): ReturnType<Trouble['start']> {
  const outage = beginOutage();
  const world = await startCollect((parts) => change(parts, outage));
  return { world, mend: () => (outage.lasts = false) };
}

function withFailingReads(prefix: string): ReturnType<Trouble['start']> {
  const concerned = (name: string): boolean => name.startsWith(prefix);
  return withOutage(({ state }, outage) => ({
    state: {
      ...state,
      read: outage.of((name: string) => state.read(name), concerned),
      readBody: outage.of((name: string) => state.readBody(name), concerned),
    },
  }));
}

async function withRate(rates: object): ReturnType<Trouble['start']> {
  const world = await startCollect();
  const secret = `tw_${'S'.repeat(43)}`;
  await putWriteKey(world.state, secret, { ...WRITE_KEY, name: 'slow', ...rates });
  const headers = { ...AUTHORIZED, authorization: `Bearer ${secret}` };
  // The burst is gone before the event comes.
  const events = Array.from({ length: 10 }, () => play());
  assert.equal((await world.post('/v1/events', { headers, body: JSON.stringify({ events }) })).status, 200);
  world.published.length = 0;
  return { world, secret, mend: () => undefined };
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'the broker is down': {
    status: 503,
    async start() {
      const world = await startCollect();
      world.onPublish = () => 'failed';
      return { world, mend: () => (world.onPublish = () => 'acknowledged') };
    },
  },
  'the store of write keys is down': { status: 503, start: () => withFailingReads('write-keys/') },
  'no catalog can be read': { status: 503, start: () => withFailingReads('catalog/') },
  'the hour cannot be registered': {
    status: 503,
    start: () =>
      withOutage(({ state }, outage) => ({
        state: {
          ...state,
          create: outage.of(
            (...asked: Parameters<ObjectStore['create']>) => state.create(...asked),
            (name) => name.startsWith('collectors/'),
          ),
        },
      })),
  },
  'the keys of a new user cannot be read': {
    status: 503,
    start: () =>
      withOutage(({ keys }, outage) => ({
        keys: { ...keys, keyrings: { ...keys.keyrings, read: outage.of((id: string) => keys.keyrings.read(id)) } },
      })),
  },
  'the key is beyond its rate': { status: 429, start: () => withRate({ eventsPerSecond: 1 }) },
  'the subject is beyond its rate': { status: 503, start: () => withRate({ subjectEventsPerSecond: 1 }) },
};

for (const [name, trouble] of Object.entries(TROUBLES)) {
  test(`while ${name}, every client keeps its event and delivers it once afterwards`, async () => {
    for (const [client, row] of Object.entries(CLIENTS)) {
      const { world, secret = SECRET, mend } = await trouble.start();
      const body = JSON.stringify({ events: [play()] });
      const headers = { ...AUTHORIZED, authorization: `Bearer ${secret}` };
      const send = (): Promise<Answer> => world.post('/v1/events', { headers, body });
      const first = await send();
      assert.equal(first.status, trouble.status, JSON.stringify(first.body));
      const waitSeconds = Number(first.headers.get('retry-after'));
      assert.ok(waitSeconds >= 1 && waitSeconds <= 13, String(waitSeconds));
      assert.equal(reaction(row, first.status), 'R', client);
      mend();
      await world.advance(Math.max(waitSeconds * 1000, 10_000));
      assert.equal((await send()).status, 200, client);
      assert.equal(world.published.length, 1, client);
    }
  });
}

test('the waits that are asked for differ, so that clients that were turned away together come back apart', async () => {
  const world = await startCollect();
  world.onPublish = () => 'failed';
  const waits = new Set<number>();
  for (let request = 0; request < 40; request += 1) {
    waits.add(Number((await world.send([play()])).headers.get('retry-after')));
  }
  assert.deepEqual(waits, new Set([1, 2, 3]));
});

test('an instance that is ending turns events away, and every client brings them to another', async () => {
  const world = await startCollect();
  await world.collect.stop();
  const { status, headers } = await world.send([play()]);
  assert.equal(status, 503);
  assert.ok(headers.has('retry-after'));
});

/** Requests that no waiting makes good, with the status that says so. */
async function finalAnswers(world: CollectWorld): Promise<readonly (readonly [string, Answer])[]> {
  const good = JSON.stringify({ events: [play()] });
  const elsewhere = `tw_${'O'.repeat(43)}`;
  await putWriteKey(world.state, elsewhere, { ...WRITE_KEY, origins: [] });
  const post = (headers: Record<string, string>, body: string, path = '/v1/events'): Promise<Answer> =>
    world.post(path, { headers: { ...AUTHORIZED, ...headers }, body });
  return [
    ['no JSON', await post({}, '{')],
    ['no batch', await post({}, '{}')],
    ['no key', await post({ authorization: '' }, good)],
    ['an unknown key', await post({ authorization: `Bearer tw_${'Z'.repeat(43)}` }, good)],
    ['another origin', await post({ authorization: `Bearer ${elsewhere}`, origin: 'https://evil.example' }, good)],
    ['another path', await post({}, good, '/v1/nothing')],
    ['too large', await post({}, `"${'x'.repeat(MAX_BODY_BYTES)}"`)],
    ['too many', await post({}, JSON.stringify({ events: Array(MAX_EVENTS_PER_BATCH + 1).fill(0) }))],
  ];
}

test('what is wrong for good gets a status on which no client waits for ever, beside those known for it', async () => {
  const world = await startCollect();
  // Amplitude's client sends again whatever names no bad events; its protocol is not ours. Snowplow's sends 404 and 413 again for
  // ever, so an adapter for it must answer neither.
  const stubborn: Readonly<Record<string, readonly number[]>> = {
    '@amplitude/analytics-node 1.5.73': [400, 401, 403, 404],
    '@snowplow/node-tracker 4.8.0': [404, 413],
    'posthog-node 5.70.0, v1': [404],
  };
  for (const [name, { status, body }] of await finalAnswers(world)) {
    assert.ok(status >= 400 && status < 500 && status !== 429, `${name}: ${status}`);
    assert.equal(body['status'], status);
    for (const [client, row] of Object.entries(CLIENTS)) {
      if (stubborn[client]?.includes(status)) continue;
      assert.match(reaction(row, status), /^[DS]$/, `${client} on ${name}, ${status}`);
    }
  }
});

test('a limit that was passed is named, with its number', async () => {
  const world = await startCollect();
  const found = new Map(await finalAnswers(world));
  assert.equal(found.get('too large')?.status, 413);
  assert.deepEqual(found.get('too large')?.body['details'], { limit: MAX_BODY_BYTES });
  assert.match(String(found.get('too large')?.body['detail']), new RegExp(`${MAX_BODY_BYTES} bytes`));
  assert.equal(found.get('too many')?.status, 413);
  assert.match(String(found.get('too many')?.body['detail']), new RegExp(`${MAX_EVENTS_PER_BATCH} are allowed`));
});

test('events that are rejected are no reason to send anything again', async () => {
  const world = await startCollect();
  const { status, headers, results } = await world.send([play({}, { ms_played: -1 }), play({ type: 'no.Such' })]);
  assert.deepEqual([status, headers.get('retry-after')], [200, null]);
  assert.ok(results.every((result) => result.status === 'rejected'));
});

test('a body that trickles is given up after its time, with 408, and its connection is closed', async (context) => {
  const world = await startCollect();
  const socket = connect(world.port, '127.0.0.1');
  after(() => socket.destroy());
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const head = `POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SECRET}\r\ncontent-length: 100000\r\n\r\n`;
  socket.write(`${head}{"events":[{"id":"ann.private@example.org"`);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  while (chunks.length === 0) {
    // The request may not have arrived yet; a byte now and then does not help it.
    context.mock.timers.tick(BODY_TIMEOUT_MS / 10);
    if (!socket.destroyed) socket.write(' ');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await closed;
  const answer = Buffer.concat(chunks).toString('utf8');
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.match(answer, /connection: close/i);
  assert.match(answer, /"code":"slow_body"/);
  context.mock.timers.reset();
  await world.advance(60_000);
  assert.deepEqual(leaksIn([answer, ...world.logged]), []);
});
