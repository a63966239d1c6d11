// The model: ingest in several processes, an eraser, a reader and time, with every call of a store put into an order that
// fast-check chooses, and replies that get lost. Whatever the order, the promises of the key lifecycle hold.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { freezeSubject, shredKeyrings, wipeIndex } from '#shared/privacy/keys/forgetting.ts';
import type { ForgettingDeps, SubjectToken } from '#shared/privacy/keys/forgetting.ts';
import type { KeyringStore, RevocationFeed, Written } from '#shared/privacy/keys/key-stores.ts';
import type { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { parseKeyring } from '#shared/privacy/keys/keyring-record.ts';
import { openSealed } from '#shared/privacy/opening.ts';
import type { SealedValue } from '#shared/privacy/opening.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { BOUND_MS, newWorld } from '../world.ts';
import type { World } from '../world.ts';

const PURPOSES = ['ads', 'quality'] as const;
const USERS = ['ann', 'bob'] as const;
const VISITORS = ['browser-1', 'browser-2'] as const;

interface Use {
  readonly kind: 'use';
  readonly process: number;
  readonly user: string;
  readonly purpose: string;
  readonly visitor: string | undefined;
}
type Step = Use | { readonly kind: 'wait'; readonly ms: number } | { readonly kind: 'poll'; readonly process: number };

const use: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('use' as const),
  process: fc.integer({ min: 0, max: 1 }),
  user: fc.constantFrom(...USERS),
  purpose: fc.constantFrom(...PURPOSES),
  visitor: fc.constantFrom(undefined, undefined, ...VISITORS),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: use },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: BOUND_MS }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('poll' as const), process: fc.integer({ min: 0, max: 1 }) }) },
);

/** A lane of steps that one client does one after another. */
const lanes = fc.array(fc.array(step, { maxLength: 6 }), { minLength: 2, maxLength: 4 });

/** A sealed value, and whether the index led to its keyring when it was made. */
interface Made extends SealedValue {
  readonly user: string;
  readonly lookupId: string;
  readonly indexed: boolean;
}

interface Run {
  readonly world: World;
  readonly processes: readonly Keyrings[];
  readonly made: Made[];
  /** Every state that was written for each keyring, in order. */
  readonly history: Map<string, string[]>;
}

function scheduledStore(world: World, s: fc.Scheduler, history: Run['history'], lost: () => boolean): KeyringStore {
  const turn = async <Result>(label: string, effect: () => Promise<Result>): Promise<Result> => {
    await s.schedule(Promise.resolve(), label);
    const result = await effect();
    await s.schedule(Promise.resolve(), `${label} replied`);
    return result;
  };
  const write = (lookupId: string, bytes: Buffer, written: Written): Written => {
    if (written.kind === 'conflict') return written;
    const parsed = parseKeyring(bytes, lookupId);
    assert.ok(parsed.kind === 'keyring');
    history.set(lookupId, [...(history.get(lookupId) ?? []), parsed.keyring.state]);
    return lost() ? { kind: 'conflict' } : written;
  };
  return {
    read: (lookupId) => turn('read', () => world.store.read(lookupId)),
    create: (lookupId, bytes) =>
      turn('create', async () => write(lookupId, bytes, await world.store.create(lookupId, bytes))),
    replace: (lookupId, bytes, revision) =>
      turn('replace', async () => write(lookupId, bytes, await world.store.replace(lookupId, bytes, revision))),
    readIndex: (purpose, token) => turn('read index', () => world.store.readIndex(purpose, token)),
    putIndex: (purpose, token, lookupId) => turn('put index', () => world.store.putIndex(purpose, token, lookupId)),
    deleteIndex: (purpose, token) => turn('delete index', () => world.store.deleteIndex(purpose, token)),
  };
}

function scheduledFeed(world: World, s: fc.Scheduler): RevocationFeed {
  return {
    append: async (revocation) => {
      await s.schedule(Promise.resolve(), 'append');
      await world.feed.append(revocation);
      await s.schedule(Promise.resolve(), 'append replied');
    },
    read: async (sinceMs) => {
      const entries = await world.feed.read(sinceMs);
      await s.schedule(Promise.resolve(), 'feed replied');
      return entries;
    },
  };
}

async function doStep({ world, processes, made }: Run, each: Step): Promise<void> {
  if (each.kind === 'wait') world.clock.nowMs += each.ms;
  if (each.kind === 'poll') await processes[each.process]?.refresh();
  if (each.kind !== 'use') return;
  const { user, purpose, visitor } = each;
  const request = { subject: { kind: 'user' as const, id: user }, purpose };
  const lookupId = lookupIdOf(world.pepper, request.subject);
  const used = await processes[each.process]?.use(
    visitor === undefined ? request : { ...request, anonymousId: visitor },
    ({ keys }) => {
      const indexed = world.store.indexed().includes(`${purpose}|${keys.token}`);
      made.push({ user, lookupId, purpose, token: keys.token, sealed: sealFields(keys, { user }), indexed });
    },
  );
  assert.ok(used?.kind === 'used' || used?.kind === 'refused' || used?.kind === 'retry', used?.kind);
}

/** Erases ann as the workflow does, and says what it found. */
async function erase(
  deps: ForgettingDeps,
  lookupId: string,
): Promise<{ lookupIds: readonly string[]; tokens: readonly SubjectToken[] }> {
  const frozen = await freezeSubject(deps, lookupId);
  assert.ok(frozen.kind === 'frozen', frozen.kind);
  const tokens = frozen.keyrings.flatMap((keyring) => keyring.tokens);
  const lookupIds = frozen.keyrings.map((keyring) => keyring.lookupId);
  const shredded = await shredKeyrings(deps, lookupIds);
  assert.ok(shredded.kind === 'shredded', shredded.kind);
  await wipeIndex(deps.store, tokens);
  return { lookupIds, tokens };
}

async function race(s: fc.Scheduler, clients: readonly (readonly Step[])[], lost: () => boolean, withErasure: boolean) {
  const world = await newWorld();
  const history = new Map<string, string[]>();
  const store = scheduledStore(world, s, history, lost);
  const feed = scheduledFeed(world, s);
  const processes = [0, 1].map(() => world.process({ store, feed }));
  const run: Run = { world, processes, made: [], history };
  const ann = lookupIdOf(world.pepper, { kind: 'user', id: 'ann' });
  const ingest = clients.map(async (steps) => {
    for (const each of steps) {
      await s.schedule(Promise.resolve(), 'step');
      await doStep(run, each);
    }
  });
  const erasing = withErasure ? erase({ ...world.deps, store, feed }, ann) : Promise.resolve(undefined);
  await s.waitFor(Promise.all([...ingest, erasing]));
  return { ...run, ann, erased: await erasing };
}

function checkAlways({ made, history }: Run): void {
  for (const states of history.values()) {
    const tombstone = states.indexOf('shredded');
    if (tombstone >= 0)
      assert.ok(
        states.slice(tombstone).every((state) => state === 'shredded'),
        'a key after its tombstone',
      );
  }
  for (const { lookupId, purpose } of made) {
    const tokens = made
      .filter((each) => each.lookupId === lookupId && each.purpose === purpose)
      .map(({ token }) => token);
    assert.equal(new Set(tokens).size, 1, 'more than one keyset was used for one user and purpose');
  }
  for (const { indexed, lookupId } of made) {
    const erased = history.get(lookupId)?.includes('shredded') === true;
    assert.ok(indexed || erased, 'a key was used before its index was written');
  }
}

test('of creators that race exactly one keyset wins, and what anyone sealed opens for everyone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), lanes, fc.infiniteStream(fc.boolean()), async (s, clients, stream) => {
      const run = await race(s, clients, () => stream.next().value === true && stream.next().value === true, false);
      checkAlways(run);
      const reader = run.world.process();
      for (const { user, ...value } of run.made) {
        assert.deepEqual(await openSealed(reader, value), { kind: 'plain', fields: { user } });
      }
      const live = new Set(run.made.map(({ purpose, token }) => `${purpose}|${token}`));
      for (const each of live) assert.ok(run.world.store.indexed().includes(each));
    }),
    { numRuns: 150 },
  );
});

test('whatever ingest does while a user is erased: never a key after the tombstone, nothing opens after the bound, no index is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), lanes, fc.infiniteStream(fc.boolean()), async (s, clients, stream) => {
      const run = await race(s, clients, () => stream.next().value === true && stream.next().value === true, true);
      checkAlways(run);
      const { world, made, erased, ann } = run;
      assert.ok(erased !== undefined);
      const tokens = new Set(erased.tokens.map(({ purpose, token }) => `${purpose}|${token}`));
      for (const { lookupId, purpose, token } of made) {
        if (lookupId === ann) assert.ok(tokens.has(`${purpose}|${token}`), 'a token escaped the scope');
      }
      world.clock.nowMs += BOUND_MS;
      for (const keyrings of [...run.processes, world.process()]) {
        for (const value of made) {
          const opening = openSealed(keyrings, value);
          const opened = await s.waitFor(opening);
          assert.equal(opened.kind, value.user === 'ann' ? 'shredded' : 'plain');
        }
        const again = keyrings.use({ subject: { kind: 'user', id: 'ann' }, purpose: 'ads' }, () => 1);
        assert.deepEqual(await s.waitFor(again), { kind: 'refused', code: 'subject_erased' });
      }
      for (const each of world.store.indexed()) {
        const [purpose = '', token = ''] = each.split('|');
        assert.ok(!erased.lookupIds.includes((await world.store.readIndex(purpose, token)) ?? ''), 'an index was left');
      }
    }),
    { numRuns: 150 },
  );
});

test('a key that a process holds is not used once the bound has passed, however its polls and loads fall', async () => {
  const ticks = fc.array(fc.integer({ min: 1, max: BOUND_MS / 2 }), { minLength: 5, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), ticks, fc.nat({ max: 12 }), fc.boolean(), async (s, waits, delay, known) => {
      const world = await newWorld();
      const store = scheduledStore(world, s, new Map(), () => false);
      const feed = scheduledFeed(world, s);
      const process = world.process({ store, feed });
      const request = { subject: { kind: 'user' as const, id: 'ann' }, purpose: 'ads' };
      if (known) await world.process().use(request, () => 1);
      let shreddedAtMs = Number.POSITIVE_INFINITY;
      const uses: number[] = [];
      const lane = async (label: string, times: number, act: (index: number) => unknown): Promise<void> => {
        for (let index = 0; index < times; index += 1) {
          await s.schedule(Promise.resolve(), label);
          await act(index);
        }
      };
      const erasing = async (): Promise<void> => {
        await lane('later', delay, () => undefined);
        // The tombstone at once and the word of it when the order has it: freezing first would only hide a mistake.
        await shredKeyrings({ ...world.deps, feed }, [lookupIdOf(world.pepper, request.subject)]);
        shreddedAtMs = world.clock.nowMs;
      };
      await s.waitFor(
        Promise.all([
          lane('use', 30, () => process.use(request, () => void uses.push(world.clock.nowMs))),
          lane('poll', 15, () => process.refresh()),
          lane('tick', waits.length, (index) => (world.clock.nowMs += waits[index] ?? 0)),
          erasing(),
        ]),
      );
      for (const usedAtMs of uses) assert.ok(usedAtMs <= shreddedAtMs + BOUND_MS, 'used beyond the bound');
    }),
    { numRuns: 300 },
  );
});
