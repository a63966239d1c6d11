/** The rotation of epochs: undisturbed, killed before and after every effect, set back by who still wraps under the former epoch, and while
 *  people are erased. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { verifyChain } from '#shared/privacy/erasure/certificate-verify.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { parseEpoch } from '#shared/privacy/keys/epoch-record.ts';
import { epochsOf, parseKeyring } from '#shared/privacy/keys/keyring-record.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { openSealed, type SealedValue } from '#shared/privacy/opening.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { readErasure } from '#functions/privacy/erasures/erasure-objects.ts';
import { requestErasure } from '#functions/privacy/erasures/request-erasure.ts';
import { takeStepOf } from '#functions/privacy/erasures/steps/steps.ts';
import { advanceRotation } from '#functions/privacy/rotation/advance-rotation.ts';
import { findRotation } from '#functions/privacy/rotation/rotation-objects.ts';
import { dueRotation, startRotation } from '#functions/privacy/rotation/start-rotation.ts';
import { PURPOSE, userRequest } from '#test/shared/privacy/world.ts';
import { coveredCatalog } from './catalogs.ts';
import { askFor, driveOn, type ErasureWorld, newErasureWorld } from './erasure-world.ts';
import { type KillPoint, Process } from './processes.ts';

const [ANN, BEN, CEC] = ['ann@example.com', 'ben@example.com', 'cec@example.com'];
const FIRST = '2026-11-21';
const DAY_MS = 86_400_000;
const catalog = coveredCatalog();

async function sealedFor(world: ErasureWorld, user: string): Promise<SealedValue> {
  const used = await world.process({ epochs: freshEpochs(world) }).use(userRequest(user), ({ keys }) => ({
    purpose: PURPOSE,
    token: keys.token,
    sealed: sealFields(keys, { email: user }),
  }));
  return used.kind === 'used' ? used.result : assert.fail(used.kind);
}

/** What a process that has just started knows of the epochs. */
function freshEpochs({ epochStore: store, wrapper, clock }: ErasureWorld): EpochKeys {
  return new EpochKeys({ store, wrapper, clock });
}

async function open(world: ErasureWorld, value: SealedValue): Promise<string> {
  return (await openSealed(world.process({ epochs: freshEpochs(world) }), value)).kind;
}

/** Drives the rotation to its end as the workflow does; KMS destroys what was scheduled a day ago. */
async function rotate(world: ErasureWorld, process: Process, untilState = 'told'): Promise<void> {
  let deps = world.rotation(process);
  for (;;) {
    try {
      await startRotation(deps, FIRST);
      const { record, againAfterSeconds } = await advanceRotation(deps, FIRST);
      if (record.state === untilState) return;
      if (record.state === 'scheduled' && againAfterSeconds > 0) {
        world.clock.nowMs += DAY_MS;
        world.wrapper.destroy(record.keyVersion);
      } else world.clock.nowMs += againAfterSeconds * 1000;
    } catch (thrown) {
      if (!process.dead) throw thrown;
      deps = world.rotation();
    }
  }
}

async function epochOf(world: ErasureWorld, user: string): Promise<readonly string[]> {
  const lookupId = lookupIdOf(world.pepper, { kind: 'user', id: user });
  const parsed = parseKeyring((await world.store.read(lookupId))?.bytes ?? Buffer.alloc(0), lookupId);
  return parsed.kind === 'keyring' ? epochsOf(parsed.keyring) : assert.fail(parsed.problem);
}

async function ledgerOf(world: ErasureWorld): Promise<readonly string[]> {
  const names = world.objects.names().filter((name) => name.startsWith('certificates/'));
  return Promise.all(names.map(async (name) => String((await world.objects.read(name))?.body)));
}

/** Ann is erased and certified, Cecile's erasure is frozen in the middle, Ben just lives. */
async function run(kill?: KillPoint): Promise<readonly string[]> {
  const world = await newErasureWorld(catalog);
  const [ann, ben, cec] = [await sealedFor(world, ANN), await sealedFor(world, BEN), await sealedFor(world, CEC)];
  const erased = await askFor(world, ANN, new Process());
  await driveOn(world, erased, new Process());
  const { record: under } = await requestErasure(world.deps(), { userId: CEC, basis: 'request' });
  for (const verb of ['verify', 'scope', 'hold', 'freeze'] as const) await takeStepOf(world.deps(), under.id, verb);
  const process = new Process(kill);
  await rotate(world, process);

  const versions = (await world.epochStore.list()).map(({ bytes }) => parseEpoch(bytes));
  assert.deepEqual(
    versions.map((epoch) => `${epoch?.id} ${epoch?.state}`).sort((a, b) => (a < b ? -1 : 1)),
    [`${FIRST} destroyed`, `${FIRST}.01 open`],
    'one successor, however often it was cut off',
  );
  assert.equal(await world.wrapper.state(versions.find((epoch) => epoch?.id === FIRST)?.keyVersion ?? ''), 'destroyed');
  assert.deepEqual(await epochOf(world, BEN), [`${FIRST}.01`]);
  assert.deepEqual([await open(world, ben), await open(world, ann)], ['plain', 'shredded']);
  const [certificate, addendum, ...more] = await ledgerOf(world);
  assert.equal(more.length, 0, 'one addendum');
  assert.deepEqual(verifyChain([certificate ?? '', addendum ?? ''], world.signer.publicKeyPem), {
    kind: 'valid',
    length: 2,
  });
  const { body } = JSON.parse(addendum ?? '') as { body: Record<string, unknown> };
  assert.deepEqual([body['format'], body['epoch']], ['tributary.erasure-addendum/v1', FIRST]);
  const hardened = (await readErasure(world.objects, erased)).record;
  assert.deepEqual([hardened.state, hardened.steps.hardened?.addenda], ['hardened', [1]]);
  assert.ok(world.facts.has(`erasure/${erased}/hardened`));

  // The erasure that was under way ends: its sealed scope was moved on, and its certificate names both key versions.
  await driveOn(world, under.id, new Process());
  assert.equal(await open(world, cec), 'shredded');
  const late = JSON.parse((await ledgerOf(world))[2] ?? '') as { body: { keyrings: { epochs: { id: string }[] }[] } };
  assert.deepEqual(
    late.body.keyrings[0]?.epochs.map(({ id }) => id),
    [FIRST, `${FIRST}.01`],
  );
  return process.effects;
}

const effects = await run();

const EFFECTS = [
  'kms.createVersion',
  'epochs.create 2026-11-21.01',
  'epochs.replace 2026-11-21',
  'objects.create rotations/2026-11-21',
  'objects.replace rotations/2026-11-21',
  'keys.replace keyring',
  'keys.replace keyring',
  'objects.replace erasures/*/key',
  'objects.replace rotations/2026-11-21',
  'objects.replace rotations/2026-11-21',
  'kms.disable',
  'objects.replace rotations/2026-11-21',
  'objects.replace rotations/2026-11-21',
  'kms.scheduleDestruction',
  'objects.replace rotations/2026-11-21',
  'epochs.replace 2026-11-21',
  'objects.replace rotations/2026-11-21',
  'objects.create certificates/000000000001',
  'facts.record erasure/*/hardened',
  'objects.replace erasures/*/record',
  'objects.replace rotations/2026-11-21',
];

test('a rotation has these effects, in this order', () => {
  assert.deepEqual(effects, EFFECTS);
});

for (const [at, effect] of effects.entries()) {
  for (const when of ['before', 'after'] as const) {
    test(`a rotation killed ${when} effect ${at}, ${effect}`, async () => void (await run({ at, when })));
  }
}

test('who still wraps under the former epoch is found by the proof, moved on, and nothing is destroyed that is needed', async () => {
  for (const lateIn of ['rewrapped', 'disabled'] as const) {
    const world = await newErasureWorld(catalog);
    await sealedFor(world, BEN);
    // A process that cannot list the epochs goes on with those it knows.
    const stale = freshEpochs(world);
    await stale.current();
    const isolated = { ...world.epochStore, list: () => Promise.reject(new Error('unreachable')) };
    const behind = world.process({ epochs: staleWith(stale, isolated) });
    await rotate(world, new Process(), lateIn);
    const used = await behind.use(userRequest(CEC), ({ keys }) => ({
      purpose: PURPOSE,
      token: keys.token,
      sealed: sealFields(keys, { email: CEC }),
    }));
    assert.ok(used.kind === 'used', used.kind);
    assert.deepEqual(await epochOf(world, CEC), [FIRST]);
    await rotate(world, new Process());
    assert.deepEqual(await epochOf(world, CEC), [`${FIRST}.01`]);
    assert.equal(await open(world, used.result), 'plain');
    assert.equal((await findRotation(world.objects, FIRST))?.record.setBack, 1);
  }
});

/** Epochs as a process knows them that never sees another list. */
function staleWith(stale: EpochKeys, _unreachable: object): EpochKeys {
  return Object.assign(Object.create(stale) as EpochKeys, {
    current: async () => ({ id: FIRST, aead: stale.loaded(FIRST)?.aead }),
    find: async () => ({ kind: 'epoch', epoch: stale.loaded(FIRST) }),
    loaded: () => stale.loaded(FIRST),
  });
}

test('keys that do not unwrap keep the epoch from ending, and somebody is told', async () => {
  const world = await newErasureWorld(catalog);
  await sealedFor(world, BEN);
  const lookupId = lookupIdOf(world.pepper, { kind: 'user', id: BEN });
  const stored = await world.store.read(lookupId);
  const good = stored?.bytes ?? Buffer.alloc(0);
  const bad = Buffer.from(String(good).replace(/"link":"....../, '"link":"AAAAAA'));
  await world.store.replace(lookupId, bad, stored?.revision ?? '');
  await rotate(world, new Process(), 'spread');
  const stuck = await advanceRotation(world.rotation(), FIRST);
  assert.deepEqual([stuck.record.state, stuck.againAfterSeconds], ['spread', 3600]);
  assert.ok(world.logged.some((line) => line.includes('rotation_damaged')));
  const now = await world.store.read(lookupId);
  await world.store.replace(lookupId, good, now?.revision ?? '');
  await rotate(world, new Process());
  assert.deepEqual(await epochOf(world, BEN), [`${FIRST}.01`]);
});

test('an epoch is due by its age; a rotation that is under way goes first; and without one there is nothing to do', async () => {
  const world = await newErasureWorld(catalog);
  await sealedFor(world, BEN);
  assert.equal(await dueRotation(world.rotation(), 30 * DAY_MS), undefined);
  world.clock.nowMs += 30 * DAY_MS;
  const due = await dueRotation(world.rotation(), 30 * DAY_MS);
  assert.deepEqual([due?.epoch, due?.successor], [FIRST, '2026-12-21']);
  await rotate(world, new Process(), 'disabled');
  assert.equal((await dueRotation(world.rotation(), 30 * DAY_MS))?.state, 'disabled');
  await rotate(world, new Process());
  assert.equal(await dueRotation(world.rotation(), 30 * DAY_MS), undefined);
  await assert.rejects(startRotation(world.rotation(), '2020-01-01'), { code: 'unknown_epoch' });
});

test('while keyrings are moved on, ingest and an erasure go on, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const world = await newErasureWorld(catalog);
      const [ann, ben] = [await sealedFor(world, ANN), await sealedFor(world, BEN)];
      await rotate(world, new Process(), 'spread');
      const turn = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), what);
      const id = await askFor(world, ANN, new Process());
      const moving = advanceRotation(world.rotation(new Process(undefined, turn)), FIRST);
      const erasing = driveOn(world, id, new Process(undefined, turn));
      const made = world.process({ epochs: freshEpochs(world) }).use(userRequest(CEC), ({ keys }) => keys.token);
      await scheduler.waitFor(Promise.all([moving, erasing, made]));
      await rotate(world, new Process());
      assert.deepEqual([await open(world, ann), await open(world, ben)], ['shredded', 'plain']);
      for (const user of [BEN, CEC]) assert.deepEqual(await epochOf(world, user), [`${FIRST}.01`]);
      const texts = await ledgerOf(world);
      // A keyring that was moved on before it was frozen names its new epoch alone.
      assert.ok(texts.length === 1 || texts.length === 2);
      assert.deepEqual(verifyChain(texts, world.signer.publicKeyPem), { kind: 'valid', length: texts.length });
    }),
    { numRuns: 60 },
  );
});
