import { test } from 'node:test';
import assert from 'node:assert/strict';
import { eventIdOf } from '#shared/privacy/keys/derivations.ts';
import { aeadOfEncoded, newEncodedKeyset } from '#shared/privacy/keys/encoded-keyset.ts';
import type { Epoch } from '#shared/privacy/keys/key-stores.ts';
import { newPurpose, openPurpose, rewrapPurpose } from '#shared/privacy/keys/key-wrapping.ts';
import { openFields, sealFields } from '#shared/privacy/sealing.ts';

const PLACE = { lookupId: 'a'.repeat(52), purpose: 'ads' };
const LIFE = { generation: 1, acceptsFromMs: 0 };

function newEpoch(id: string): Epoch {
  return { id, aead: aeadOfEncoded(newEncodedKeyset()) ?? assert.fail('no keyset') };
}

test('wrapped secrets open to the same keys', () => {
  const epoch = newEpoch('2026-11-21');
  const { entry, keys } = newPurpose(epoch, PLACE, LIFE);
  const opened = openPurpose(epoch, PLACE, entry);
  assert.ok(opened.kind === 'keys');
  assert.equal(opened.keys.token, keys.token);
  assert.equal(eventIdOf(opened.keys.link, 'a.B', 'x'), eventIdOf(keys.link, 'a.B', 'x'));
  assert.deepEqual(openFields(opened.keys, sealFields(keys, { email: 'x' })), {
    kind: 'plain',
    fields: { email: 'x' },
  });
});

test('a keyset and a link secret have the documented wrapped sizes', () => {
  const { entry } = newPurpose(newEpoch('2026-11-21'), PLACE, LIFE);
  // 108 bytes where both varints of the key id have five bytes, and 33 bytes of wrapping; small ids are shorter.
  const keyset = Buffer.from(entry.keyset, 'base64').length;
  assert.ok(keyset <= 141 && keyset >= 141 - 8);
  assert.equal(Buffer.from(entry.link, 'base64').length, 65);
});

test('secrets moved to another user, purpose, generation or use do not open', () => {
  const epoch = newEpoch('2026-11-21');
  const { entry } = newPurpose(epoch, PLACE, LIFE);
  const { entry: other } = newPurpose(epoch, { ...PLACE, purpose: 'quality' }, LIFE);
  for (const [place, moved] of [
    [{ ...PLACE, lookupId: 'b'.repeat(52) }, entry],
    [{ ...PLACE, purpose: 'quality' }, entry],
    [PLACE, { ...entry, generation: 2 }],
    [PLACE, { ...entry, keyset: entry.link, link: entry.keyset }],
    [PLACE, { ...entry, link: other.link }],
    [PLACE, { ...entry, keyset: other.keyset }],
  ] as const) {
    assert.deepEqual(openPurpose(epoch, place, moved), { kind: 'damaged' });
  }
});

test('secrets of one epoch do not open under another, and moving them on does', () => {
  const [first, second] = [newEpoch('2026-11-21'), newEpoch('2026-12-21')];
  const { entry, keys } = newPurpose(first, PLACE, LIFE);
  assert.equal(openPurpose(second, PLACE, entry).kind, 'damaged');
  const moved = rewrapPurpose(first, second, PLACE, entry) ?? assert.fail('not moved');
  assert.equal(moved.epoch, second.id);
  const opened = openPurpose(second, PLACE, moved);
  assert.ok(opened.kind === 'keys');
  assert.equal(opened.keys.token, keys.token);
  assert.equal(openPurpose(first, PLACE, moved).kind, 'damaged');
  assert.equal(rewrapPurpose(second, first, PLACE, entry), undefined);
});

test('after closing keys every use of them is an error', () => {
  const { keys } = newPurpose(newEpoch('2026-11-21'), PLACE, LIFE);
  keys.close();
  assert.throws(() => sealFields(keys, { email: 'x' }), /was closed/);
  assert.throws(() => eventIdOf(keys.link, 'a.B', 'x'), /was overwritten/);
});
