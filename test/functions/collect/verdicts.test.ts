/** What becomes of each event of a batch: its verdict, what is stored of it, and what is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTopic, FAILED_EVENTS_TOPIC } from '#shared/catalog/names.ts';
import type { EventTypeId } from '#shared/platform/ids.ts';
import { putWriteKey } from './test-app.ts';
import { AUTHORIZED, leaksIn, play, startCollect } from './world.ts';

const TOPIC = eventTopic('listening.TrackPlayed' as EventTypeId);

test('an event is accepted once its row is published, with nothing personal in clear and its sealed fields for its subject only', async () => {
  const world = await startCollect();
  const { status, results } = await world.send([play({ id: 'e1', anonymousId: 'visitor-1' })]);
  assert.equal(status, 200);
  assert.deepEqual(results, [{ id: 'e1', status: 'accepted' }]);
  assert.equal(world.published.length, 1);
  const { topic, row = {} }: Partial<(typeof world.published)[number]> = world.published[0] ?? {};
  assert.equal(topic, TOPIC);
  assert.deepEqual(
    [row['received_at'], row['event_time'], row['late'], row['sequence'], row['boot'], row['ip'], row['track_id']],
    [
      '2026-08-01T12:30:00.000Z',
      '2026-08-01T12:29:00.000Z',
      false,
      1,
      world.collect.boot,
      '198.51.100.0/24',
      '4uLU6hMCjMI75M1A2tKUQC',
    ],
  );
  assert.match(String(row['visitor']), /^[a-z2-7]{26}$/);
  assert.deepEqual(await world.open('product-analytics', row), {
    email: 'ann.private@example.org',
    place: '55.6050,13.0038',
  });
  assert.deepEqual(leaksIn([...world.published.map(({ text }) => text), ...world.logged]), []);
});

test('a bad event among good ones is rejected with its code and path and kept sealed, and the others are accepted', async () => {
  const world = await startCollect();
  const bad = play({ id: 'bad' }, { ms_played: 'a secret that was sent' });
  const { status, results } = await world.send([play({ id: 'g1' }), bad, play({ id: 'g2' })]);
  assert.equal(status, 200);
  assert.deepEqual(
    results.map(({ id, status, code, path }) => [id, status, code, path]),
    [
      ['g1', 'accepted', undefined, undefined],
      ['bad', 'rejected', 'wrong_type', 'data.ms_played'],
      ['g2', 'accepted', undefined, undefined],
    ],
  );
  assert.deepEqual(
    world.published.map(({ topic }) => topic).toSorted(),
    [TOPIC, TOPIC, FAILED_EVENTS_TOPIC].toSorted(),
  );
  const failed = world.published.find(({ topic }) => topic === FAILED_EVENTS_TOPIC);
  assert.deepEqual(
    [failed?.row['code'], failed?.row['path'], failed?.row['event_type'], failed?.row['write_key']],
    ['wrong_type', 'data.ms_played', 'listening.TrackPlayed', 'test-app'],
  );
  const { original } = await world.open('quality', failed?.row ?? {});
  assert.deepEqual(JSON.parse(textOf(original)), bad);
  const texts = [...world.published.map(({ text }) => text), ...world.logged, JSON.stringify(results)];
  assert.deepEqual(leaksIn(texts, ['a secret that was sent', 'ann@example.com']), []);
});

test('what names nobody is kept under the key of the day, and what cannot be read at all gets a verdict too', async () => {
  const world = await startCollect();
  const { results } = await world.send([17, null, 'text', { id: 'x' }, play({ userId: undefined }), []]);
  assert.deepEqual(
    results.map(({ id, status, code }) => [id, status, code]),
    [
      [null, 'rejected', 'invalid_envelope'],
      [null, 'rejected', 'invalid_envelope'],
      [null, 'rejected', 'invalid_envelope'],
      ['x', 'rejected', 'invalid_envelope'],
      [results[4]?.id, 'rejected', 'missing_subject'],
      [null, 'rejected', 'invalid_envelope'],
    ],
  );
  const rows = world.published.map(({ row }) => row);
  assert.equal(rows.length, 6);
  assert.ok(rows.every((row) => row['day_key'] === '2026-08-01' && row['subject'] === undefined));
});

test('undeclared types, types that the key may not send, and events beyond their bounds are rejected by name', async () => {
  const world = await startCollect();
  const secret = `tw_${'B'.repeat(43)}`;
  await putWriteKey(world.state, secret, {
    name: 'web-only',
    eventTypes: ['web.PageRequested'],
    origins: ['*'],
    historical: false,
    createdAt: '2026-08-01T00:00:00Z',
  });
  let nested: unknown = 1;
  for (let level = 0; level < 40; level += 1) nested = [nested];
  const events = [
    play({ type: 'listening.Unheard' }),
    play({ context: nested }),
    play({ context: 'x'.repeat(70_000) }),
    play({ occurredAt: '2020-01-01T00:00:00Z' }),
    play({ occurredAt: 'yesterday' }),
  ];
  const { results } = await world.send(events);
  assert.deepEqual(
    results.map(({ code, path }) => [code, path]),
    [
      ['unknown_type', 'type'],
      ['too_deep', undefined],
      ['event_too_large', undefined],
      ['too_old', 'occurredAt'],
      ['invalid_envelope', 'occurredAt'],
    ],
  );
  const headers = { ...AUTHORIZED, authorization: `Bearer ${secret}` };
  const refused = await world.post('/v1/events', { headers, body: JSON.stringify({ events: [play()] }) });
  assert.deepEqual([refused.status, refused.results[0]?.code], [200, 'type_not_allowed']);
});

test('who refused leaves a count in the log and nothing else', async () => {
  const world = await startCollect();
  const [refused, asked] = [play({ consent: { 'product-analytics': false } }), { personalisation: false }];
  const search = { ...play(), type: 'listening.SearchPerformed', consent: asked };
  const objecting = play({ consent: { quality: false } }, { ms_played: -1 });
  const { results } = await world.send([refused, search, objecting]);
  assert.deepEqual(
    results.map(({ code }) => code),
    ['consent_refused', 'consent_refused', 'out_of_range'],
  );
  assert.deepEqual(world.published, []);
  await world.advance(60_000);
  const counts = world.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(counts.filter(({ message, code }) => message === 'counts' && code === 'consent_refused').length, 2);
});

test('an event that is sent again is a duplicate, with another payload a collision that is kept, and both only of accepted ones', async () => {
  const world = await startCollect();
  const event = play({ id: 'twice' });
  world.onPublish = () => 'failed';
  const failed = await world.send([event]);
  assert.equal(failed.status, 503);
  assert.deepEqual([failed.results[0]?.status, failed.results[0]?.code], ['retry', 'publish_failed']);
  assert.ok(Number(failed.headers.get('retry-after')) >= 1);
  world.onPublish = () => 'acknowledged';
  assert.equal((await world.send([event])).results[0]?.status, 'accepted');
  assert.equal((await world.send([event])).results[0]?.status, 'duplicate');
  const other = await world.send([{ ...event, data: { ...(event['data'] as object), ms_played: 7 } }]);
  assert.deepEqual(
    [other.results[0]?.status, other.results[0]?.code, other.results[0]?.path],
    ['rejected', 'collision', 'id'],
  );
  assert.deepEqual(
    world.published.map(({ topic }) => topic),
    [TOPIC, FAILED_EVENTS_TOPIC],
  );
});

test('a twin in the same batch, and one that comes while the first is on its way, wait for its verdict', async () => {
  const world = await startCollect();
  const event = play({ id: 'same' });
  const both = await world.send([event, event]);
  assert.deepEqual(
    both.results.map(({ status }) => status),
    ['accepted', 'duplicate'],
  );
  for (const outcome of ['acknowledged', 'failed'] as const) {
    const [held, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let publishes = 0;
    world.onPublish = async () => {
      publishes += 1;
      asked.resolve();
      await held.promise;
      return outcome;
    };
    const crossing = play();
    const first = world.send([crossing]);
    await asked.promise;
    let answered = false;
    const second = world.send([crossing]).finally(() => (answered = true));
    // A request that has come and gone later shows that the twin has arrived and waits.
    for (let request = 0; request < 5; request += 1) await fetch(`${world.url}/healthz`);
    assert.deepEqual([publishes, answered], [1, false]);
    held.resolve();
    const verdicts = [(await first).results[0]?.status, (await second).results[0]?.status];
    assert.deepEqual(verdicts, outcome === 'acknowledged' ? ['accepted', 'duplicate'] : ['retry', 'retry']);
    assert.equal(publishes, 1);
  }
});

test('two batches that carry each other`s twins both end', async () => {
  const world = await startCollect();
  const [one, two] = [play(), play()];
  const [left, right] = await Promise.all([world.send([one, two]), world.send([two, one])]);
  const statuses = [...left.results, ...right.results].map(({ status }) => status).toSorted();
  assert.deepEqual(statuses, ['accepted', 'accepted', 'duplicate', 'duplicate']);
  assert.equal(world.published.length, 2);
});

test('one topic that fails makes only its own events come again, with 200 and a time to wait', async () => {
  const world = await startCollect();
  world.onPublish = (topic) => (topic === TOPIC ? 'failed' : 'acknowledged');
  const page = {
    ...play({ type: 'web.PageRequested' }),
    data: { address: '192.0.2.17', method: 'GET', path: '/', status: 200 },
  };
  const { status, headers, results } = await world.send([play(), page]);
  assert.equal(status, 200);
  assert.ok(headers.has('retry-after'));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['retry', 'accepted'],
  );
});

test('a rejected event that could not be kept is to be sent again, for it would be lost', async () => {
  const world = await startCollect();
  world.onPublish = (topic) => (topic === FAILED_EVENTS_TOPIC ? 'failed' : 'acknowledged');
  const { results } = await world.send([play({}, { ms_played: -1 }), play()]);
  assert.deepEqual(
    results.map(({ status, code }) => [status, code]),
    [
      ['retry', 'publish_failed'],
      ['accepted', undefined],
    ],
  );
});

test('the clock of a client is corrected by its skew, what it says to have happened later counts as now, and all its times are kept', async () => {
  const world = await startCollect();
  await world.send([play({ occurredAt: '2026-08-01T14:00:00Z' })], { sentAt: '2026-08-01T14:10:00Z' });
  await world.send([play({ occurredAt: '2026-08-01T18:00:00Z' })]);
  await world.send([play({ occurredAt: '2026-08-01T09:00:00Z' })]);
  const columns = ['event_time', 'late', 'future', 'occurred_at', 'sent_at', 'received_at'];
  const [now, late] = ['2026-08-01T12:30:00.000Z', '2026-08-01T09:00:00.000Z'];
  assert.deepEqual(
    world.published.map(({ row }) => columns.map((column) => row[column])),
    [
      ['2026-08-01T12:20:00.000Z', false, false, '2026-08-01T14:00:00.000Z', '2026-08-01T14:10:00.000Z', now],
      [now, false, true, '2026-08-01T18:00:00.000Z', undefined, now],
      [late, true, false, late, undefined, now],
    ],
  );
});

function textOf(value: unknown): string {
  assert.ok(typeof value === 'string');
  return value;
}

test('events of bots are taken and flagged, those of people are not flagged', async () => {
  const world = await startCollect();
  const bot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
  const body = JSON.stringify({ events: [play(), play({ context: { userAgent: 'Mozilla/5.0 Firefox/140.0' } })] });
  const { results } = await world.post('/v1/events', { headers: { ...AUTHORIZED, 'user-agent': bot }, body });
  assert.ok(results.every(({ status }) => status === 'accepted'));
  await world.send([play()]);
  assert.deepEqual(
    world.published.map(({ row }) => row['by_bot']),
    [true, false, false],
  );
});
