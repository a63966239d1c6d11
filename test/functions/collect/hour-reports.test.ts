/** What a boot says about its hours: there before it publishes, exact while it does, and final once it is over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AcknowledgedRanges } from '#functions/collect/state/acknowledged-ranges.ts';
import { HourBooks } from '#functions/collect/state/hour-books.ts';
import { HourReports } from '#functions/collect/state/hour-reports.ts';
import { type Books, imbalanceOf, NO_BOOKS } from '#shared/events/books.ts';
import { type KeyUsage, MAX_USAGES } from '#shared/events/key-usage.ts';
import { writeKeyId, writeKeyObject } from '#shared/events/write-key.ts';
import { type CollectorReport, parseReport } from '#shared/events/collector-report.ts';
import type { BootId, EventTypeId } from '#shared/platform/ids.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { memoryObjectStore } from '#shared/platform/memory-object-store.ts';
import { SECRET } from './test-app.ts';
import { type CollectWorld, NOW_MS, play, startCollect } from './world.ts';

const HOUR_MS = 3_600_000;
const BOOT = '01a1fc3e-10c0-75b0-a985-3077495ed126' as BootId;
const TYPE = 'listening.TrackPlayed' as EventTypeId;
const SECRET_ID = writeKeyId(writeKeyObject(SECRET) ?? '');
const SILENT = { write: () => undefined };

interface Reporting {
  readonly clock: { nowMs: number; now(): number };
  readonly reports: HourReports;
  readonly stored: (hour: string) => Promise<CollectorReport | undefined>;
}

function reporting(over: (store: ObjectStore) => ObjectStore = (store) => store): Reporting {
  const clock = { nowMs: NOW_MS, now: () => clock.nowMs };
  const store = memoryObjectStore();
  const reports = new HourReports({ boot: BOOT, store: over(store), clock, log: SILENT });
  return {
    clock,
    reports,
    async stored(hour) {
      const object = await store.read(`collectors/${hour}/${BOOT}`);
      return object === undefined ? undefined : parseReport(object.body);
    },
  };
}

test('the boot is registered in the hour before anything is published in it', async () => {
  const world = await startCollect();
  const name = `collectors/2026-08-01T12/${world.collect.boot}`;
  let registeredFirst: unknown;
  world.onPublish = async () => {
    registeredFirst = await world.object(name);
    return 'acknowledged' as const;
  };
  assert.equal(await world.object(name), undefined);
  await world.send([play(), play()]);
  assert.deepEqual(registeredFirst, { hour: '2026-08-01T12', boot: world.collect.boot, final: false, types: {} });
  await world.advance(1000);
  const types = { 'listening.TrackPlayed': [[1, 2]] };
  const books = { 'listening.TrackPlayed': { ...NO_BOOKS, received: 2, accepted: 2 } };
  const usage = [{ writeKey: 'test-app', id: SECRET_ID, sdk: 'unknown', requests: 1, events: 2 }];
  const head = { hour: '2026-08-01T12', boot: world.collect.boot, final: false };
  assert.deepEqual(await world.object(name), { ...head, types, books, usage });
});

interface StoredReport {
  readonly final: boolean;
  readonly types: object;
  readonly books?: Readonly<Record<string, Books>>;
  readonly usage?: readonly KeyUsage[];
}

async function stored(world: CollectWorld): Promise<StoredReport> {
  return (await world.object(`collectors/2026-08-01T12/${world.collect.boot}`)) as StoredReport;
}

test('the books tell by type what became of every event, and they balance', async () => {
  const world = await startCollect();
  const event = play();
  const incomplete = play({}, { track_id: undefined });
  await world.send([event]);
  const refused = play({ consent: { quality: false } }, { track_id: undefined });
  await world.send([event, incomplete, refused, play({ type: 'listening.Unknown' })]);
  world.onPublish = (topic) => (topic.startsWith('events.') ? 'failed' : 'acknowledged');
  await world.send([play(), play()]);
  await world.advance(1000);
  const { books } = await stored(world);
  assert.deepEqual(books, {
    'listening.TrackPlayed': { received: 6, accepted: 1, duplicate: 1, rejected: 2, returned: 2, kept: 1 },
    undeclared: { ...NO_BOOKS, received: 1, rejected: 1, kept: 1 },
  });
  for (const each of Object.values(books ?? {})) assert.equal(imbalanceOf(each), 0);
});

test('an hour in which everything was refused is told all the same, once', async () => {
  const world = await startCollect();
  await world.send([play({ type: 'listening.Unknown' })]);
  await world.advance(1000);
  assert.deepEqual([(await stored(world)).types, (await stored(world)).final], [{}, false]);
  await world.advance(HOUR_MS);
  const { final, books } = await stored(world);
  assert.deepEqual([final, books?.['undeclared']?.rejected], [true, 1]);
});

test('a failure on the way of a batch leaves events that are to come again, and books that balance', async () => {
  const world = await startCollect();
  world.onPublish = () => Promise.reject(new Error('no answer'));
  assert.equal((await world.send([play(), play()])).status, 500);
  world.onPublish = () => 'acknowledged';
  await world.advance(1000);
  assert.deepEqual((await stored(world)).books, { 'listening.TrackPlayed': { ...NO_BOOKS, received: 2, returned: 2 } });
});

test('usage tells SDKs apart, and what names none in a known form is unknown', async () => {
  const world = await startCollect();
  await world.send([play(), play()], { sdk: 'tributary-js/0.1.0' });
  await world.send([play()], { sdk: 'tributary-js/0.1.0' });
  await world.send([play()], { sdk: 'ann@example.com' });
  await world.send([play()], { sdk: { name: 'ann' } });
  await world.advance(1000);
  const { usage = [] } = await stored(world);
  assert.deepEqual(
    usage.map(({ writeKey, id, sdk, requests, events }) => [writeKey, id, sdk, requests, events]),
    [
      ['test-app', SECRET_ID, 'tributary-js/0.1.0', 2, 3],
      ['test-app', SECRET_ID, 'unknown', 2, 2],
    ],
  );
});

test('more SDKs than are told apart are counted as one', () => {
  const books = new HourBooks();
  for (let at = 0; at < MAX_USAGES + 20; at += 1) books.use({ name: 'app', id: 'a' }, { sdk: `x/${at}`, events: 1 });
  books.use({ name: 'app', id: 'a' }, { sdk: 'x/0', events: 2 });
  const { usage = [] } = books;
  assert.equal(usage.length, MAX_USAGES + 1);
  assert.deepEqual(usage.at(-1), { writeKey: 'app', id: 'a', sdk: 'other', requests: 20, events: 20 });
  assert.equal(usage[0]?.events, 3);
});

test('while the hour cannot be registered nothing is published, and the events come again', async () => {
  let down = true;
  const world = await startCollect(({ state }) => ({
    state: {
      ...state,
      create: async (name, body, labels) => {
        if (down && name.startsWith('collectors/')) throw new PlatformError('cloud_unavailable');
        return state.create(name, body, labels);
      },
    },
  }));
  const event = play();
  const refused = await world.send([event]);
  assert.deepEqual([refused.status, refused.results[0]?.code, world.published.length], [503, 'publish_failed', 0]);
  down = false;
  assert.equal((await world.send([event])).results[0]?.status, 'accepted');
});

test('an hour gets its last word once it is over and nothing of it is under way, and is never entered again', async () => {
  const { clock, reports, stored } = reporting();
  const slow = reports.enter();
  assert.equal(await slow.register(), true);
  clock.nowMs += HOUR_MS;
  const next = reports.enter();
  await next.register();
  next.acknowledge(TYPE, 3, 3);
  next.leave();
  await reports.flush();
  assert.equal((await stored('2026-08-01T12'))?.final, false, 'a request of it is under way');
  slow.acknowledge(TYPE, 1, 2);
  slow.leave();
  slow.leave();
  await reports.flush();
  const closed = await stored('2026-08-01T12');
  assert.deepEqual([closed?.final, closed?.types.get(TYPE)], [true, [[1, 2]]]);
  assert.equal((await stored('2026-08-01T13'))?.final, false);

  clock.nowMs -= HOUR_MS;
  const back = reports.enter();
  assert.equal(back.receivedAtMs, Date.UTC(2026, 7, 1, 13), 'a clock that goes back does not reopen the hour');
  back.leave();
});

test('an hour in which nothing was published is never registered', async () => {
  const { clock, reports, stored } = reporting();
  reports.enter().leave();
  clock.nowMs += HOUR_MS;
  await reports.flush();
  assert.equal(await stored('2026-08-01T12'), undefined);
  await reports.close();
  assert.equal(await stored('2026-08-01T12'), undefined);
});

test('ending says the last word about every hour', async () => {
  const { clock, reports, stored } = reporting();
  for (const first of [1, 2]) {
    const entry = reports.enter();
    await entry.register();
    entry.acknowledge(TYPE, first, first);
    entry.leave();
    clock.nowMs += HOUR_MS;
  }
  await reports.close();
  for (const [hour, sequence] of [
    ['2026-08-01T12', 1],
    ['2026-08-01T13', 2],
  ] as const) {
    const report = await stored(hour);
    assert.deepEqual([report?.final, report?.types.get(TYPE)], [true, [[sequence, sequence]]]);
  }
});

test('whatever fails or loses its reply on the way, the stored report ends up exact and final', async () => {
  const step = fc.record({
    fault: fc.constantFrom('none', 'fails', 'reply lost'),
    advanceMs: fc.integer({ min: 0, max: 2 * HOUR_MS }),
    publish: fc.boolean(),
    acknowledged: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      let fault = 'none';
      const through = async <Result>(work: () => Promise<Result>): Promise<Result> => {
        if (fault === 'fails') throw new PlatformError('cloud_unavailable');
        const result = await work();
        if (fault === 'reply lost') throw new PlatformError('cloud_unavailable');
        return result;
      };
      const { clock, reports, stored } = reporting((store) => ({
        ...store,
        read: (name) => (fault === 'none' ? store.read(name) : Promise.reject(new PlatformError('cloud_unavailable'))),
        create: (name, body) => through(() => store.create(name, body)),
        replace: (name, generation, body) => through(() => store.replace(name, generation, body)),
      }));
      const expected = new Map<string, number[]>();
      let sequence = 0;
      for (const one of steps) {
        fault = one.fault;
        clock.nowMs += one.advanceMs;
        const entry = reports.enter();
        if (one.publish && (await entry.register())) {
          sequence += 1;
          if (one.acknowledged) {
            entry.acknowledge(TYPE, sequence, sequence);
            const hour = new Date(entry.receivedAtMs).toISOString().slice(0, 13);
            expected.set(hour, [...(expected.get(hour) ?? []), sequence]);
          }
        }
        entry.leave();
        await reports.flush();
      }
      fault = 'none';
      await reports.flush();
      await reports.close();
      for (const [hour, sequences] of expected) {
        const report = await stored(hour);
        assert.equal(report?.final, true);
        const ranges = report?.types.get(TYPE) ?? [];
        const held = ranges.flatMap(([first, last]) =>
          Array.from({ length: last - first + 1 }, (_, index) => first + index),
        );
        assert.deepEqual(held, sequences);
      }
    }),
    { numRuns: 200 },
  );
});

test('acknowledged numbers come in any order, and the ranges hold exactly them, joined', () => {
  const runs = fc
    .uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 })
    .chain((numbers) => fc.shuffledSubarray(numbers, { minLength: numbers.length }));
  fc.assert(
    fc.property(runs, (numbers) => {
      const acknowledged = new AcknowledgedRanges();
      for (const number of numbers) acknowledged.add(number, number);
      const { ranges } = acknowledged;
      const held = ranges.flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, index) => first + index),
      );
      assert.deepEqual(
        held,
        numbers.toSorted((a, b) => a - b),
      );
      for (const [at, [first]] of ranges.entries()) assert.ok(at === 0 || first > (ranges[at - 1]?.[1] ?? 0) + 1);
    }),
  );
});
