/** Historical imports over HTTP: opened, sent to with receipts before every answer, and finished for good. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CollectParts } from '#functions/collect/collect.ts';
import { encodeImport, parseImport, parseReceipt } from '#shared/events/import-record.ts';
import type { MemoryObjectStore } from '#shared/platform/memory-object-store.ts';
import { putWriteKey, WRITE_KEY } from './test-app.ts';
import { AUTHORIZED, type CollectWorld, play, startCollect } from './world.ts';

const LATE_KEY = `tw_${'L'.repeat(43)}`;

async function open(world: CollectWorld): Promise<string> {
  const opened = await world.post('/v1/imports', { headers: AUTHORIZED });
  assert.deepEqual([opened.status, opened.body['state']], [201, 'open']);
  return String(opened.body['id']);
}

const finish = (world: CollectWorld, id: string, headers: Record<string, string> = AUTHORIZED) =>
  world.post(`/v1/imports/${id}:finish`, { headers });

test('an import is placed by occurredAt as sent, and has a receipt with its times before the batch is answered', async () => {
  const world = await startCollect();
  const id = await open(world);
  const events = [
    play({ occurredAt: '2026-07-30T22:15:00+02:00' }),
    play({ occurredAt: '2026-07-29T01:00:00.5Z' }),
    play({ occurredAt: '2026-08-01T12:32:00Z' }),
    play({ occurredAt: '2026-08-01T13:00:00Z' }),
  ];
  const { results } = await world.send(events, { import: id, sentAt: '2027-01-01T00:00:00Z' });
  assert.deepEqual(
    results.map(({ status, code }) => code ?? status),
    ['accepted', 'accepted', 'accepted', 'too_new'],
  );
  const rows = world.published.map(({ row }) => row).filter((row) => row['import_id'] !== undefined);
  assert.deepEqual(
    rows.map((row) => [row['event_time'], row['late'], row['import_id']]),
    [
      ['2026-07-30T20:15:00.000Z', false, id],
      ['2026-07-29T01:00:00.500Z', false, id],
      ['2026-08-01T12:32:00.000Z', false, id],
    ],
  );
  const { boot } = world.collect;
  const stored = await world.state.read(`imports/${id}/receipts/${boot}-1`);
  const receipt = parseReceipt(stored?.body ?? Buffer.alloc(0));
  assert.deepEqual(
    [...(receipt?.types ?? [])],
    [
      [
        'listening.TrackPlayed',
        { ranges: [[1, 3]], firstMs: Date.parse('2026-07-29T01:00:00.5Z'), lastMs: Date.parse('2026-08-01T12:32:00Z') },
      ],
    ],
  );
});

test('a finishing import takes no more, finishing again changes nothing, and metadata is told', async () => {
  const announced: string[] = [];
  const world = await startCollect(() => ({
    announceFinishing: async (id) => {
      announced.push(id);
      throw new Error('metadata is not there');
    },
  }));
  const id = await open(world);
  for (let times = 0; times < 2; times += 1) {
    const finished = await finish(world, id);
    assert.deepEqual([finished.status, finished.body], [200, { id, state: 'finishing' }]);
  }
  assert.deepEqual(announced, [id, id]);
  const refused = await world.send([play()], { import: id });
  assert.deepEqual([refused.status, refused.body['code']], [409, 'finished_import']);
  assert.deepEqual(world.published, []);
});

test('events on their way while their import is being finished are accepted, for it is not finished without them', async () => {
  const world = await startCollect();
  const id = await open(world);
  let known: string | undefined;
  world.onPublish = async () => {
    await finish(world, id);
    known = (await world.state.read(`imports/${id}`))?.generation;
    return 'acknowledged' as const;
  };
  const { results } = await world.send([play({ occurredAt: '2026-07-30T10:00:00Z' })], { import: id });
  assert.equal(results[0]?.status, 'accepted');
  const finishing = await world.state.read(`imports/${id}`);
  assert.equal(parseImport(finishing?.body ?? Buffer.alloc(0))?.state, 'finishing');
  assert.notEqual(finishing?.generation, known, 'who looked before cannot finish it');
});

test('an import that is finished between the publish and the receipt leaves its events to be sent again', async () => {
  const world = await startCollect();
  const id = await open(world);
  world.onPublish = async () => {
    await finish(world, id);
    const { body, generation } = (await world.state.read(`imports/${id}`)) ?? assert.fail();
    const record = parseImport(body) ?? assert.fail();
    await world.state.replace(`imports/${id}`, generation, encodeImport({ ...record, state: 'finished' }));
    return 'acknowledged' as const;
  };
  const event = play({ occurredAt: '2026-07-30T10:00:00Z' });
  const { results } = await world.send([event], { import: id });
  assert.deepEqual([results[0]?.status, results[0]?.code], ['retry', 'overtaken_import']);
  assert.equal(world.published.length, 1, 'its row may be stored all the same');
  world.onPublish = () => 'acknowledged';
  assert.equal((await world.send([event], { import: id })).body['code'], 'finished_import');
  const again = await world.send([event], { import: await open(world) });
  assert.equal(again.results[0]?.status, 'accepted', 'another import takes it');
});

test('a batch whose receipt cannot be written is to be sent again', async () => {
  let down = false;
  const failing = ({ state }: { state: MemoryObjectStore }): Partial<CollectParts> => ({
    state: {
      ...state,
      create: (name, body, labels) =>
        down && name.includes('/receipts/') ? Promise.reject(new Error('down')) : state.create(name, body, labels),
    },
  });
  const world = await startCollect(failing);
  const id = await open(world);
  const event = play({ occurredAt: '2026-07-30T10:00:00Z' });
  down = true;
  assert.equal((await world.send([event], { import: id })).results[0]?.status, 'retry');
  down = false;
  assert.equal((await world.send([event], { import: id })).results[0]?.status, 'accepted');
});

test('the same id is accepted live and once in each import: closing decides which of them stays', async () => {
  const world = await startCollect();
  const event = play();
  const [one, two] = [await open(world), await open(world)];
  const sent = [
    await world.send([event]),
    await world.send([event], { import: one }),
    await world.send([event], { import: two }),
  ];
  assert.deepEqual(
    sent.map(({ results }) => results[0]?.status),
    ['accepted', 'accepted', 'accepted'],
  );
  assert.equal((await world.send([event], { import: one })).results[0]?.status, 'duplicate');
});

test('only keys for history may import, only the key that opened an import may use it, and unknown ones are told so', async () => {
  const world = await startCollect();
  await putWriteKey(world.state, LATE_KEY, { ...WRITE_KEY, name: 'live-only', historical: false });
  const other = `tw_${'P'.repeat(43)}`;
  await putWriteKey(world.state, other, { ...WRITE_KEY, name: 'other' });
  const id = await open(world);
  const as = (secret: string) => ({ ...AUTHORIZED, authorization: `Bearer ${secret}` });
  const body = JSON.stringify({ events: [play()], import: id });
  const answers = [
    await world.post('/v1/imports', { headers: as(LATE_KEY) }),
    await world.post('/v1/events', { headers: as(LATE_KEY), body }),
    await finish(world, id, as(LATE_KEY)),
    await world.post('/v1/events', { headers: as(other), body }),
    await finish(world, id, as(other)),
    await finish(world, 'no-such-import'),
    await finish(world, '01a1fc3e-10c0-75b0-a985-3077495ed126'),
    await world.post('/v1/imports', {}),
  ];
  assert.deepEqual(
    answers.map(({ status, body: { code } }) => [status, code]),
    [
      [403, 'historical_not_allowed'],
      [403, 'historical_not_allowed'],
      [403, 'historical_not_allowed'],
      [404, 'unknown_import'],
      [404, 'unknown_import'],
      [404, 'unknown_import'],
      [404, 'unknown_import'],
      [401, 'missing_write_key'],
    ],
  );
});
