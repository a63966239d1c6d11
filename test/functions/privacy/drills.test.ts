/** What proves privacy all the time: drills that hold and drills that do not, and values that are not what was sealed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealFields } from '#shared/privacy/sealing.ts';
import { checkDrill, startDrill } from '#functions/privacy/drills/drill.ts';
import type { DrillDeps } from '#functions/privacy/drills/drill-deps.ts';
import { catalogSamples, sampleSql, verifySamples } from '#functions/privacy/drills/verify-samples.ts';
import { changeErasure, readErasure } from '#functions/privacy/erasures/erasure-objects.ts';
import { coveredCatalog } from './catalogs.ts';
import { driveOn, type ErasureWorld, newErasureWorld } from './erasure-world.ts';
import { Process } from './processes.ts';

const catalog = coveredCatalog();

function deps(world: ErasureWorld): DrillDeps {
  return { ...world.deps(), publicKeyPem: async () => world.signer.publicKeyPem };
}

test('a drill erases somebody made up, with keys for every purpose, and finds that everything held', async () => {
  const world = await newErasureWorld(catalog);
  const id = await startDrill(deps(world));
  assert.deepEqual(await checkDrill(deps(world), id), { done: false, failed: [], againAfterSeconds: 5 });
  await driveOn(world, id, new Process());
  assert.deepEqual(await checkDrill(deps(world), id), { done: true, failed: [], againAfterSeconds: 0 });
  const { record } = await readErasure(world.objects, id);
  assert.equal(record.basis, 'drill');
  assert.equal(record.steps.frozen?.tokens, Object.keys(catalog.platform.purposes).length);
  assert.deepEqual(world.facts.get(`erasure/${id}/drill`)?.body['failed'], []);
  await checkDrill(deps(world), id);
});

test('a drill fails where somebody restores a key, cuts the bound short, or signs with another key', async () => {
  const restored = await newErasureWorld(catalog);
  const keyrings = new Map<string, Buffer>();
  const first = await startDrill(deps(restored));
  for await (const name of restored.store.names(''))
    keyrings.set(name, (await restored.store.read(name))?.bytes ?? Buffer.alloc(0));
  const index = await Promise.all(
    restored.store.indexed().map(async (each) => {
      const [purpose = '', token = ''] = each.split('|');
      return [purpose, token, (await restored.store.readIndex(purpose, token)) ?? ''] as const;
    }),
  );
  await driveOn(restored, first, new Process());
  for (const [name, bytes] of keyrings) {
    await restored.store.replace(name, bytes, (await restored.store.read(name))?.revision ?? '');
  }
  for (const [purpose, token, name] of index) await restored.store.putIndex(purpose, token, name);
  assert.deepEqual((await checkDrill(deps(restored), first)).failed, [
    'nothing opens in a process that has just started',
  ]);
  assert.ok(restored.logged.some((line) => line.includes('CRITICAL') && line.includes('drill_failed')));

  const hasty = await newErasureWorld(catalog);
  const second = await startDrill(deps(hasty));
  await driveOn(hasty, second, new Process());
  await changeErasure(hasty.objects, second, (each) => {
    const { waited, shredded } = each.steps;
    return {
      ...each,
      steps: { ...each.steps, waited: { boundMs: waited?.boundMs ?? 0, atMs: (shredded?.atMs ?? 0) + 1 } },
    };
  });
  assert.deepEqual((await checkDrill(deps(hasty), second)).failed, ['the revocation bound was waited out']);
  const other = { ...deps(hasty), publicKeyPem: async () => restored.signer.publicKeyPem };
  const told = new Map(hasty.facts);
  (hasty.facts as Map<string, unknown>).clear();
  assert.ok((await checkDrill(other, second)).failed.includes('the certificate verifies'));
  assert.ok(told.size > 0);
});

test('a few stored values of each event type are opened; what is damaged or undeclared is counted, and no value is told', async () => {
  const world = await newErasureWorld(catalog);
  const request = { subject: { kind: 'user' as const, id: 'ann@example.com' }, purpose: 'analytics' };
  const used = await world.process().use(request, ({ keys }) => ({
    subject: keys.token,
    good: sealFields(keys, { email: 'ann@example.com' }).toString('base64'),
    undeclared: sealFields(keys, { nickname: 'ann' }).toString('base64'),
  }));
  assert.ok(used.kind === 'used');
  const { subject, good, undeclared } = used.result;
  const statements: string[] = [];
  const verify = (sealed: readonly string[], token = subject): ReturnType<typeof verifySamples> =>
    verifySamples({
      ...deps(world),
      personRows: {
        ...world.rows,
        async *rows(sql) {
          statements.push(sql);
          yield* sealed.map((each) => ({ subject: token, sealed: each }));
        },
      },
    });
  const none = { plain: 0, shredded: 0, corrupt: 0, undeclared: 0 };
  assert.deepEqual(await verify([good, good]), { ...none, sampled: 2, plain: 2 });
  assert.deepEqual(await verify([good], 'a'.repeat(26)), { ...none, sampled: 1, shredded: 1 });
  const damaged = Buffer.from(good, 'base64').fill(1, 20, 24).toString('base64');
  assert.deepEqual(await verify([good, damaged]), { ...none, sampled: 2, plain: 1, corrupt: 1 });
  assert.deepEqual(await verify([undeclared]), { ...none, sampled: 1, plain: 1, undeclared: 1 });
  assert.equal(statements[0], sampleSql(catalogSamples(catalog)[0] ?? assert.fail()));
  const kept = [...world.logged, ...[...world.facts.values()].map((fact) => JSON.stringify(fact))];
  assert.ok(kept.some((line) => line.includes('verification_failed')));
  assert.ok(!kept.some((line) => line.includes('ann@example.com') || line.includes(subject)));
});
