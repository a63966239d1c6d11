/** What an erasure does when it is not simply run through: nobody known, asked for twice, blocked, left alone, not proved. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyChain } from '#shared/privacy/erasure/certificate-verify.ts';
import { lookupIdOf } from '#shared/privacy/keys/derivations.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { readErasure } from '#functions/privacy/erasures/erasure-objects.ts';
import { viewOf } from '#functions/privacy/erasures/erasure-view.ts';
import { requestErasure } from '#functions/privacy/erasures/request-erasure.ts';
import { takeStepOf } from '#functions/privacy/erasures/steps/steps.ts';
import { sweep } from '#functions/privacy/erasures/sweep.ts';
import { BOUND_MS, PURPOSE, userRequest } from '#test/shared/privacy/world.ts';
import { coveredCatalog, MAILS, openingCatalog, unknownCatalog } from './catalogs.ts';
import { askFor, driveOn, type ErasureWorld, newErasureWorld } from './erasure-world.ts';
import { Process } from './processes.ts';

const ANN = 'ann@example.com';
const covered = coveredCatalog();

async function known(world: ErasureWorld, user = ANN): Promise<string> {
  const used = await world.process().use(userRequest(user), ({ keys }) => {
    sealFields(keys, { email: user });
    return keys.token;
  });
  return used.kind === 'used' ? used.result : assert.fail(used.kind);
}

async function erased(world: ErasureWorld, user = ANN): Promise<string> {
  const id = await askFor(world, user, new Process());
  await driveOn(world, id, new Process());
  return id;
}

async function certificates(world: ErasureWorld): Promise<readonly string[]> {
  const names = world.objects.names().filter((name) => name.startsWith('certificates/'));
  return Promise.all(names.map(async (name) => String((await world.objects.read(name))?.body)));
}

async function stateOf(world: ErasureWorld, id: string): Promise<string> {
  return (await readErasure(world.objects, id)).record.state;
}

test('somebody nobody has heard of is erased too, so that later events are refused', async () => {
  const world = await newErasureWorld(covered);
  const id = await erased(world);
  assert.equal(await stateOf(world, id), 'certified');
  const used = await world.process().use(userRequest(ANN), () => 'used');
  assert.deepEqual(used, { kind: 'refused', code: 'subject_erased' });
  const [certificate] = await certificates(world);
  const { keyrings, endpoints, probes } = (JSON.parse(certificate ?? '') as { body: Record<string, unknown[]> }).body;
  assert.equal(keyrings?.length, 1);
  assert.ok((endpoints ?? []).length > 0);
  assert.ok((probes ?? []).length >= 4);
});

test('a request joins the erasure that is under way; after its end, another one gets a certificate of its own', async () => {
  const world = await newErasureWorld(covered);
  await known(world);
  const first = await requestErasure(world.deps(), { userId: ANN, basis: 'request' });
  const joined = await requestErasure(world.deps(), { userId: ANN, basis: 'objection' });
  assert.deepEqual([joined.joined, joined.record.id, joined.record.basis], [true, first.record.id, 'request']);
  await driveOn(world, first.record.id, new Process());

  const second = await requestErasure(world.deps(), { userId: ANN, basis: 'request' });
  assert.notEqual(second.record.id, first.record.id);
  await driveOn(world, second.record.id, new Process());
  const texts = await certificates(world);
  assert.deepEqual(verifyChain(texts, world.signer.publicKeyPem), { kind: 'valid', length: 2 });
  const [one, two] = texts.map((text) => (JSON.parse(text) as { body: { subject: string; keyrings: unknown[] } }).body);
  assert.notEqual(one?.subject, two?.subject, 'no two requests about a person have a digest in common');
  assert.deepEqual(world.executions.started, [first.record.id, second.record.id]);
});

test('requests at the same time are one erasure', async () => {
  const world = await newErasureWorld(covered);
  await known(world);
  const asked = await Promise.all(
    Array.from({ length: 5 }, () => requestErasure(world.deps(), { userId: ANN, basis: 'request' })),
  );
  assert.equal(new Set(asked.map(({ record }) => record.id)).size, 1);
  assert.equal(new Set(asked.map(({ record }) => record.salt)).size, 1);
  assert.equal(world.executions.started.length, 1);
});

test('a table of which nobody knows what it holds blocks before any key is touched, until its owner has said', async () => {
  const world = await newErasureWorld(unknownCatalog(), { [MAILS]: [] });
  const token = await known(world);
  const id = await askFor(world, ANN, new Process());
  await takeStepOf(world.deps(), id, 'verify');
  const scoped = await takeStepOf(world.deps(), id, 'scope');
  assert.ok(scoped.againAfterSeconds > 0);
  assert.deepEqual(
    viewOf(scoped.record, world.clock.now(), { catalog: unknownCatalog() }).blockedBy.map(({ endpoint, owner }) => [
      endpoint,
      owner,
    ]),
    [[MAILS, 'team-a']],
  );
  assert.ok(
    world.logged.some((line) => ['erasure_blocked', MAILS, 'team-a', id].every((text) => line.includes(text))),
    world.logged.join('\n'),
  );
  await assert.rejects(takeStepOf(world.deps(), id, 'freeze'), { code: 'erasure_blocked' });
  assert.deepEqual(world.store.indexed(), [`${PURPOSE}|${token}`]);
  assert.equal((await world.process().use(userRequest(ANN), () => 'used')).kind, 'used');

  await world.apply(openingCatalog());
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'certified');
});

test('steps are taken in order, and the revocation bound cannot be cut short', async () => {
  const world = await newErasureWorld(covered);
  const id = await askFor(world, ANN, new Process());
  await assert.rejects(takeStepOf(world.deps(), id, 'shred'), { code: 'conflict' });
  await assert.rejects(takeStepOf(world.deps(), id, 'certify'), { code: 'conflict' });
  await assert.rejects(takeStepOf(world.deps(), '00000000-none', 'scope'), { code: 'unknown_erasure' });
  for (const verb of ['verify', 'scope', 'freeze', 'shred'] as const) await takeStepOf(world.deps(), id, verb);
  world.clock.nowMs += BOUND_MS - 1001;
  assert.equal((await takeStepOf(world.deps(), id, 'wait')).againAfterSeconds, 2);
  await assert.rejects(takeStepOf(world.deps(), id, 'clean'), { code: 'conflict' });
  world.clock.nowMs += 1001;
  assert.equal((await takeStepOf(world.deps(), id, 'wait')).againAfterSeconds, 0);
});

test('what still opens or is still there keeps an erasure from being certified, and it goes on once that is mended', async () => {
  const world = await newErasureWorld(openingCatalog(), { [MAILS]: [] });
  const token = await known(world);
  const id = await askFor(world, ANN, new Process());
  for (const verb of ['verify', 'scope', 'freeze', 'shred'] as const) await takeStepOf(world.deps(), id, verb);
  world.clock.nowMs += BOUND_MS;
  for (const verb of ['wait', 'clean', 'tell'] as const) await takeStepOf(world.deps(), id, verb);
  // A row that somebody put back, the way from a token to a key that somebody restored, and a bucket that keeps old keyrings.
  world.rows.tables_.get(MAILS)?.push({ subject: token });
  const lookupId = lookupIdOf(world.pepper, { kind: 'user', id: ANN });
  await world.store.putIndex(PURPOSE, token, lookupId);
  const keeping = { ...world.deps(), keptBecauseOf: async () => ['soft-delete'] };
  await assert.rejects(takeStepOf(keeping, id, 'prove'), (thrown: { code?: string; message?: string }) => {
    assert.equal(thrown.code, 'erasure_not_proved');
    assert.match(thrown.message ?? '', /token leads to no keyring.*store keeps nothing.*holds no row/);
    return true;
  });
  await assert.rejects(takeStepOf(world.deps(), id, 'certify'), { code: 'conflict' });
  world.rows.tables_.set(MAILS, []);
  await world.store.deleteIndex(PURPOSE, token);
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'certified');
});

test('tokens that cannot be had block where rows have to be found by them, before the keys go', async () => {
  const world = await newErasureWorld(openingCatalog(), { [MAILS]: [] });
  await known(world);
  const lookupId = lookupIdOf(world.pepper, { kind: 'user', id: ANN });
  const stored = await world.store.read(lookupId);
  const damaged = String(stored?.bytes).replace(/"link":"...../, '"link":"AAAAA');
  await world.store.replace(lookupId, Buffer.from(damaged), stored?.revision ?? '');
  const id = await askFor(world, ANN, new Process());
  await takeStepOf(world.deps(), id, 'verify');
  await takeStepOf(world.deps(), id, 'scope');
  await assert.rejects(takeStepOf(world.deps(), id, 'freeze'), { code: 'erasure_blocked' });
  await assert.rejects(takeStepOf(world.deps(), id, 'shred'), { code: 'conflict' });
});

test('an erasure whose execution ended too soon is driven on by the sweep: at once, then with more and more distance', async () => {
  const world = await newErasureWorld(covered);
  const id = await askFor(world, ANN, new Process());
  const swept = async (): Promise<number> => (await sweep(world.deps())).started;
  assert.deepEqual(await sweep(world.deps()), { open: 1, started: 0, finished: 0 });
  world.executions.ended.add('executions/1');
  assert.equal(await swept(), 1);
  assert.equal(await swept(), 0);
  world.executions.ended.add('executions/2');
  assert.equal(await swept(), 0);
  world.clock.nowMs += 60_000;
  assert.equal(await swept(), 1);
  world.executions.ended.add('executions/3');
  world.clock.nowMs += 60_000;
  assert.equal(await swept(), 0);
  world.clock.nowMs += 60_000;
  assert.equal(await swept(), 1);
  assert.deepEqual(world.executions.started, [id, id, id, id]);
  await driveOn(world, id, new Process());
  assert.deepEqual(await sweep(world.deps()), { open: 0, started: 0, finished: 0 });
});

test('workflows that cannot be reached leave the intent, which the sweep drives on', async () => {
  const world = await newErasureWorld(covered);
  const executions = { start: () => Promise.reject(new Error('down')), state: async () => 'ended' as const };
  const { record } = await requestErasure({ ...world.deps(), executions }, { userId: ANN, basis: 'request' });
  assert.equal(record.state, 'received');
  assert.equal((await sweep(world.deps())).started, 0, 'the claim may still be starting one');
  world.clock.nowMs += 31_000;
  assert.equal((await sweep(world.deps())).started, 1);
});

test('a request that was cut off before its intent was whole is forgotten after a while, with its key', async () => {
  const world = await newErasureWorld(covered);
  const process = new Process({ at: 2, when: 'after' });
  await assert.rejects(requestErasure(world.deps(process), { userId: ANN, basis: 'request' }));
  assert.equal((await sweep(world.deps())).finished, 0);
  world.clock.nowMs += 16 * 60_000;
  assert.equal((await sweep(world.deps())).finished, 1);
  assert.deepEqual(
    world.objects.names().filter((name) => name.startsWith('erasures')),
    [],
  );
});

test('erasures of many people at once end with one chain of certificates', async () => {
  const world = await newErasureWorld(covered);
  const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
  for (const user of users) await known(world, user);
  const ids = await Promise.all(users.map((user) => askFor(world, user, new Process())));
  for (const verb of ['verify', 'scope', 'freeze', 'shred'] as const) {
    await Promise.all(ids.map((id) => takeStepOf(world.deps(), id, verb)));
  }
  world.clock.nowMs += BOUND_MS;
  // Each with a ledger of its own, as instances of the function have.
  await Promise.all(ids.map((id) => driveOn(world, id, new Process())));
  const texts = await certificates(world);
  assert.deepEqual(verifyChain(texts, world.signer.publicKeyPem), { kind: 'valid', length: users.length });
  const certified = texts.map((text) => (JSON.parse(text) as { body: { erasure: string } }).body.erasure);
  assert.deepEqual(certified.sort(), [...ids].sort());
});

test('whether a sample opens while its key cannot be read is not known: the step is taken again, and nothing counts as not proved', async () => {
  const world = await newErasureWorld(covered);
  await known(world);
  const id = await askFor(world, ANN, new Process());
  for (const verb of ['verify', 'scope', 'freeze', 'shred'] as const) await takeStepOf(world.deps(), id, verb);
  world.clock.nowMs += BOUND_MS;
  for (const verb of ['wait', 'clean', 'tell'] as const) await takeStepOf(world.deps(), id, verb);
  const unread = async (): Promise<never> => Promise.reject(new Error('no answer in time'));
  const keyrings = world.process({ store: { ...world.store, read: unread, readIndex: unread } });
  const deps = world.deps();
  const slow = { ...deps, keys: { ...deps.keys, keyrings } };
  await assert.rejects(takeStepOf(slow, id, 'prove'), { code: 'keys_unavailable', fault: 'transient' });
  assert.equal(await stateOf(world, id), 'recipients-told');
  await driveOn(world, id, new Process());
  assert.equal(await stateOf(world, id), 'certified');
});
