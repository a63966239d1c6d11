import { test } from 'node:test';
import assert from 'node:assert/strict';
import { EpochKeys, EPOCH_REFRESH_MS, openEpoch } from '#shared/privacy/keys/epoch-keys.ts';
import { encodeEpoch, parseEpoch } from '#shared/privacy/keys/epoch-record.ts';
import type { EpochRecord } from '#shared/privacy/keys/epoch-record.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import type { EpochStore } from '#shared/privacy/keys/key-stores.ts';
import { memoryKeyWrapper, memoryPepperStore } from '#shared/privacy/keys/memory-stores.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { openSealed } from '#shared/privacy/opening.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { decodeKeyset } from '#lib/tink/keyset-binary.ts';
import { newWorld, PURPOSE, userRequest } from '../world.ts';
import type { World } from '../world.ts';

const DAY_MS = 86_400_000;

function newEpochKeys(world: World, store: EpochStore = world.epochStore): EpochKeys {
  return new EpochKeys({ store, wrapper: world.wrapper, clock: world.clock });
}

async function recordOf(world: World, id: string): Promise<{ record: EpochRecord; revision: string }> {
  for (const { bytes, revision } of await world.epochStore.list()) {
    const record = parseEpoch(bytes);
    if (record?.id === id) return { record, revision };
  }
  return assert.fail(`no epoch ${id}`);
}

test('an epoch is named after its day, has a key version of its own, and wraps a plain serialised keyset', async () => {
  const world = await newWorld();
  const { record } = await recordOf(world, '2026-11-21');
  assert.equal(record.state, 'open');
  const unwrapped = await world.wrapper.unwrap(record.keyVersion, Buffer.from(record.wrapped, 'base64'));
  assert.ok(unwrapped.kind === 'unwrapped');
  assert.equal(decodeKeyset(unwrapped.plaintext).kind, 'keyset');
});

test('two processes that open an epoch on one day open the same', async () => {
  const world = await newWorld();
  assert.deepEqual(await openEpoch({ store: world.epochStore, wrapper: world.wrapper, clock: world.clock }), {
    kind: 'conflict',
  });
  assert.equal((await world.epochStore.list()).length, 1);
});

test('a new epoch is used within a minute of its opening, and what the old one wrapped still opens', async () => {
  const world = await newWorld();
  const process = world.process();
  const before = await process.use(userRequest('ann'), ({ keys }) => ({
    token: keys.token,
    sealed: sealFields(keys, { a: 'x' }),
  }));
  world.clock.nowMs += DAY_MS;
  await openEpoch({ store: world.epochStore, wrapper: world.wrapper, clock: world.clock });
  world.clock.nowMs += EPOCH_REFRESH_MS + 1;
  assert.equal((await world.epochs.current()).id, '2026-11-22');
  await process.use(userRequest('bob'), () => 1);
  const bob = await world.store.read(lookupIdOf(world.pepper, { kind: 'user', id: 'bob' }));
  assert.match(bob?.bytes.toString() ?? '', /"epoch":"2026-11-22"/);
  assert.ok(before.kind === 'used');
  const reader = world.process({ epochs: newEpochKeys(world) });
  assert.deepEqual(await openSealed(reader, { purpose: PURPOSE, ...before.result }), {
    kind: 'plain',
    fields: { a: 'x' },
  });
});

test('when the key version of an epoch is destroyed, nothing that it wrapped opens in a new process', async () => {
  const world = await newWorld();
  const process = world.process();
  const made = await process.use(userRequest('ann'), ({ keys }) => ({
    token: keys.token,
    sealed: sealFields(keys, { a: 'x' }),
  }));
  assert.ok(made.kind === 'used');
  const { record, revision } = await recordOf(world, '2026-11-21');
  world.wrapper.destroy(record.keyVersion);
  const value = { purpose: PURPOSE, ...made.result };
  assert.deepEqual(await newEpochKeys(world).find(record.id), { kind: 'destroyed' });
  assert.equal((await openSealed(world.process({ epochs: newEpochKeys(world) }), value)).kind, 'corrupt');
  await world.epochStore.replace(record.id, encodeEpoch({ ...record, state: 'destroyed' }), revision);
  const epochs = newEpochKeys(world);
  assert.deepEqual(await epochs.find(record.id), { kind: 'destroyed' });
  await assert.rejects(epochs.current(), /No epoch is open/);
});

test('with the list of epochs out of reach the known ones go on, and a process without any says so', async () => {
  const world = await newWorld();
  world.clock.nowMs += EPOCH_REFRESH_MS + 1;
  let reachable = true;
  const store: EpochStore = {
    ...world.epochStore,
    list: () => (reachable ? world.epochStore.list() : Promise.reject(new Error('out of reach'))),
  };
  const known = newEpochKeys(world, store);
  await known.current();
  reachable = false;
  world.clock.nowMs += EPOCH_REFRESH_MS + 1;
  assert.equal((await known.current()).id, '2026-11-21');
  await assert.rejects(newEpochKeys(world, store).current(), /out of reach/);
});

test('a damaged record of an epoch is not taken for one', () => {
  for (const bytes of ['', '{}', '{"format":"epoch/v1"}', 'x'.repeat(20_000)])
    assert.equal(parseEpoch(Buffer.from(bytes)), undefined);
});

test('the pepper is made once: who comes second, or after a restart, gets the first one', async () => {
  const [store, wrapper] = [memoryPepperStore(), memoryKeyWrapper()];
  const version = await wrapper.createVersion();
  const found = await Promise.all([1, 2, 3].map(() => openPepper(store, wrapper, version)));
  const ids = found.map((each) =>
    each.kind === 'pepper' ? lookupIdOf(each.pepper, { kind: 'user', id: 'ann' }) : each.kind,
  );
  assert.equal(new Set(ids).size, 1);
  assert.match(ids[0] ?? '', /^[a-z2-7]{52}$/);
  wrapper.destroy(version);
  assert.deepEqual(await openPepper(store, wrapper, version), { kind: 'damaged' });
});
