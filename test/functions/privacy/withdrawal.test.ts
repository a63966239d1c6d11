/** Consent that is withdrawn: one purpose is forgotten with a certificate, the rest stays in use; and coming back is as somebody new. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyChain } from '#shared/privacy/erasure/certificate-verify.ts';
import { openSealed, type SealedValue } from '#shared/privacy/opening.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { reactivate } from '#functions/privacy/erasures/reactivate.ts';
import { requestErasure } from '#functions/privacy/erasures/request-erasure.ts';
import { sweep } from '#functions/privacy/erasures/sweep.ts';
import { MAILS, openingCatalog } from './catalogs.ts';
import { driveOn, type ErasureWorld, newErasureWorld } from './erasure-world.ts';
import { type KillPoint, Process } from './processes.ts';

const ANN = 'ann@example.com';
const [ADS, PLAY] = ['ads', 'play'];
const catalog = openingCatalog();

async function sealedFor(world: ErasureWorld, purpose: string, anonymousId?: string): Promise<SealedValue> {
  const request = { subject: { kind: 'user' as const, id: ANN }, purpose };
  const used = await world
    .process()
    .use(anonymousId === undefined ? request : { ...request, anonymousId }, ({ keys }) => ({
      purpose,
      token: keys.token,
      sealed: sealFields(keys, { email: ANN }),
    }));
  return used.kind === 'used' ? used.result : assert.fail(used.kind);
}

async function withdraw(world: ErasureWorld, kill?: KillPoint): Promise<{ id: string; effects: readonly string[] }> {
  const process = new Process(kill);
  const asked = { userId: ANN, basis: 'consent-withdrawn', purpose: ADS } as const;
  const { record } = await requestErasure(world.deps(process), asked).catch((thrown: unknown) => {
    if (!process.dead) throw thrown;
    return requestErasure(world.deps(), asked);
  });
  await driveOn(world, record.id, process);
  await sweep(world.deps());
  return { id: record.id, effects: process.effects };
}

async function run(kill?: KillPoint): Promise<readonly string[]> {
  const world = await newErasureWorld(catalog, { [MAILS]: [] });
  const visitor = { subject: { kind: 'anon' as const, id: 'browser-1' }, purpose: ADS };
  const [ads, play] = [await sealedFor(world, ADS, 'browser-1'), await sealedFor(world, PLAY)];
  const seen = await world.process().use(visitor, ({ keys }) => keys.token);
  for (const subject of [ads.token, play.token]) world.rows.tables_.get(MAILS)?.push({ subject });
  const { id, effects } = await withdraw(world, kill);

  const fresh = world.process();
  assert.equal((await openSealed(fresh, ads)).kind, 'shredded');
  assert.equal((await openSealed(fresh, play)).kind, 'plain');
  assert.deepEqual(await fresh.use({ subject: { kind: 'user', id: ANN }, purpose: ADS }, () => 1), {
    kind: 'refused',
    code: 'purpose_withdrawn',
  });
  assert.equal((await fresh.use({ subject: { kind: 'user', id: ANN }, purpose: PLAY }, () => 1)).kind, 'used');
  assert.equal((await fresh.use(visitor, () => 1)).kind, 'refused', 'the visitor that the user was goes with it');
  assert.deepEqual(world.rows.tables_.get(MAILS), [{ subject: play.token }]);
  assert.deepEqual(world.store.indexed(), [`${PLAY}|${play.token}`], seen.kind);
  const names = world.objects.names().filter((name) => !/^(?:catalog|partitions)\//.test(name));
  assert.deepEqual(names, ['certificates/000000000000', `erasures/${id}/place`, `erasures/${id}/record`]);
  const text = String((await world.objects.read('certificates/000000000000'))?.body);
  assert.deepEqual(verifyChain([text], world.signer.publicKeyPem), { kind: 'valid', length: 1 });
  const { body } = JSON.parse(text) as { body: Record<string, unknown> };
  assert.deepEqual([body['basis'], body['purpose'], body['erasure']], ['consent-withdrawn', ADS, id]);
  return effects;
}

const effects = await run();

test('a withdrawal forgets its purpose, and nothing is frozen for it', () => {
  assert.ok(effects.length > 25);
  assert.equal(effects.filter((effect) => effect === 'keys.replace keyring').length, 2, 'two tombstones, no freezing');
});

for (const [at, effect] of effects.entries()) {
  for (const when of ['before', 'after'] as const) {
    test(`a withdrawal killed ${when} effect ${at}, ${effect}`, async () => void (await run({ at, when })));
  }
}

test('a purpose that was never used gets its tombstone too', async () => {
  const world = await newErasureWorld(catalog, { [MAILS]: [] });
  await sealedFor(world, PLAY);
  await withdraw(world);
  const used = await world.process().use({ subject: { kind: 'user', id: ANN }, purpose: ADS }, () => 1);
  assert.deepEqual(used, { kind: 'refused', code: 'purpose_withdrawn' });
});

test('consent that is given again begins a life of its own, which nothing links to the one before', async () => {
  const world = await newErasureWorld(catalog, { [MAILS]: [] });
  const before = await sealedFor(world, ADS);
  await withdraw(world);
  world.clock.nowMs += 1000;
  const life = await reactivate(world.deps(), { userId: ANN, purpose: ADS });
  assert.equal(life.acceptsFromMs, world.clock.now());
  assert.deepEqual(await reactivate(world.deps(), { userId: ANN, purpose: ADS }), life, 'asked again, it is the same');
  const after = await sealedFor(world, ADS);
  assert.notEqual(after.token, before.token);
  const fresh = world.process();
  assert.equal((await openSealed(fresh, before)).kind, 'shredded');
  assert.equal((await openSealed(fresh, after)).kind, 'plain');
  assert.deepEqual(world.store.indexed(), [`${ADS}|${after.token}`]);
});

test('an erased user who comes back is somebody new, and events from before stay refused', async () => {
  const world = await newErasureWorld(catalog, { [MAILS]: [] });
  const before = await sealedFor(world, PLAY);
  await assert.rejects(reactivate(world.deps(), { userId: 'nobody@example.com' }), { code: 'unknown_subject' });
  const { record } = await requestErasure(world.deps(), { userId: ANN, basis: 'request' });
  await assert.rejects(reactivate(world.deps(), { userId: ANN }), { code: 'conflict' });
  await driveOn(world, record.id, new Process());
  world.clock.nowMs += 1000;
  const life = await reactivate(world.deps(), { userId: ANN });
  assert.deepEqual(life, { generation: 2, acceptsFromMs: world.clock.now() });
  const after = await sealedFor(world, PLAY);
  assert.notEqual(after.token, before.token);
  assert.equal((await openSealed(world.process(), before)).kind, 'shredded');
  const used = await world.process().use({ subject: { kind: 'user', id: ANN }, purpose: PLAY }, ({ keys }) => keys);
  assert.ok(used.kind === 'used' && used.result.acceptsFromMs === life.acceptsFromMs);
});
