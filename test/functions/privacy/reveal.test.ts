import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '#shared/metadata/facts.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Role } from '#shared/platform/roles.ts';
import { grantsOf } from '#shared/privacy/reveal.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { PersonRates } from '#functions/privacy/reveal/person-rate.ts';
import { reveal, type RevealDeps, type RevealUse } from '#functions/privacy/reveal/reveal.ts';
import { BOUND_MS, newWorld, PURPOSE, userRequest } from '#test/shared/privacy/world.ts';

const VALUE = 'ann@example.com';

async function prepared(over: Partial<RevealDeps> = {}) {
  const world = await newWorld();
  const keyrings = world.process();
  const used = await keyrings.use(userRequest('ann'), ({ keys }) => ({
    token: keys.token,
    sealed: sealFields(keys, { email: VALUE }),
  }));
  assert.ok(used.kind === 'used');
  const facts: Fact[] = [];
  const deps: RevealDeps = {
    keyrings,
    useLimitMs: BOUND_MS / 5,
    facts: { record: async (fact) => void facts.push(fact) },
    grants: async (purpose) => grantsOf(purpose, undefined),
    rates: new PersonRates(world.clock),
    clock: world.clock,
    newId: () => `id-${facts.length}`,
    ...over,
  };
  const asked = (more: Partial<RevealUse> = {}): RevealUse => ({
    email: 'officer@example.com',
    roles: new Set<Role>(['compliance']),
    purpose: PURPOSE,
    field: 'email',
    reason: 'case 4711 of the support desk',
    ...used.result,
    ...more,
  });
  return { world, deps, facts, asked };
}

test('compliance opens a field with a reason; the record of it holds who, why and what, and no value', async () => {
  const { deps, facts, asked } = await prepared();
  assert.deepEqual(await reveal(deps, asked()), { status: 'plain', value: VALUE });
  assert.deepEqual(await reveal(deps, asked({ field: 'phone' })), { status: 'plain' });
  const [first] = facts;
  assert.equal(first?.kind, 'access.recorded');
  assert.deepEqual(first?.body, {
    at: '2026-11-21T12:00:00.000Z',
    principal: 'officer@example.com',
    kind: 'person',
    channel: 'http',
    purpose: PURPOSE,
    field: 'email',
    reason: 'case 4711 of the support desk',
    decision: 'allowed',
    counts: { plain: 1, shredded: 0, corrupt: 0 },
    subject: asked().token,
  });
  assert.ok(!JSON.stringify(facts).includes(VALUE));
});

test('nobody else opens anything, nobody opens anything without a reason, and both are recorded', async () => {
  const { deps, facts, asked } = await prepared();
  for (const role of ['analyst', 'team', 'admin', 'service'] as const) {
    await assert.rejects(reveal(deps, asked({ roles: new Set<Role>([role]) })), { code: 'forbidden' });
  }
  await assert.rejects(reveal(deps, asked({ reason: undefined })), { code: 'reason_missing' });
  await assert.rejects(reveal(deps, asked({ reason: 'because' })), { code: 'reason_missing' });
  assert.deepEqual(
    facts.map(({ body }) => body['decision']),
    ['forbidden', 'forbidden', 'forbidden', 'forbidden', 'reason_missing', 'reason_missing'],
  );
});

test('a value that was changed, cut, swapped or never ours is corrupt; a token without keys is shredded', async () => {
  const { deps, asked } = await prepared();
  const { sealed } = asked();
  for (let at = 1; at < sealed.length; at += 1) {
    const flipped = Buffer.from(sealed);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    assert.deepEqual(await reveal({ ...deps, rates: new PersonRates(deps.clock) }, asked({ sealed: flipped })), {
      status: 'corrupt',
    });
  }
  assert.deepEqual(await reveal(deps, asked({ sealed: sealed.subarray(0, 40) })), { status: 'corrupt' });
  assert.deepEqual(await reveal(deps, asked({ sealed: Buffer.from('plain text') })), { status: 'corrupt' });
  assert.deepEqual(await reveal(deps, asked({ token: 'not a token' })), { status: 'corrupt' });
  assert.deepEqual(await reveal(deps, asked({ token: 'a'.repeat(26) })), { status: 'shredded' });
  assert.deepEqual(await reveal(deps, asked({ purpose: 'account' })), { status: 'shredded' });
});

test('a use that cannot be recorded is not answered', async () => {
  const down = { record: () => Promise.reject(new PlatformError('cloud_unavailable')) };
  const { deps, asked } = await prepared({ facts: down });
  await assert.rejects(reveal(deps, asked()), { code: 'cloud_unavailable' });
});

test('a value is not answered once it took so long that the key may have been revoked', async () => {
  const { world, deps, asked } = await prepared();
  const slow = { record: async () => void (world.clock.nowMs += BOUND_MS / 5 + 1) };
  await assert.rejects(reveal({ ...deps, facts: slow }, asked()), { code: 'keys_unavailable' });
});

test('one person opens values at the pace of cases, whatever others do', async () => {
  const { world, deps, asked } = await prepared();
  for (let use = 0; use < 60; use += 1) await reveal(deps, asked());
  await assert.rejects(reveal(deps, asked()), { code: 'rate_limited', details: { seconds: 1 } });
  assert.equal((await reveal(deps, asked({ email: 'other@example.com' }))).status, 'plain');
  world.clock.nowMs += 1000;
  for (let use = 0; use < 2; use += 1) await reveal(deps, asked());
  await assert.rejects(reveal(deps, asked()), { code: 'rate_limited' });
});
