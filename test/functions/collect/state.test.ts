/** What collect keeps between requests: the catalog it works by, write keys, accepted events, keys, and how it ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AcceptedEvents, BatchClaims } from '#functions/collect/batch/accepted-events.ts';
import { bundleOf, type Catalog } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import type { KeepsBecause } from '#shared/privacy/keys/key-bucket-settings.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { beginOutage } from './outage.ts';
import { putWriteKey, repositoryCatalog, SECRET, WRITE_KEY } from './test-app.ts';
import { AUTHORIZED, type CollectWorld, play, startCollect } from './world.ts';

/** The repository's catalog without some event types. */
function catalogWithout(...missing: readonly string[]): Catalog {
  const catalog = repositoryCatalog();
  const kept = Object.entries(catalog.eventTypes).filter(([id]) => !missing.includes(id));
  return { ...catalog, eventTypes: Object.fromEntries(kept) };
}

async function point(state: ObjectStore, catalog: Catalog): Promise<void> {
  const { digest, text } = bundleOf(catalog);
  await state.create(bundleObject(digest), text);
  const present = await state.read(CURRENT_CATALOG_OBJECT);
  const pointer = encodeCurrentCatalog({ digest, appliedAt: '2026-08-01T12:00:00.000Z' });
  if (present === undefined) await state.create(CURRENT_CATALOG_OBJECT, pointer);
  else await state.replace(CURRENT_CATALOG_OBJECT, present.generation, pointer);
}

const verdict = async (world: CollectWorld, event: object = play()): Promise<string | undefined> => {
  const { body, results } = await world.send([event]);
  return results[0]?.code ?? results[0]?.status ?? String(body['code']);
};

test('a newly applied type is taken at once by who sends it, and a catalog that went back is adopted within ten seconds', async () => {
  const world = await startCollect();
  await point(world.state, catalogWithout('listening.TrackPlayed'));
  assert.equal(await verdict(world), 'accepted', 'the pointer is read every ten seconds');
  await world.advance(10_000);
  assert.equal(await verdict(world), 'unknown_type');
  await point(world.state, repositoryCatalog());
  assert.equal(await verdict(world), 'unknown_type', 'looked at within the last second');
  world.clock.nowMs += 1000;
  assert.equal(await verdict(world), 'accepted');
});

test('a bundle that is missing or damaged leaves the catalog before it in force', async () => {
  const world = await startCollect();
  const damaged = catalogWithout('web.PageRequested');
  const { digest } = bundleOf(damaged);
  await world.state.create(bundleObject(digest), '{}');
  await point(world.state, damaged);
  await world.advance(10_000);
  assert.equal(await verdict(world), 'accepted');
  assert.ok(world.logged.some((line) => line.includes('could not be adopted')));
});

test('the first request of a cold start waits for the keys and the catalog', async () => {
  const opening = Promise.withResolvers<void>();
  const world = await startCollect(
    ({ state }) => ({
      state: {
        ...state,
        readBody: async (name) => {
          if (name === CURRENT_CATALOG_OBJECT) await opening.promise;
          return state.readBody(name);
        },
      },
    }),
    'not-opened',
  );
  const first = verdict(world);
  opening.resolve();
  assert.equal(await first, 'accepted');
});

test('before a catalog is applied events come again, and the first after it is taken', async () => {
  const world = await startCollect(({ state }) => {
    void state.delete(CURRENT_CATALOG_OBJECT);
    return {};
  });
  assert.equal(await verdict(world), 'catalog_loading');
  await point(world.state, repositoryCatalog());
  world.clock.nowMs += 1000;
  assert.equal(await verdict(world), 'accepted');
});

test('a revoked key ends within half a minute, a new one works at once, and an outage of the store stops neither', async () => {
  let down = false;
  const world = await startCollect(({ state }) => ({
    state: {
      ...state,
      readBody: (name) =>
        down && name.startsWith('write-keys/')
          ? Promise.reject(new PlatformError('cloud_unavailable'))
          : state.readBody(name),
    },
  }));
  assert.equal(await verdict(world), 'accepted');
  down = true;
  world.clock.nowMs += 600_000;
  assert.equal(await verdict(world), 'accepted', 'known keys serve on');
  const unknown = { ...AUTHORIZED, authorization: `Bearer tw_${'N'.repeat(43)}` };
  const asked = await world.post('/v1/events', { headers: unknown, body: '{"events":[]}' });
  assert.deepEqual([asked.status, asked.body['code']], [503, 'cloud_unavailable']);
  down = false;
  assert.equal(await verdict(world), 'accepted');
  await putWriteKey(world.state, SECRET, { ...WRITE_KEY, revokedAt: '2026-08-01T12:30:00Z' });
  let taken = 0;
  while ((await verdict(world)) === 'accepted') {
    world.clock.nowMs += 1000;
    taken += 1;
    assert.ok(taken < 30, 'still taken half a minute after it was revoked');
  }
});

test('while the store of write keys hardly answers only the first waits for it, and it is asked once a second', async () => {
  let answer: (() => Promise<never>) | undefined;
  let looks = 0;
  const world = await startCollect(({ state }) => ({
    state: {
      ...state,
      read(name) {
        if (answer === undefined || !name.startsWith('write-keys/')) return state.read(name);
        looks += 1;
        return answer();
      },
    },
  }));
  assert.equal(await verdict(world), 'accepted');
  answer = () => Promise.reject(new PlatformError('cloud_unavailable'));
  world.clock.nowMs += 100_000;
  assert.equal(await verdict(world), 'accepted', 'waits until it is known that the store does not answer');
  answer = () => new Promise(() => undefined);
  for (let second = 0; second < 9; second += 1) {
    assert.equal(await verdict(world), 'accepted');
    world.clock.nowMs += 500;
  }
  assert.ok(looks <= 6, `${looks} looks`);
});

test('nothing is taken while the bucket of keys keeps what is deleted, and collect says why', async () => {
  const reasons: KeepsBecause[] = ['soft-delete'];
  const world = await startCollect(() => ({ keptBecauseOf: async () => reasons }));
  const refused = await world.send([play()]);
  assert.deepEqual([refused.status, refused.body['code']], [503, 'key_bucket_keeps']);
  const health = await fetch(`${world.url}/healthz`);
  assert.equal(health.status, 503);
  assert.match(((await health.json()) as { detail: string }).detail, /soft-delete/);
  reasons.length = 0;
  await world.advance(60_000);
  assert.equal((await fetch(`${world.url}/healthz`)).status, 200);
  assert.equal(await verdict(world), 'accepted');
});

test('with the store of keys down, known users are served from memory and new ones come again', async () => {
  const outage = beginOutage();
  outage.lasts = false;
  const world = await startCollect(({ keys }) => ({
    keys: { ...keys, keyrings: { ...keys.keyrings, read: outage.of((id: string) => keys.keyrings.read(id)) } },
  }));
  assert.equal(await verdict(world), 'accepted');
  outage.lasts = true;
  const { status, results } = await world.send([play(), play({ userId: 'new-user' })]);
  assert.equal(status, 200);
  assert.deepEqual(
    results.map(({ status, code }) => code ?? status),
    ['accepted', 'keys_unavailable'],
  );
});

test('while the store of keys hardly answers nobody waits for it but who needs it', async () => {
  const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let slow = false;
  const world = await startCollect(({ keys }) => {
    const read = async (id: string) => {
      if (slow) {
        asked.resolve();
        await held.promise;
      }
      return keys.keyrings.read(id);
    };
    return { keys: { ...keys, keyrings: { ...keys.keyrings, read } } };
  });
  assert.equal(await verdict(world), 'accepted');
  slow = true;
  const stranger = world.send([play({ userId: 'new-user' })]);
  await asked.promise;
  for (let times = 0; times < 3; times += 1) assert.equal(await verdict(world), 'accepted');
  assert.equal(world.published.length, 4, 'and the stranger waits still');
  held.resolve();
  assert.equal((await stranger).results[0]?.status, 'accepted');
});

test('ending answers what is under way, takes nothing new, and says the last word about the hour', async () => {
  const world = await startCollect();
  const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.onPublish = async () => {
    asked.resolve();
    await held.promise;
    return 'acknowledged' as const;
  };
  const underWay = world.send([play()]);
  await asked.promise;
  const stopping = world.collect.stop();
  const refused = await world.send([play()]);
  assert.deepEqual([refused.status, refused.body['code']], [503, 'overloaded']);
  held.resolve();
  assert.equal((await underWay).results[0]?.status, 'accepted');
  await stopping;
  const report = (await world.object(`collectors/2026-08-01T12/${world.collect.boot}`)) as Record<string, unknown>;
  assert.deepEqual([report['final'], report['types']], [true, { 'listening.TrackPlayed': [[1, 1]] }]);
  assert.deepEqual(Object.keys(report['books'] as object), ['listening.TrackPlayed']);
});

test('an event is remembered only once it was accepted, within its scope, and the memory is bounded', () => {
  const accepted = new AcceptedEvents(10);
  const first = new BatchClaims(accepted, 'app|');
  const claimed = first.claim('id', 'payload');
  assert.equal(claimed.kind, 'first');
  assert.equal(new BatchClaims(accepted, 'other|').claim('id', 'payload').kind, 'first');
  assert.equal(new BatchClaims(accepted, 'app|').claim('id', 'payload').kind, 'twin');
  first.release();
  assert.equal(new BatchClaims(accepted, 'app|').claim('id', 'payload').kind, 'first');

  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 }), (ids) => {
      const memory = new AcceptedEvents(10);
      const lately: number[] = [];
      for (const id of ids) {
        const batch = new BatchClaims(memory, 'app|');
        const found = batch.claim(String(id), 'same');
        // The last five are always known; what is older than ten never is.
        if (lately.slice(-5).includes(id)) assert.equal(found.kind, 'known');
        if (!lately.slice(-10).includes(id)) assert.equal(found.kind, 'first');
        if (found.kind === 'first') {
          batch.accept(found.claim);
          lately.push(id);
        }
        batch.release();
      }
    }),
  );
});
