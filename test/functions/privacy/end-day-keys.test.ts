/** Day keys: destroyed two weeks after their day, whenever and by whomever that is looked after, and cut off anywhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { openSealed, type SealedValue } from '#shared/privacy/opening.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { endDayKeys } from '#functions/privacy/at-work/end-day-keys.ts';
import { coveredCatalog } from './catalogs.ts';
import { type ErasureWorld, newErasureWorld } from './erasure-world.ts';
import { type KillPoint, Process } from './processes.ts';

const DAYS = ['2026-11-21', '2026-11-22', '2026-11-24'] as const;
const catalog = coveredCatalog();

async function sealedOn(world: ErasureWorld, day: string): Promise<SealedValue> {
  const request = { subject: { kind: 'day' as const, id: day }, purpose: 'quality' };
  const used = await world.process().use(request, ({ keys }) => ({
    purpose: 'quality',
    token: keys.token,
    sealed: sealFields(keys, { original: '{}' }),
  }));
  return used.kind === 'used' ? used.result : assert.fail(used.kind);
}

async function kindsOf(world: ErasureWorld, values: readonly SealedValue[]): Promise<readonly string[]> {
  return Promise.all(values.map(async (value) => (await openSealed(world.process(), value)).kind));
}

test('a key lives for two weeks after the end of its day, and not longer', async () => {
  const world = await newErasureWorld(catalog);
  const values = await Promise.all(DAYS.map((day) => sealedOn(world, day)));
  world.clock.nowMs = Date.UTC(2026, 10, 22) + 14 * DAY_MS - 1;
  assert.equal(await endDayKeys(world.deps()), 0);
  assert.deepEqual(await kindsOf(world, values), ['plain', 'plain', 'plain']);
  world.clock.nowMs += 1;
  assert.equal(await endDayKeys(world.deps()), 1);
  assert.equal(await endDayKeys(world.deps()), 0);
  assert.deepEqual(await kindsOf(world, values), ['shredded', 'plain', 'plain']);
  // After a pause of weeks it catches up.
  world.clock.nowMs += 40 * DAY_MS;
  assert.equal(await endDayKeys(world.deps()), 2);
  assert.deepEqual(await kindsOf(world, values), ['shredded', 'shredded', 'shredded']);
  assert.deepEqual(world.store.indexed(), []);
});

test('cut off before or after any effect, the next one comes to the same', async () => {
  const run = async (kill?: KillPoint): Promise<readonly string[]> => {
    const world = await newErasureWorld(catalog);
    const values = await Promise.all(DAYS.map((day) => sealedOn(world, day)));
    world.clock.nowMs += 60 * DAY_MS;
    const process = new Process(kill);
    await endDayKeys(world.deps(process)).catch((thrown: unknown) => {
      if (!process.dead) throw thrown;
    });
    await endDayKeys(world.deps());
    assert.deepEqual(await kindsOf(world, values), ['shredded', 'shredded', 'shredded']);
    assert.deepEqual(world.store.indexed(), []);
    return process.effects;
  };
  const effects = await run();
  assert.ok(effects.length > 12, String(effects));
  for (const at of effects.keys()) for (const when of ['before', 'after'] as const) await run({ at, when });
});
