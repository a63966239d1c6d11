/** A rotation over Google's own clients: keyrings in Cloud Storage, key versions in Cloud KMS, and a clock that the test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from '#shared/platform/log-line.ts';
import { openSealed } from '#shared/privacy/opening.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';
import { startTestCloud } from '#test/local/cloud-harness.ts';
import { PURPOSE, userRequest } from '#test/shared/privacy/world.ts';

const { clock } = await startTestCloud({ frozen: true });
const { layForPrivacy, place } = await import('./privacy-on-cloud.ts');
const { advanceRotation } = await import('#functions/privacy/rotation/advance-rotation.ts');
const { listEpochs, startRotation } = await import('#functions/privacy/rotation/start-rotation.ts');
const { createLedger } = await import('#functions/privacy/erasures/ledger.ts');
const { createCertificateKey } = await import('#shared/gcp/signer.ts');
const { keyPath } = await import('#shared/platform/base/names.ts');
const { state, stores } = await layForPrivacy();

const USERS = Array.from({ length: 150 }, (_, index) => `user-${index}@example.com`);
const log: Log = { write: () => undefined };

async function processOf(): Promise<{ keyrings: Keyrings; epochs: EpochKeys }> {
  const epochs = new EpochKeys({ store: stores.epochs, wrapper: stores.wrapper, clock });
  const found = await openPepper(stores.pepper, stores.wrapper, stores.pepperVersion);
  assert.ok(found.kind === 'pepper');
  const deps = { store: stores.keyrings, epochs, feed: stores.feed, pepper: found.pepper, clock };
  return { epochs, keyrings: new Keyrings(deps, { timing: revocationTiming(5000) }) };
}

test('150 keyrings are moved on, the key version is disabled for a day and destroyed, and everything still opens', async () => {
  const before = await processOf();
  const values = await Promise.all(
    USERS.map(async (user) => {
      const used = await before.keyrings.use(userRequest(user), ({ keys }) => ({
        purpose: PURPOSE,
        token: keys.token,
        sealed: sealFields(keys, { email: user }),
      }));
      return used.kind === 'used' ? used.result : assert.fail(used.kind);
    }),
  );
  const [first] = await listEpochs({ epochStore: stores.epochs });
  const epoch = first?.record.id ?? '';
  const { epochs } = await processOf();
  const facts = { record: async () => undefined };
  const deps = {
    ...stores,
    objects: state,
    epochStore: stores.epochs,
    epochs,
    facts,
    clock,
    log,
    ledger: createLedger(state, createCertificateKey(keyPath('certificate', place))),
  };
  await startRotation(deps, epoch);
  const seen: string[] = [];
  for (;;) {
    const { record, againAfterSeconds } = await advanceRotation(deps, epoch);
    if (seen.at(-1) !== record.state) seen.push(record.state);
    if (record.state === 'disabled' && againAfterSeconds > 0) {
      assert.equal(await stores.versions.state(record.keyVersion), 'disabled');
      // Whoever needs it now is told that this may pass.
      const wrapped = Buffer.from(first?.record.wrapped ?? '', 'base64');
      await assert.rejects(stores.wrapper.unwrap(record.keyVersion, wrapped));
    }
    if (record.state === 'told') {
      assert.deepEqual([record.moved, record.scanned, record.setBack], [USERS.length, USERS.length, 0]);
      assert.equal(await stores.versions.state(record.keyVersion), 'destroyed');
      break;
    }
    await clock.advance(againAfterSeconds * 1000);
  }
  assert.deepEqual(seen, [
    'opened',
    'spread',
    'rewrapped',
    'proved',
    'disabled',
    'checked',
    'scheduled',
    'destroyed',
    'told',
  ]);
  const after = await processOf();
  for (const [index, value] of values.entries()) {
    assert.deepEqual(await openSealed(after.keyrings, value), { kind: 'plain', fields: { email: USERS[index] } });
  }
  const epochsNow = await listEpochs({ epochStore: stores.epochs });
  assert.deepEqual(
    epochsNow.map(({ record }) => record.state),
    ['destroyed', 'open'],
  );
});
