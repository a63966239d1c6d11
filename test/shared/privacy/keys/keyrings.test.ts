import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventIdOf, lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { freezeSubject, reactivateSubject, shredKeyrings, wipeIndex } from '#shared/privacy/keys/forgetting.ts';
import type { Keyrings, Used } from '#shared/privacy/keys/keyrings.ts';
import type { KeyringStore } from '#shared/privacy/keys/key-stores.ts';
import { changeKeyring } from '#shared/privacy/keys/keyring-updates.ts';
import { newKeyring, shredPurpose } from '#shared/privacy/keys/keyring-changes.ts';
import { acceptsEvent } from '#shared/privacy/keys/purpose-keys.ts';
import type { PurposeKeys } from '#shared/privacy/keys/purpose-keys.ts';
import { openField, openSealed } from '#shared/privacy/opening.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { BOUND_MS, newWorld, PURPOSE, userRequest } from '../world.ts';
import type { World } from '../world.ts';

function result<Result>(used: Used<Result>): Result {
  return used.kind === 'used' ? used.result : assert.fail(used.kind);
}

async function tokenOf(keyrings: Keyrings, id: string): Promise<string> {
  return result(await keyrings.use(userRequest(id), ({ keys }) => keys.token));
}

async function sealed(keyrings: Keyrings, id: string): Promise<{ token: string; sealed: Buffer; purpose: string }> {
  const seal = ({ keys }: { keys: PurposeKeys }) => ({
    token: keys.token,
    sealed: sealFields(keys, { email: id }),
    purpose: PURPOSE,
  });
  return result(await keyrings.use(userRequest(id), seal));
}

/** Erases a user as the workflow does, waiting included. */
async function erase(world: World, id: string): Promise<readonly string[]> {
  const lookupId = lookupIdOf(world.pepper, { kind: 'user', id });
  const frozen = await freezeSubject(world.deps, lookupId);
  assert.ok(frozen.kind === 'frozen');
  const lookupIds = frozen.keyrings.map((each) => each.lookupId);
  assert.equal((await shredKeyrings(world.deps, lookupIds)).kind, 'shredded');
  await wipeIndex(
    world.store,
    frozen.keyrings.flatMap(({ tokens }) => tokens),
  );
  world.clock.nowMs += BOUND_MS;
  return lookupIds;
}

/** The store with one method replaced. */
function storeWith(world: World, change: Partial<KeyringStore>): KeyringStore {
  return { ...world.store, ...change };
}

test('a user has the same token in every process and at every time', async () => {
  const world = await newWorld();
  const first = await tokenOf(world.process(), 'u1');
  assert.equal(await tokenOf(world.process(), 'u1'), first);
  assert.notEqual(await tokenOf(world.process(), 'u2'), first);
  assert.deepEqual(world.store.indexed().length, 2);
});

test('one user has unlinkable tokens for different purposes', async () => {
  const keyrings = (await newWorld()).process();
  const other = await keyrings.use({ ...userRequest('u1'), purpose: 'marketing' }, ({ keys }) => keys.token);
  assert.notEqual(result(other), await tokenOf(keyrings, 'u1'));
});

test('two hundred events of one new user at once make one keyring, one keyset and one index entry', async () => {
  const world = await newWorld();
  const processes = [world.process(), world.process()];
  const tokens = await Promise.all(Array.from({ length: 200 }, (_, index) => tokenOf(processes[index % 2]!, 'u1')));
  assert.equal(new Set(tokens).size, 1);
  assert.deepEqual(world.store.indexed(), [`${PURPOSE}|${tokens[0]}`]);
});

test('a cold user costs no call of the key management service once the epoch is loaded', async () => {
  const world = await newWorld();
  const before = { ...world.wrapper.calls };
  for (let each = 0; each < 50; each += 1) await tokenOf(world.process(), `u${each}`);
  for (let each = 0; each < 50; each += 1) await tokenOf(world.process(), `u${each}`);
  assert.deepEqual(world.wrapper.calls, before);
});

test('twenty cold users at once in a new process cost one call of the key management service', async () => {
  const world = await newWorld();
  const epochs = new EpochKeys({ store: world.epochStore, wrapper: world.wrapper, clock: world.clock });
  const before = world.wrapper.calls.unwrap;
  const keyrings = world.process({ epochs });
  await Promise.all(Array.from({ length: 20 }, (_, each) => tokenOf(keyrings, `u${each}`)));
  assert.equal(world.wrapper.calls.unwrap, before + 1);
});

test('a sealed value opens by its token, in another process too, and only there', async () => {
  const world = await newWorld();
  const [ann, bob] = [await sealed(world.process(), 'ann'), await sealed(world.process(), 'bob')];
  const reader = world.process();
  assert.deepEqual(await openSealed(reader, ann), { kind: 'plain', fields: { email: 'ann' } });
  assert.deepEqual(await openField(reader, ann, 'email'), { kind: 'plain', value: 'ann' });
  assert.deepEqual(await openField(reader, ann, 'phone'), { kind: 'plain' });
  assert.deepEqual(await openField(reader, ann, 'constructor'), { kind: 'plain' });
  assert.deepEqual(await openSealed(reader, { ...ann, sealed: bob.sealed }), { kind: 'corrupt' });
  assert.deepEqual(await openSealed(reader, { ...ann, token: bob.token }), { kind: 'corrupt' });
  assert.deepEqual(await openSealed(reader, { ...ann, purpose: 'marketing' }), { kind: 'shredded' });
});

test('what cannot be one of our values is corrupt, and a token that leads nowhere is shredded', async () => {
  const world = await newWorld();
  const value = await sealed(world.process(), 'ann');
  const reader = world.process();
  assert.deepEqual(await openSealed(reader, { ...value, token: 'made up' }), { kind: 'corrupt' });
  assert.deepEqual(await openSealed(reader, { ...value, sealed: value.sealed.subarray(0, 32) }), { kind: 'corrupt' });
  assert.deepEqual(await openSealed(reader, { ...value, sealed: Buffer.concat([Buffer.from([2]), value.sealed]) }), {
    kind: 'corrupt',
  });
  assert.deepEqual(await openSealed(reader, { ...value, token: 'a'.repeat(26) }), { kind: 'shredded' });
});

test('after an erasure nothing opens, nothing is made, and other users are untouched', async () => {
  const world = await newWorld();
  const process = world.process();
  const [ann, bob] = [await sealed(process, 'ann'), await sealed(process, 'bob')];
  await erase(world, 'ann');
  for (const each of [process, world.process()]) {
    assert.deepEqual(await openSealed(each, ann), { kind: 'shredded' });
    assert.deepEqual(await each.use(userRequest('ann'), () => 1), { kind: 'refused', code: 'subject_erased' });
    assert.deepEqual(await openSealed(each, bob), { kind: 'plain', fields: { email: 'bob' } });
  }
  assert.deepEqual(world.store.indexed(), [`${PURPOSE}|${bob.token}`]);
});

test('a user never seen can be erased too, and stays erased', async () => {
  const world = await newWorld();
  await erase(world, 'ghost');
  assert.deepEqual(await world.process().use(userRequest('ghost'), () => 1), {
    kind: 'refused',
    code: 'subject_erased',
  });
  assert.deepEqual(world.store.indexed(), []);
});

test('an erasure reaches the visitors that the user was seen as, before and after', async () => {
  const world = await newWorld();
  const process = world.process();
  const visitor = { subject: { kind: 'anon' as const, id: 'browser-1' }, purpose: PURPOSE };
  const later = { subject: { kind: 'anon' as const, id: 'browser-2' }, purpose: PURPOSE };
  const anonymous = result(
    await process.use(visitor, ({ keys }) => ({ token: keys.token, sealed: sealFields(keys, { q: 'x' }) })),
  );
  const lent = result(
    await process.use(userRequest('ann', 'browser-1'), ({ keys, visitor: token }) => ({ own: keys.token, token })),
  );
  result(await process.use(userRequest('ann', 'browser-2'), () => 1));
  assert.match(lent.token ?? '', /^[a-z2-7]{26}$/);
  assert.notEqual(lent.token, anonymous.token);
  assert.equal((await erase(world, 'ann')).length, 3);
  assert.deepEqual(await openSealed(process, { purpose: PURPOSE, ...anonymous }), { kind: 'shredded' });
  for (const each of [visitor, later]) {
    assert.deepEqual(await process.use(each, () => 1), { kind: 'refused', code: 'subject_erased' });
  }
  assert.deepEqual(world.store.indexed(), []);
});

test('a visitor costs one write, not one for each event', async () => {
  const world = await newWorld();
  let writes = 0;
  const counting = storeWith(world, {
    create: (lookupId, bytes) => ((writes += 1), world.store.create(lookupId, bytes)),
    replace: (lookupId, bytes, revision) => ((writes += 1), world.store.replace(lookupId, bytes, revision)),
  });
  const process = world.process({ store: counting });
  for (let each = 0; each < 10; each += 1) result(await process.use(userRequest('ann', 'browser-1'), () => 1));
  assert.equal(writes, 1);
  for (let each = 0; each < 10; each += 1) result(await process.use(userRequest('ann', 'browser-2'), () => 1));
  assert.equal(writes, 2);
});

test('a returning user gets a new self that nothing links to the old one, and old events stay refused', async () => {
  const world = await newWorld();
  const process = world.process();
  const before = await sealed(process, 'ann');
  const [lookupId = ''] = await erase(world, 'ann');
  assert.equal((await reactivateSubject(world.deps, lookupId)).kind, 'done');
  const reopenedAtMs = world.clock.nowMs;
  world.clock.nowMs += BOUND_MS;
  const after = result(
    await process.use(userRequest('ann'), ({ keys }) => ({
      token: keys.token,
      generation: keys.generation,
      old: acceptsEvent(keys, reopenedAtMs - 1),
      fresh: acceptsEvent(keys, reopenedAtMs),
    })),
  );
  assert.deepEqual([after.generation, after.old, after.fresh], [2, false, true]);
  assert.notEqual(after.token, before.token);
  assert.deepEqual(await openSealed(process, before), { kind: 'shredded' });
  assert.deepEqual(await reactivateSubject(world.deps, lookupId), { kind: 'refused', code: 'not_erased' });
});

test('a withdrawn purpose is refused by its own code, and the others go on', async () => {
  const world = await newWorld();
  const process = world.process();
  await tokenOf(process, 'ann');
  const lookupId = lookupIdOf(world.pepper, { kind: 'user', id: 'ann' });
  await changeKeyring(world.store, lookupId, (read) =>
    shredPurpose(read.kind === 'present' ? read.keyring : newKeyring(lookupId), PURPOSE, world.clock.now()),
  );
  process.forget(lookupId);
  assert.deepEqual(await process.use(userRequest('ann'), () => 1), { kind: 'refused', code: 'purpose_withdrawn' });
  assert.equal((await process.use({ ...userRequest('ann'), purpose: 'quality' }, () => 1)).kind, 'used');
});

test('a process that reads the feed stops within the bound; one that cannot reads every keyring anew', async () => {
  const world = await newWorld();
  let reads = 0;
  const store = storeWith(world, { read: (lookupId) => ((reads += 1), world.store.read(lookupId)) });
  const broken = { ...world.feed, read: () => Promise.reject(new Error('the feed cannot be reached')) };
  const deaf = world.process({ feed: broken, store });
  await tokenOf(deaf, 'ann');
  await tokenOf(deaf, 'ann');
  assert.equal(reads, 1);
  world.clock.nowMs += BOUND_MS;
  await tokenOf(deaf, 'ann');
  assert.equal(reads, 2);
  await erase(world, 'ann');
  assert.deepEqual(await deaf.use(userRequest('ann'), () => 1), { kind: 'refused', code: 'subject_erased' });
});

test('while the feed is read a cached key needs no other call, and a clock that goes back does not stretch the bound', async () => {
  const world = await newWorld();
  let reads = 0;
  const process = world.process({ store: storeWith(world, { read: (id) => ((reads += 1), world.store.read(id)) }) });
  await tokenOf(process, 'ann');
  for (let each = 0; each < 10; each += 1) {
    world.clock.nowMs += 1000;
    assert.equal((await process.refresh()).kind, 'read');
    await tokenOf(process, 'ann');
  }
  assert.equal(reads, 1);
  await erase(world, 'ann');
  world.clock.nowMs -= 3_600_000;
  assert.deepEqual(await process.use(userRequest('ann'), () => 1), { kind: 'refused', code: 'subject_erased' });
});

for (const [feed, name] of [
  ['heard', 'a keyring that was revoked while it was being read is not used, although the feed is fresh'],
  ['deaf', 'a keyring whose reading took longer than the bound is not used, when the feed cannot be reached'],
] as const) {
  test(name, async () => {
    const world = await newWorld();
    await tokenOf(world.process(), 'ann');
    const gate = Promise.withResolvers<undefined>();
    let slow = true;
    const store = storeWith(world, {
      read: async (lookupId) => {
        const stored = await world.store.read(lookupId);
        if (slow) await gate.promise;
        slow = false;
        return stored;
      },
    });
    const broken = { ...world.feed, read: () => Promise.reject(new Error('the feed cannot be reached')) };
    const process = world.process({ store, feed: feed === 'deaf' ? broken : world.feed });
    const used = process.use(userRequest('ann'), () => 1);
    await erase(world, 'ann');
    await process.refresh();
    gate.resolve(undefined);
    assert.deepEqual(await used, { kind: 'refused', code: 'subject_erased' });
  });
}

test('with the store out of reach warm users go on and unknown users are told to try again', async () => {
  const world = await newWorld();
  let reachable = true;
  const store = storeWith(world, {
    read: (lookupId) => (reachable ? world.store.read(lookupId) : Promise.reject(new Error('out of reach'))),
    readIndex: (purpose, token) =>
      reachable ? world.store.readIndex(purpose, token) : Promise.reject(new Error('out of reach')),
  });
  const process = world.process({ store });
  const value = await sealed(process, 'ann');
  reachable = false;
  assert.equal((await process.use(userRequest('ann'), () => 1)).kind, 'used');
  const unknown = await process.use(userRequest('bob'), () => 1);
  assert.ok(unknown.kind === 'retry' && unknown.code === 'keys_unavailable');
  const opened = await openSealed(world.process({ store }), value);
  assert.ok(opened.kind === 'retry');
  reachable = true;
  assert.equal((await process.use(userRequest('bob'), () => 1)).kind, 'used');
});

test('a lost reply to the first write leaves one keyset, with its index', async () => {
  const world = await newWorld();
  let lose = true;
  const store = storeWith(world, {
    create: async (lookupId, bytes) => {
      const written = await world.store.create(lookupId, bytes);
      if (!lose) return written;
      lose = false;
      // The client library tried again and found the object there.
      return { kind: 'conflict' };
    },
  });
  const token = await tokenOf(world.process({ store }), 'ann');
  assert.equal(await tokenOf(world.process(), 'ann'), token);
  assert.deepEqual(world.store.indexed(), [`${PURPOSE}|${token}`]);
});

test('a tampered keyring, or one copied from another user, is damaged and opens nothing', async () => {
  const world = await newWorld();
  const [ann, bob] = [await sealed(world.process(), 'ann'), await sealed(world.process(), 'bob')];
  const [annId, bobId] = ['ann', 'bob'].map((id) => lookupIdOf(world.pepper, { kind: 'user', id }));
  const stolen = await world.store.read(bobId!);
  const own = await world.store.read(annId!);
  const moved = Buffer.from(stolen!.bytes.toString().replace(bobId!, annId!));
  for (const bytes of [stolen!.bytes, moved, Buffer.from('{}')]) {
    const store = storeWith(world, { read: async () => ({ bytes, revision: own!.revision }) });
    assert.equal((await world.process({ store }).use(userRequest('ann'), () => 1)).kind, 'damaged');
    assert.deepEqual(await openSealed(world.process({ store }), ann), { kind: 'corrupt' });
    assert.notEqual((await openSealed(world.process({ store }), { ...bob, token: ann.token })).kind, 'plain');
  }
});

test('the cache stays within its limits, and keys that leave it are overwritten', async () => {
  const world = await newWorld();
  const process = world.process({ cache: { maxEntries: 10, maxBytes: 1_000_000 } });
  const kept: PurposeKeys[] = [];
  for (let each = 0; each < 50; each += 1) {
    result(await process.use(userRequest(`u${each}`), ({ keys }) => void kept.push(keys)));
    assert.ok(process.held.keyrings <= 10);
  }
  assert.throws(() => sealFields(kept[0]!, {}), /was closed/);
  assert.equal(kept.filter((keys) => usable(keys)).length, 10);
  process.close();
  assert.equal(kept.filter((keys) => usable(keys)).length, 0);
  assert.deepEqual(process.held, { keyrings: 0, bytes: 0 });
});

test('events about nobody have ids that differ by purpose and stay the same over processes', async () => {
  const world = await newWorld();
  const [first, second] = [world.process(), world.process()];
  const id = (keyrings: Keyrings, purpose: string) => eventIdOf(keyrings.unlinked(purpose), 'web.Ping', 'x');
  assert.equal(id(first, 'ads'), id(second, 'ads'));
  assert.notEqual(id(first, 'ads'), id(first, 'quality'));
  first.close();
  assert.equal(id(first, 'ads'), id(second, 'ads'));
});

test('a cache of one entry still serves a batch of many users at once', async () => {
  const world = await newWorld();
  const process = world.process({ cache: { maxEntries: 1, maxBytes: 1 } });
  const requests = Array.from({ length: 40 }, (_, each) => userRequest(`u${each % 20}`));
  const sealedValues = await Promise.all(
    requests.map((each) => process.use(each, ({ keys }) => sealFields(keys, {}).length)),
  );
  assert.deepEqual(new Set(sealedValues.map(result)), new Set([35]));
});

test('users in use are spared when the cache is full', async () => {
  const world = await newWorld();
  let reads = 0;
  const store = storeWith(world, { read: (id) => ((reads += 1), world.store.read(id)) });
  const process = world.process({ store, cache: { maxEntries: 10, maxBytes: 1_000_000 } });
  for (let each = 0; each < 200; each += 1) {
    await tokenOf(process, 'regular');
    await tokenOf(process, `passer-by-${each}`);
  }
  assert.ok(reads < 230, `${reads} reads`);
});

function usable(keys: PurposeKeys): boolean {
  try {
    sealFields(keys, {});
    return true;
  } catch {
    return false;
  }
}
