/** Cleaning beside pipelines that go on: commits under way, runs that read what is cleaned, builds that fail, endpoints that read themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { type PartitionKey, parsePartitionKey } from '#shared/pipelines/partition-key.ts';
import { type Claim, newRecord, type PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { type EndpointId, parseId } from '#shared/platform/ids.ts';
import { requestErasure } from '#functions/privacy/erasures/request-erasure.ts';
import { STEP_VERBS, takeStepOf } from '#functions/privacy/erasures/steps/steps.ts';
import { userRequest } from '#test/shared/privacy/world.ts';
import { GATHERED, gatheringCatalog, MAILS } from './catalogs.ts';
import { type ErasureWorld, newErasureWorld } from './erasure-world.ts';

const ANN = 'ann@example.com';
const id = (text: string): EndpointId => parseId('endpoint', text) ?? assert.fail(text);
const key = (text: string): PartitionKey => parsePartitionKey(text) ?? assert.fail(text);
const DAYS = ['2026-08-01', '2026-08-02', '2026-08-03'].map(key);

/** Ann was there on the first day; every day of both endpoints is published. */
async function peopled(catalog: Catalog = gatheringCatalog()): Promise<{ world: ErasureWorld; token: string }> {
  const world = await newErasureWorld(catalog, { [MAILS]: [] });
  const used = await world.process().use(userRequest(ANN), ({ keys }) => keys.token);
  const token = used.kind === 'used' ? used.result : assert.fail(used.kind);
  world.rows.tables_.set('music.played', [{ subject: token, hour: '2026-08-01T10' }]);
  world.rows.tables_.set(MAILS, [{ subject: token }]);
  for (const each of DAYS) {
    const played = { endpoint: id('music.played'), key: key(`${each}T10`), generation: 1 };
    await world.pipelines.put({
      ...newRecord({ endpoint: id(MAILS), key: each }),
      state: 'published',
      generation: 1,
      inputs: [played],
    });
    const mails = { endpoint: id(MAILS), key: each, generation: 1 };
    await world.pipelines.put({
      ...newRecord({ endpoint: id(GATHERED), key: each }),
      state: 'published',
      generation: 1,
      inputs: [mails],
    });
  }
  return { world, token };
}

/** Drives an erasure up to the cleaning; answers a way to take that step. */
async function upToCleaning(world: ErasureWorld): Promise<{ erasure: string; clean: () => Promise<number> }> {
  const deps = world.deps();
  const erasure = (await requestErasure(deps, { userId: ANN, basis: 'request' })).record.id;
  for (const verb of STEP_VERBS.slice(0, STEP_VERBS.indexOf('clean'))) {
    for (;;) {
      const { againAfterSeconds } = await takeStepOf(deps, erasure, verb);
      if (againAfterSeconds === 0) break;
      world.clock.nowMs += againAfterSeconds * 1000;
    }
  }
  return { erasure, clean: async () => (await takeStepOf(world.deps(), erasure, 'clean')).againAfterSeconds };
}

/** Takes the step until it is taken; answers how often. */
async function untilClean(clean: () => Promise<number>): Promise<number> {
  for (let times = 1; times < 50; times += 1) if ((await clean()) === 0) return times;
  return assert.fail('the cleaning does not end');
}

const claimed = (run: string, inputs: Claim['inputs'] = []): Claim => ({
  run,
  reason: 'due',
  claimedAt: '2026-08-01T00:00:00Z',
  leaseUntil: '2026-08-01T00:00:00Z',
  drives: 1,
  inputs: [...inputs],
  catalog: parseId('catalog', 'a'.repeat(64)) ?? assert.fail(),
});

const generationOf = async (world: ErasureWorld, endpoint: string, day: PartitionKey): Promise<number> =>
  (await world.pipelines.read({ endpoint: id(endpoint), key: day }))?.generation ?? 0;

test('a copy that was under way at the shred is waited for, and what it brought is deleted', async () => {
  const { world, token } = await peopled();
  const [day = key('2026-08-01')] = DAYS;
  const { clean } = await upToCleaning(world);
  const record: PartitionRecord = { ...newRecord({ endpoint: id(MAILS), key: day }), generation: 1 };
  await world.pipelines.put({ ...record, state: 'committing', claim: claimed('slow') });
  world.pipelines.fenced = { ended: [], committing: [{ endpoint: MAILS, key: day, run: 'slow' }] };
  for (let look = 0; look < 3; look += 1) assert.ok((await clean()) > 0);
  assert.equal(world.rows.tables_.get(MAILS)?.length, 1, 'nothing is deleted before the copy is made');
  world.rows.tables_.get(MAILS)?.push({ subject: token });
  await world.pipelines.put({ ...record, state: 'published', generation: 2, run: 'slow' });
  await untilClean(clean);
  assert.deepEqual(world.rows.tables_.get(MAILS), []);
});

test('a job that an ended run left behind is waited for, because it fills a table', async () => {
  const { world } = await peopled();
  const [day = key('2026-08-01')] = DAYS;
  const { clean } = await upToCleaning(world);
  world.rows.running.add('stage_music__mails_2026-08-01_r1');
  world.pipelines.fenced = { ended: [{ endpoint: MAILS, key: day, run: 'r1' }], committing: [] };
  assert.ok((await clean()) > 0);
  world.rows.running.clear();
  await untilClean(clean);
});

test('only the partitions on the way from the person are computed again, and the certificate counts them', async () => {
  const { world } = await peopled();
  const { erasure, clean } = await upToCleaning(world);
  await untilClean(clean);
  assert.deepEqual(world.pipelines.asked, [`${GATHERED} 2026-08-01`]);
  const deps = world.deps();
  for (const verb of ['tell', 'prove', 'certify'] as const) await takeStepOf(deps, erasure, verb);
  const entry = await world.objects.read('certificates/000000000000');
  const { body } = JSON.parse(String(entry?.body)) as {
    body: { endpoints: object[]; probes: { name: string; passed: number }[] };
  };
  assert.deepEqual(
    body.endpoints.filter((each) => 'partitions' in each).map((each) => ({ ...each, reason: '' })),
    [{ endpoint: GATHERED, action: 'recompute', reason: '', partitions: 1, rows: 0, runs: ['run1'] }],
  );
  assert.ok(
    body.probes.some(({ name, passed }) => name === 'partition was computed again without the subject' && passed === 1),
  );
});

test('a partition that cannot be computed for good stops the erasure and names it, until somebody has run it', async () => {
  const { world } = await peopled();
  const { clean } = await upToCleaning(world);
  world.pipelines.build = (record, run) => ({
    ...record,
    state: 'failed',
    failure: { class: 'permanent', code: 'query_invalid', message: '', run, at: '2026-08-01T00:00:00Z', attempts: 1 },
  });
  assert.ok((await clean()) > 0);
  await assert.rejects(clean, /music\.gathered 2026-08-01 cannot be computed again: query_invalid/);
  await assert.rejects(clean, { code: 'erasure_blocked' });
  const told = world.logged.filter((line) => line.includes('erasure_blocked'));
  assert.equal(told.length, 2);
  for (const text of ['ERROR', GATHERED, '2026-08-01', 'team-a']) assert.ok(told[0]?.includes(text), told[0]);
  assert.equal(world.pipelines.asked.length, 1);
  await world.pipelines.put({
    ...newRecord({ endpoint: id(GATHERED), key: key('2026-08-01') }),
    state: 'published',
    generation: 2,
  });
  await untilClean(clean);
});

/** The same catalog, where the gathered addresses of a day hold those of the day before. */
function cumulative(): Catalog {
  const catalog = gatheringCatalog();
  const [name, gathered] = Object.entries(catalog.endpoints).find(([each]) => each === GATHERED) ?? [];
  assert.ok(name !== undefined && gathered?.kind === 'sql');
  const previous = { endpoint: gathered.id, window: { kind: 'offsets', from: -1, to: -1 }, require: 'all' } as const;
  return {
    ...catalog,
    endpoints: { ...catalog.endpoints, [name]: { ...gathered, inputs: [...gathered.inputs, previous] } },
  };
}

test('what reads its own earlier partitions is computed in their order, and again where a run came in between', async () => {
  const { world } = await peopled(cumulative());
  const [first = key(''), second = key(''), third = key('')] = DAYS;
  const pins = async (day: PartitionKey): Promise<Claim['inputs']> => {
    const before = DAYS[DAYS.indexOf(day) - 1];
    if (before === undefined) return [];
    return [{ endpoint: id(GATHERED), key: before, generation: await generationOf(world, GATHERED, before) }];
  };
  for (const day of DAYS) {
    const record = await world.pipelines.read({ endpoint: id(GATHERED), key: day });
    if (record !== undefined) await world.pipelines.put({ ...record, inputs: [...(await pins(day))] });
  }
  const { clean } = await upToCleaning(world);
  const inner = world.pipelines.recompute.bind(world.pipelines);
  let intruded = false;
  world.pipelines.recompute = async (name) => {
    const answer = await inner(name);
    const record = await world.pipelines.read(name);
    if (record !== undefined) await world.pipelines.put({ ...record, inputs: [...(await pins(name.key))] });
    if (!intruded) {
      // The schedule builds the third day out of the second, which still holds the person.
      intruded = true;
      const other = await world.pipelines.read({ endpoint: id(GATHERED), key: third });
      if (other !== undefined)
        await world.pipelines.put({ ...other, generation: 2, run: 'scheduled', inputs: [...(await pins(third))] });
    }
    return answer;
  };
  await untilClean(clean);
  assert.deepEqual(
    world.pipelines.asked.map((each) => each.replace(`${GATHERED} `, '')),
    [first, second, third],
  );
  assert.equal(await generationOf(world, GATHERED, third), 3);
});
