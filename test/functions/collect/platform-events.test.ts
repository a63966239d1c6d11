/** Events that are tried out, and events that the platform itself sends: replays of what failed before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { AUTHORIZED, type Answer, type CollectWorld, leaksIn, NOW_MS, play, startCollect } from './world.ts';

const SERVICE = 'tributary-privacy@p.iam.gserviceaccount.com';
const TYPE = 'events.listening.TrackPlayed';

function asService(): Promise<CollectWorld> {
  return startCollect(() => ({
    random: () => 0,
    identify: async ({ authorization }) => authorization?.slice('Bearer '.length),
  }));
}

function replay(world: CollectWorld, events: readonly object[], more: object = {}, as = SERVICE): Promise<Answer> {
  return world.post('/v1/events:service', {
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
    body: JSON.stringify({ events, ...more }),
  });
}

async function names(world: CollectWorld): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name } of world.state.list('')) found.push(name);
  return found;
}

test('events that are tried out get the verdicts of their content, and nothing of them is anywhere', async () => {
  const world = await startCollect();
  const before = await names(world);
  let asked = 0;
  const wrong = play({}, { track_id: 17 });
  const events = [play(), wrong, play({ type: 'listening.Unknown' }), play({}, { not_declared: 1 })];
  const { status, results } = await world.post('/v1/events?validate', {
    headers: AUTHORIZED,
    body: JSON.stringify({ events }),
  });
  assert.equal(status, 200);
  assert.deepEqual(
    results.map((each) => [each.status, each.code, each.path]),
    [
      ['accepted', undefined, undefined],
      ['rejected', 'wrong_type', 'data.track_id'],
      ['rejected', 'unknown_type', 'type'],
      ['accepted', undefined, undefined],
    ],
  );
  assert.match(results[3]?.hint ?? '', /1 field is not declared and was not stored/);
  world.onPublish = () => {
    asked += 1;
    return 'acknowledged';
  };
  await world.advance(60_000);
  assert.deepEqual([await names(world), world.published, asked], [before, [], 0]);
  assert.deepEqual(leaksIn(world.logged), []);
  assert.equal(
    world.logged.some((line) => line.includes('counts')),
    false,
    'what is tried out is no event',
  );
  assert.equal((await world.send([events[0]])).results[0]?.status, 'accepted', 'and is no duplicate later');
});

test('trying out takes a write key, and counts against its rate', async () => {
  const world = await startCollect();
  const init = { body: JSON.stringify({ events: [play()] }) };
  assert.equal((await world.post('/v1/events?validate', init)).status, 401);
  assert.equal((await world.post('/v1/events?validate=false', { ...init, headers: AUTHORIZED })).status, 200);
  assert.equal(world.published.length, 1);
});

test('only the platform itself may send as the platform', async () => {
  const world = await asService();
  for (const [as, status] of [
    ['somebody@example.com', 403],
    ['tributary-team@p.iam.gserviceaccount.com', 403],
    ['tributary-privacy@other.iam.gserviceaccount.com', 403],
    [SERVICE, 200],
  ] as const) {
    assert.equal((await replay(world, [], {}, as)).status, status, as);
  }
  assert.equal((await world.post('/v1/events:service', { body: '{}' })).status, 401);
});

test('a replayed event is placed now, and happened when it did: its first arrival corrects the clock of its client', async () => {
  const world = await asService();
  const firstMs = NOW_MS - 5 * 3_600_000;
  // The clock of the client was an hour ahead.
  const occurredAt = formatTimestamp(firstMs + 3_600_000 - 60_000);
  const event = play({ occurredAt });
  const again = {
    event,
    writeKey: 'test-app',
    receivedAt: formatTimestamp(firstMs),
    sentAt: formatTimestamp(firstMs + 3_600_000),
  };
  assert.equal((await replay(world, [again])).results[0]?.status, 'accepted');
  const row = world.published.find(({ topic }) => topic === TYPE)?.row;
  assert.deepEqual(
    [row?.['received_at'], row?.['event_time'], row?.['late']],
    [formatTimestamp(NOW_MS), formatTimestamp(firstMs - 60_000), true],
  );
  assert.equal((await replay(world, [again])).results[0]?.status, 'duplicate');
  assert.equal((await world.send([event])).results[0]?.status, 'duplicate', 'also for the app that sent it first');
});

test('what fails again is not kept once more, and the books say so', async () => {
  const world = await asService();
  const wrong = play({}, { track_id: 17 });
  const receivedAt = formatTimestamp(NOW_MS - 1000);
  assert.equal((await replay(world, [{ event: wrong, receivedAt }])).results[0]?.code, 'wrong_type');
  assert.deepEqual(world.published, []);
  await world.advance(1000);
  const report = (await world.object(`collectors/2026-08-01T12/${world.collect.boot}`)) as { books: object };
  assert.deepEqual(report.books, {
    'listening.TrackPlayed': { received: 1, accepted: 0, duplicate: 0, rejected: 1, returned: 0, kept: 0 },
  });
});

test('a dry run of a replay stores nothing', async () => {
  const world = await asService();
  const before = await names(world);
  const { results } = await replay(world, [{ event: play() }, { event: play({}, { track_id: 17 }) }], { dryRun: true });
  assert.deepEqual(
    results.map(({ status }) => status),
    ['accepted', 'rejected'],
  );
  await world.advance(1000);
  assert.deepEqual([await names(world), world.published], [before, []]);
});

test('replays give way: beyond their rate they are told how long to wait', async () => {
  const world = await asService();
  const events = Array.from({ length: 500 }, () => ({
    event: play({}, { track_id: 17 }),
    receivedAt: formatTimestamp(NOW_MS),
  }));
  for (let burst = 0; burst < 10; burst += 1) assert.equal((await replay(world, events)).status, 200);
  const { status, headers } = await replay(world, events);
  assert.deepEqual([status, headers.get('retry-after')], [429, '1']);
  world.clock.nowMs += 1000;
  assert.equal((await replay(world, events)).status, 200);
});

test('a failed event tells its SDK, its release and when it was sent, and has an id of its own', async () => {
  const world = await startCollect();
  const context = { app: { version: '9.4.12' }, ip: '198.51.100.23' };
  const sentAt = '2026-08-01T12:29:30Z';
  const wrong = (): object => play({ context }, { track_id: 17 });
  await world.send([wrong(), wrong()], { sdk: 'tributary-js/0.1.0', sentAt });
  await world.send([play({ context: { app: { version: '198.51.100.23' } } }, { track_id: 17 })]);
  const rows = world.published.filter(({ topic }) => topic === 'platform.failed-events').map(({ row }) => row);
  assert.deepEqual(
    rows.map((row) => [row['sdk'], row['release'], row['sent_at']]),
    [
      ['tributary-js/0.1.0', '9.4.12', '2026-08-01T12:29:30.000Z'],
      ['tributary-js/0.1.0', '9.4.12', '2026-08-01T12:29:30.000Z'],
      [undefined, undefined, undefined],
    ],
  );
  assert.equal(new Set(rows.map((row) => row['failed_id'])).size, 3);
  assert.deepEqual(leaksIn(world.published.map(({ text }) => text)), []);
});
