/** Erasures that people keep back: a legal hold, in both its modes and at every moment; a request not verified yet; the time that passes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import type { StoredObject } from '#shared/platform/object-store.ts';
import { parseErasure } from '#shared/privacy/erasure/erasure-record.ts';
import { openSealed } from '#shared/privacy/opening.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import type { ErasureDeps } from '#functions/privacy/erasures/erasure-deps.ts';
import { changeErasure, readErasure } from '#functions/privacy/erasures/erasure-objects.ts';
import { viewOf } from '#functions/privacy/erasures/erasure-view.ts';
import { driveAnew } from '#functions/privacy/erasures/hold-marks.ts';
import { listHolds } from '#functions/privacy/erasures/hold-objects.ts';
import { liftHold, placeHold } from '#functions/privacy/erasures/holds.ts';
import { requestErasure } from '#functions/privacy/erasures/request-erasure.ts';
import { STEP_VERBS, takeStepOf } from '#functions/privacy/erasures/steps/steps.ts';
import { sweep } from '#functions/privacy/erasures/sweep.ts';
import { PURPOSE, userRequest } from '#test/shared/privacy/world.ts';
import { coveredCatalog } from './catalogs.ts';
import { askFor, driveOn, type ErasureWorld, newErasureWorld } from './erasure-world.ts';
import { type KillPoint, Process } from './processes.ts';

const ANN = 'ann@example.com';
const REASON = 'case 12 of the court of Springfield';
const covered = coveredCatalog();

async function known(world: ErasureWorld): Promise<{ token: string; sealed: Buffer; purpose: string }> {
  const used = await world.process().use(userRequest(ANN), ({ keys }) => ({
    token: keys.token,
    sealed: sealFields(keys, { email: ANN }),
    purpose: PURPOSE,
  }));
  return used.kind === 'used' ? used.result : assert.fail(used.kind);
}

async function stateOf(world: ErasureWorld, id: string): Promise<string> {
  return (await readErasure(world.objects, id)).record.state;
}

function hold(world: ErasureWorld, mode: 'keep' | 'restrict' = 'keep', untilMs?: number): ReturnType<typeof placeHold> {
  return placeHold(world.deps(), { userId: ANN, mode, reason: REASON, untilMs });
}

/** What a process works on for which something happens each time it has read an object of that prefix. */
function afterReading(world: ErasureWorld, prefix: string, happens: () => Promise<void>): ErasureDeps {
  const deps = world.deps();
  const read = async (name: string): Promise<StoredObject | undefined> => {
    const found = await deps.objects.read(name);
    if (name.startsWith(prefix)) await happens();
    return found;
  };
  const objects = new Proxy(deps.objects, {
    get: (inner, property) => (property === 'read' ? read : Reflect.get(inner, property, inner)),
  });
  return { ...deps, objects };
}

test('a hold keeps everything in use until it is lifted; then the erasure goes on by itself', async () => {
  const world = await newErasureWorld(covered);
  const value = await known(world);
  const placed = await hold(world);
  const id = await askFor(world, ANN, new Process());
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'held');
  assert.equal(viewOf((await readErasure(world.objects, id)).record, world.clock.now()).rests, 'held');
  assert.equal((await openSealed(world.process(), value)).kind, 'plain');
  world.executions.ended.add('executions/1');
  world.clock.nowMs += 3_600_000;
  assert.deepEqual(await sweep(world.deps()), { open: 1, started: 0, finished: 0 }, 'a hold is not driven against');

  assert.equal((await liftHold(world.deps(), ANN))?.id, placed.id);
  assert.deepEqual(world.executions.started, [id, id]);
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'certified');
  assert.equal((await openSealed(world.process(), value)).kind, 'shredded');
  assert.equal(await liftHold(world.deps(), ANN), undefined);
});

test('a restricting hold freezes the keys: nothing is sealed, and what is sealed is neither opened nor called shredded', async () => {
  const world = await newErasureWorld(covered);
  const value = await known(world);
  await hold(world, 'restrict');
  const id = await askFor(world, ANN, new Process());
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'restricted');
  const fresh = world.process();
  assert.deepEqual(await fresh.use(userRequest(ANN), () => 1), { kind: 'refused', code: 'subject_erased' });
  assert.deepEqual(await openSealed(fresh, value), { kind: 'retry', code: 'subject_busy' });
  await liftHold(world.deps(), ANN);
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'certified');
});

test('a hold that ends by its date is no reason any more, and the sweep drives on', async () => {
  const world = await newErasureWorld(covered);
  await known(world);
  await hold(world, 'keep', world.clock.now() + 60_000);
  const id = await askFor(world, ANN, new Process());
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'held');
  world.executions.ended.add('executions/1');
  world.clock.nowMs += 60_000;
  assert.equal((await sweep(world.deps())).started, 1);
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'certified');
});

test('a hold on an erasure that is under way stops it, or is refused and not placed: never both, never neither', async () => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat({ max: 60 }), async (scheduler, delay) => {
      const world = await newErasureWorld(covered);
      const value = await known(world);
      const id = await askFor(world, ANN, new Process());
      const turn = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), what);
      const later = async (): Promise<void> => {
        for (let turns = 0; turns < delay; turns += 1) await turn('later');
      };
      const placing = later()
        .then(() => placeHold(world.deps(new Process(undefined, turn)), { userId: ANN, mode: 'keep', reason: REASON }))
        .then(
          () => 'placed',
          (thrown: { code?: string }) => (thrown.code === 'erasure_too_far' ? 'too far' : assert.fail(thrown.code)),
        );
      const driving = driveOn(world, id, new Process(undefined, turn)).catch((thrown: { code?: string }) =>
        assert.equal(thrown.code, 'erasure_held'),
      );
      const [placed] = await scheduler.waitFor(Promise.all([placing, driving]));
      outcomes.add(placed);
      await driveOn(world, id, new Process());
      const opened = (await openSealed(world.process(), value)).kind;
      if (placed === 'placed') {
        // Where the keys were frozen in between, they stay so: destroyed is nothing.
        assert.ok(opened === 'plain' || opened === 'retry', opened);
        assert.equal(await stateOf(world, id), 'held');
      } else {
        assert.equal(opened, 'shredded');
        assert.equal(await stateOf(world, id), 'certified');
        for await (const each of listHolds(world.objects)) assert.fail(`left ${each.id}`);
      }
    }),
    { numRuns: 150 },
  );
  assert.deepEqual([...outcomes].sort(), ['placed', 'too far'], 'the orders cover both ends');
});

test('a hold that is placed after an erasure has looked for one and found none is not taken off it again', async () => {
  const world = await newErasureWorld(covered);
  const value = await known(world);
  const id = await askFor(world, ANN, new Process());
  let placed: unknown;
  const deps = afterReading(world, 'holds/', async () => void (placed ??= await hold(world)));
  await assert.rejects(
    async () => {
      for (const verb of STEP_VERBS) await takeStepOf(deps, id, verb);
    },
    { code: 'erasure_held' },
    'the keys are about to be frozen, and the record names the hold by then',
  );
  assert.ok(placed !== undefined);
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'held');
  assert.equal((await openSealed(world.process(), value)).kind, 'plain');
});

test('a hold that is lifted after an erasure has found it leaves no mark that nobody would take off', async () => {
  const world = await newErasureWorld(covered);
  await known(world);
  await hold(world);
  const id = await askFor(world, ANN, new Process());
  const deps = afterReading(world, 'holds/', async () => void (await liftHold(world.deps(), ANN)));
  for (const verb of STEP_VERBS)
    while ((await takeStepOf(deps, id, verb)).againAfterSeconds > 0) world.clock.nowMs += 1000;
  assert.equal(await stateOf(world, id), 'certified');
});

test('lifting one hold leaves the next, which somebody placed meanwhile', async () => {
  const world = await newErasureWorld(covered);
  const value = await known(world);
  const first = await hold(world);
  const id = await askFor(world, ANN, new Process());
  await driveOn(world, id, new Process());
  let next: { id: string } | undefined;
  const deps = afterReading(world, 'holds/', async () => {
    if (next !== undefined) return;
    await liftHold(world.deps(), ANN);
    next = await hold(world);
  });
  assert.equal((await liftHold(deps, ANN))?.id, first.id);
  await driveOn(world, id, new Process());
  assert.equal((await readErasure(world.objects, id)).record.hold?.id, next?.id);
  assert.equal((await openSealed(world.process(), value)).kind, 'plain');
});

test('whoever places, lifts and drives at once: keys are never destroyed under a hold that was placed, and nothing stays marked without one', async () => {
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.nat({ max: 40 }), { minLength: 3, maxLength: 3 }),
      async (scheduler, delays) => {
        const world = await newErasureWorld(covered);
        const value = await known(world);
        const id = await askFor(world, ANN, new Process());
        const turn = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), what);
        const deps = (): ReturnType<typeof world.deps> => world.deps(new Process(undefined, turn));
        const after = async (turns: number | undefined, work: () => Promise<unknown>): Promise<string> => {
          for (let left = turns ?? 0; left > 0; left -= 1) await turn('later');
          return work().then(
            () => 'done',
            (thrown: { code?: string }) => thrown.code ?? 'thrown',
          );
        };
        const place = (): Promise<unknown> => placeHold(deps(), { userId: ANN, mode: 'keep', reason: REASON });
        const placed = await scheduler.waitFor(
          Promise.all([
            after(delays[0], place),
            after(delays[1], place),
            after(delays[2], () => liftHold(deps(), ANN)),
            after(0, () => driveOn(world, id, new Process(undefined, turn))),
          ]),
        );
        for (const end of placed) assert.ok(['done', 'erasure_too_far', 'erasure_held'].includes(end), end);
        await driveOn(world, id, new Process());
        const stands: string[] = [];
        for await (const each of listHolds(world.objects)) stands.push(each.id);
        const { record } = await readErasure(world.objects, id);
        const opened = (await openSealed(world.process(), value)).kind;
        ends.add(record.state);
        assert.equal(record.state, stands.length === 0 ? 'certified' : 'held');
        assert.equal(opened === 'shredded', stands.length === 0, opened);
        assert.equal(record.hold?.id, stands[0]);
      },
    ),
    { numRuns: 100 },
  );
  assert.deepEqual([...ends].sort(), ['certified', 'held'], 'the orders cover both ends');
});

test('placing and lifting, killed before and after each of their effects and repeated, come to the same', async () => {
  const run = async (kill: KillPoint | undefined): Promise<readonly string[]> => {
    const world = await newErasureWorld(covered);
    const value = await known(world);
    const id = await askFor(world, ANN, new Process());
    const process = new Process(kill);
    const both = async (deps: ReturnType<typeof world.deps>): Promise<void> => {
      await placeHold(deps, { userId: ANN, mode: 'keep', reason: REASON });
      await driveOn(world, id, new Process());
      assert.equal(await stateOf(world, id), 'held');
      assert.equal((await openSealed(world.process(), value)).kind, 'plain');
      await liftHold(deps, ANN);
    };
    await both(world.deps(process)).catch(async (thrown: unknown) => {
      if (!process.dead) throw thrown;
      const held = (await readErasure(world.objects, id)).record.hold !== undefined;
      if (held) await liftHold(world.deps(), ANN);
      else await both(world.deps());
    });
    await driveOn(world, id, new Process());
    assert.equal(await stateOf(world, id), 'certified');
    assert.ok(!world.objects.names().some((name) => name.startsWith('holds/')));
    return process.effects;
  };
  const effects = await run(undefined);
  assert.ok(effects.length >= 6, String(effects));
  for (const at of effects.keys()) for (const when of ['before', 'after'] as const) await run({ at, when });
});

test('a hold names its case and nobody, and its record is what an erasure tells', async () => {
  const world = await newErasureWorld(covered);
  await known(world);
  const { id: holdId } = await hold(world);
  const id = await askFor(world, ANN, new Process());
  await driveOn(world, id, new Process());
  assert.deepEqual(world.facts.get([...world.facts.keys()].find((name) => name.includes('/held/')) ?? '')?.body, {
    erasure: id,
    state: 'held',
    basis: 'request',
    hold: holdId,
  });
  const stored = await Promise.all(
    world.objects.names().map(async (name) => String((await world.objects.read(name))?.body)),
  );
  assert.ok(!stored.some((text) => text.includes(ANN)));
  const again = await hold(world);
  assert.equal(again.id, holdId, 'one hold for a person');
});

test('a request that is not verified rests, and nothing is touched, until somebody says how it was', async () => {
  const world = await newErasureWorld(covered);
  const value = await known(world);
  const { record } = await requestErasure(world.deps(), { userId: ANN, basis: 'request', verification: 'pending' });
  await driveOn(world, record.id, new Process());
  assert.equal(await stateOf(world, record.id), 'received');
  assert.equal(viewOf((await readErasure(world.objects, record.id)).record, world.clock.now()).rests, 'unverified');
  world.executions.ended.add('executions/1');
  assert.equal((await sweep(world.deps())).started, 0);
  await changeErasure(world.objects, record.id, (each) => ({ ...each, verification: 'document' }));
  await driveAnew(world.deps(), record.id);
  assert.equal(world.executions.started.length, 2);
  await driveOn(world, record.id, new Process());
  const done = (await readErasure(world.objects, record.id)).record;
  assert.deepEqual([done.state, done.steps.verified?.by], ['certified', 'document']);
  assert.equal((await openSealed(world.process(), value)).kind, 'shredded');
});

test('at half, four fifths and all of the month somebody is told, each once; two more months start the count again', async () => {
  const world = await newErasureWorld(covered);
  await hold(world);
  const id = await askFor(world, ANN, new Process());
  await driveOn(world, id, new Process());
  const { receivedAtMs, dueAtMs } = (await readErasure(world.objects, id)).record;
  const told = (): number => [...world.facts.keys()].filter((name) => name.includes('/due/')).length;
  for (const [share, count] of [
    [0.4, 0],
    [0.5, 1],
    [0.6, 1],
    [0.8, 2],
    [1, 3],
    [1.5, 3],
  ] as const) {
    world.clock.nowMs = receivedAtMs + Math.ceil((dueAtMs - receivedAtMs) * share);
    await sweep(world.deps());
    await sweep(world.deps());
    assert.equal(told(), count, `at ${share}`);
  }
  assert.ok(world.logged.some((line) => line.includes('CRITICAL') && line.includes('erasure_overdue')));
  const parsed = parseErasure((await world.objects.read(`erasures/${id}/record`))?.body ?? Buffer.alloc(0));
  assert.equal(parsed?.alerted, 1);
});

test('the hold of one person is none of another, and an id that begins like another is not it', async () => {
  const world = await newErasureWorld(covered);
  await placeHold(world.deps(), { userId: 'ben@example.com', mode: 'keep', reason: REASON });
  await known(world);
  const id = await askFor(world, ANN, new Process());
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'certified');
  assert.notEqual(
    lookupIdOf(world.pepper, { kind: 'user', id: ANN }),
    lookupIdOf(world.pepper, { kind: 'user', id: 'ben@example.com' }),
  );
  await assert.rejects(takeStepOf(world.deps(), '00000000-none', 'hold'), { code: 'unknown_erasure' });
});
