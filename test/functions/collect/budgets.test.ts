/** What a daily budget and a sample do to events that are sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budgets, BUDGETS_EVERY_MS } from '#functions/collect/state/budgets.ts';
import { bundleOf, type Catalog } from '#shared/catalog/catalog.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import type { BootId, EventTypeId } from '#shared/platform/ids.ts';
import { memoryObjectStore } from '#shared/platform/memory-object-store.ts';
import { overwrite, repositoryCatalog } from './test-app.ts';
import { type CollectWorld, NOW_MS, play, startCollect } from './world.ts';

const PLAYED = 'listening.TrackPlayed' as EventTypeId;
const DAY_MS = 86_400_000;

function catalogWith(change: Partial<EventType>): Catalog {
  const catalog = repositoryCatalog();
  const played = catalog.eventTypes[PLAYED];
  assert.ok(played !== undefined);
  return { ...catalog, eventTypes: { ...catalog.eventTypes, [PLAYED]: { ...played, ...change } } };
}

async function worldWith(change: Partial<EventType>): Promise<CollectWorld> {
  const world = await startCollect();
  const { digest, text } = bundleOf(catalogWith(change));
  await world.state.create(bundleObject(digest), text);
  await overwrite(
    world.state,
    CURRENT_CATALOG_OBJECT,
    encodeCurrentCatalog({ digest, appliedAt: '2026-08-01T12:00:00Z' }),
  );
  await world.advance(10_000);
  return world;
}

const verdict = async (world: CollectWorld, event: object = play()): Promise<string> => {
  const [result] = (await world.send([event])).results;
  return result?.code ?? result?.status ?? 'none';
};

const failed = (world: CollectWorld): number =>
  world.published.filter(({ topic }) => topic === 'platform.failed-events').length;

test('what a type may store in a day is stored, then its events are refused until the next day, and kept nowhere', async () => {
  const world = await worldWith({ dailyBytes: 1000 });
  const verdicts = [await verdict(world), await verdict(world), await verdict(world), await verdict(world)];
  assert.deepEqual(verdicts.slice(-1), ['budget_spent']);
  assert.equal(verdicts[0], 'accepted');
  const stored = world.published.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  assert.ok(stored >= 1000 && stored < 2500, `${stored} bytes`);
  assert.equal(failed(world), 0);
  const other = { ...play(), type: 'listening.SearchPerformed', consent: { personalisation: true } };
  const data = { query: 'b', query_length: 1, kind: 'all', results: 0, language: 'en', took_ms: 1 };
  assert.equal(await verdict(world, { ...other, data }), 'accepted');
  assert.equal(world.logged.filter((line) => line.includes('the daily budget is spent')).length, 1);
  await world.advance(DAY_MS);
  assert.equal(await verdict(world, play({ occurredAt: new Date(world.clock.nowMs).toISOString() })), 'accepted');
});

test('an import is free', async () => {
  const world = await worldWith({ dailyBytes: 1 });
  assert.equal(await verdict(world), 'accepted');
  assert.equal(await verdict(world), 'budget_spent');
  const opened = await world.post('/v1/imports', { headers: { authorization: `Bearer tw_${'A'.repeat(43)}` } });
  const { results } = await world.send([play()], { import: opened.body['id'] });
  assert.equal(results[0]?.status, 'accepted', JSON.stringify(opened.body));
});

test('an event outside the sample is told so for good, and kept nowhere', async () => {
  const world = await worldWith({ sampling: 0.5 });
  const users = Array.from({ length: 60 }, (_, index) => `user-${index}`);
  const verdicts = await Promise.all(users.map((userId) => verdict(world, play({ userId }))));
  const kept = verdicts.filter((code) => code === 'accepted').length;
  assert.ok(kept > 10 && kept < 50, `${kept} of 60`);
  assert.deepEqual(new Set(verdicts), new Set(['accepted', 'not_sampled']));
  assert.equal(world.published.length, kept);
});

test('boots spend one budget together, within the time in which they tell each other', async () => {
  const clock = { nowMs: NOW_MS, now: () => clock.nowMs };
  const store = memoryObjectStore();
  const logged: string[] = [];
  const [one, two] = ['boot-1', 'boot-2'].map((boot) => {
    const log = { write: (_severity: string, message: string) => void logged.push(message) };
    const budgets = new Budgets({ boot: boot as BootId, store, clock, log });
    budgets.adopt(catalogWith({ dailyBytes: 1000 }));
    return budgets;
  });
  assert.ok(one !== undefined && two !== undefined);
  const sync = async (): Promise<void> => {
    clock.nowMs += BUDGETS_EVERY_MS;
    await one.sync();
    await two.sync();
    await one.sync();
  };
  one.spend(PLAYED, 600);
  two.spend(PLAYED, 300);
  await sync();
  assert.deepEqual([one.isSpent(PLAYED), two.isSpent(PLAYED)], [false, false]);
  one.spend(PLAYED, 100);
  await sync();
  assert.deepEqual([one.isSpent(PLAYED), two.isSpent(PLAYED)], [true, true]);
  // A boot that starts anew knows of what the others have stored.
  const three = new Budgets({ boot: 'boot-3' as BootId, store, clock, log: { write: () => undefined } });
  three.adopt(catalogWith({ dailyBytes: 1000 }));
  await three.sync();
  assert.equal(three.isSpent(PLAYED), true);
  clock.nowMs += DAY_MS;
  assert.deepEqual([one.isSpent(PLAYED), two.isSpent(PLAYED)], [false, false]);
  await sync();
  const left: string[] = [];
  for await (const { name } of store.list('budgets/')) left.push(name);
  assert.deepEqual(left, [], 'what was told of yesterday is gone');
  assert.deepEqual(
    logged.filter((message) => message.includes('shared')),
    [],
  );
});

test('a store that does not answer leaves each boot to what it knows', async () => {
  const broken = { ...memoryObjectStore(), list: () => assert.fail('no listing') };
  const budgets = new Budgets({
    boot: 'boot-1' as BootId,
    store: broken,
    clock: { now: () => NOW_MS },
    log: { write: () => undefined },
  });
  budgets.adopt(catalogWith({ dailyBytes: 10 }));
  budgets.spend(PLAYED, 10);
  await budgets.sync();
  assert.equal(budgets.isSpent(PLAYED), true);
});
