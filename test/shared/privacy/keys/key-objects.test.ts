import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  EPOCH_PREFIX,
  epochObject,
  indexObject,
  keyringObject,
  PEPPER_OBJECT,
  REVOCATION_PREFIX,
  revocationObject,
  revocationOf,
  revocationStart,
} from '#shared/privacy/keys/key-objects.ts';

const LOOKUP_ID = 'a'.repeat(52);
/** Up to the year 9999. */
const timeMs = fc.integer({ min: 0, max: 253_402_300_799_999 });

test('objects lie in folders of their own', () => {
  const names = [
    keyringObject(LOOKUP_ID),
    indexObject('ads', 'b'.repeat(26)),
    epochObject('2026-11-21'),
    PEPPER_OBJECT,
    revocationObject(0, LOOKUP_ID, 'x'),
  ];
  assert.equal(new Set(names.map((name) => name.split('/')[0])).size, names.length);
  assert.ok(epochObject('x').startsWith(EPOCH_PREFIX) && revocationStart(0).startsWith(REVOCATION_PREFIX));
});

test('a revocation is read back from its name, and other names are none', () => {
  fc.assert(
    fc.property(timeMs, fc.uuid(), (atMs, id) => {
      assert.deepEqual(revocationOf(revocationObject(atMs, LOOKUP_ID, id)), { atMs, lookupId: LOOKUP_ID, id });
    }),
  );
  for (const name of ['', keyringObject(LOOKUP_ID), `${revocationObject(1, LOOKUP_ID, 'x')}/y`])
    assert.equal(revocationOf(name), undefined);
});

test('names of revocations sort by time, so that a listing from a start finds every later one', () => {
  fc.assert(
    fc.property(timeMs, timeMs, fc.uuid(), (atMs, sinceMs, id) => {
      assert.equal(revocationObject(atMs, LOOKUP_ID, id) >= revocationStart(sinceMs), atMs >= sinceMs);
    }),
  );
});
