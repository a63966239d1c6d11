import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createLedger, firstMissing } from '#functions/privacy/erasures/ledger.ts';
import { ADDENDUM_FORMAT, type CertificateBody, type LedgerPlace } from '#shared/privacy/erasure/certificate.ts';
import { memoryObjectStore } from '#shared/platform/memory-object-store.ts';

const signer = { keyVersion: 'key/1', sign: async (bytes: Buffer) => bytes.subarray(0, 64) };

function bodyAt(place: LedgerPlace): CertificateBody {
  const destroyedAt = '2026-11-21T12:00:00.000Z';
  return { format: ADDENDUM_FORMAT, certificate: '0'.repeat(64), epoch: 'e', keyVersion: 'v', destroyedAt, ...place };
}

test('the end of a ledger is found wherever it is, and however much of it was known', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(100_000), fc.double({ min: 0, max: 1, noNaN: true }), async (length, share) => {
      let looks = 0;
      const found = await firstMissing(Math.floor(length * share), async (number) => {
        looks += 1;
        return number < length;
      });
      assert.equal(found, length);
      assert.ok(looks <= 40, `${looks} looks`);
    }),
  );
});

test('an entry is added once for an erasure, whoever asks and from wherever it is looked for', async () => {
  const objects = memoryObjectStore();
  const [one, two] = [createLedger(objects, signer), createLedger(objects, signer)];
  const asked = Array.from({ length: 30 }, (_, index) =>
    (index % 2 === 0 ? one : two).append(`e-${index % 10}`, 0, bodyAt),
  );
  const entries = await Promise.all(asked);
  assert.equal(objects.names().length, 10);
  for (const [index, { body }] of entries.entries()) assert.equal(body.sequence, entries[index % 10]?.body.sequence);
  assert.equal(await two.next(), 10);
  const later = await two.append('e-new', await one.next(), bodyAt);
  assert.equal(later.body.sequence, 10);
  assert.equal((await one.append('e-new', 10, bodyAt)).body.sequence, 10);
});

test('a damaged entry stops the ledger instead of being built on', async () => {
  const objects = memoryObjectStore();
  const ledger = createLedger(objects, signer);
  await ledger.append('first-erasure', 0, bodyAt);
  const stored = await objects.read('certificates/000000000000');
  await objects.replace('certificates/000000000000', stored?.generation ?? '', '{"body":{}}');
  await assert.rejects(createLedger(objects, signer).append('next-erasure', 0, bodyAt), { code: 'corrupt' });
  await assert.rejects(ledger.read(7), { code: 'corrupt' });
});
