import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  freeze,
  newKeyring,
  nextLife,
  reactivate,
  reopenPurpose,
  shred,
  shredPurpose,
  withLink,
  withPurpose,
} from '#shared/privacy/keys/keyring-changes.ts';
import type { Change } from '#shared/privacy/keys/keyring-changes.ts';
import { digestOfRecord, encodeKeyring, MAX_KEYRING_BYTES, parseKeyring } from '#shared/privacy/keys/keyring-record.ts';
import type { Keyring, LivePurpose } from '#shared/privacy/keys/keyring-record.ts';

const LOOKUP_ID = 'a'.repeat(52);
const VISITOR = 'b'.repeat(52);
const AT_MS = 1_790_000_000_000;

function entry(keyset: string, generation = 1): LivePurpose {
  const wrapped = Buffer.from(keyset).toString('base64');
  return { state: 'live', generation, epoch: '2026-11-21', acceptsFromMs: 0, keyset: wrapped, link: wrapped };
}

function written(change: Change): Keyring {
  return change.kind === 'write' ? change.keyring : assert.fail(change.kind);
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('purpose' as const),
    name: fc.constantFrom('ads', 'quality'),
    key: fc.string({ minLength: 1 }),
  }),
  fc.record({ kind: fc.constant('link' as const), visitor: fc.constantFrom(VISITOR, 'c'.repeat(52)) }),
  fc.record({ kind: fc.constantFrom('freeze' as const, 'shred' as const, 'reactivate' as const) }),
  fc.record({
    kind: fc.constantFrom('withdraw' as const, 'consent' as const),
    name: fc.constantFrom('ads', 'quality'),
  }),
);

function apply(
  keyring: Keyring,
  each: typeof step extends fc.Arbitrary<infer Step> ? Step : never,
  atMs: number,
): Change {
  switch (each.kind) {
    case 'purpose':
      return withPurpose(keyring, each.name, entry(each.key, keyring.generation));
    case 'link':
      return withLink(keyring, each.visitor);
    case 'freeze':
      return freeze(keyring, atMs);
    case 'shred':
      return shred(keyring, atMs);
    case 'reactivate':
      return reactivate(keyring, atMs);
    case 'withdraw':
      return shredPurpose(keyring, each.name, atMs);
    case 'consent': {
      const life = keyring.state === 'live' ? nextLife(keyring, atMs) : { generation: 1, acceptsFromMs: 0 };
      return reopenPurpose(keyring, each.name, { ...entry('new', life.generation), acceptsFromMs: life.acceptsFromMs });
    }
  }
}

test('through any history a record is stored and read back unchanged, and its generation never goes back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let keyring: Keyring = newKeyring(LOOKUP_ID);
      for (const [index, each] of steps.entries()) {
        const change = apply(keyring, each, AT_MS + index);
        if (change.kind === 'refused') continue;
        assert.ok(change.keyring.generation >= keyring.generation);
        keyring = change.keyring;
        assert.deepEqual(parseKeyring(encodeKeyring(keyring), LOOKUP_ID), { kind: 'keyring', keyring });
      }
    }),
  );
});

test('after a tombstone nothing but a reactivation makes a keyring live, and then in the next generation without keys', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let keyring = written(shred(newKeyring(LOOKUP_ID), AT_MS));
      for (const [index, each] of steps.entries()) {
        const change = apply(keyring, each, AT_MS + index);
        if (keyring.state === 'shredded' && change.kind === 'write') {
          assert.equal(each.kind, 'reactivate');
          assert.ok(change.keyring.state === 'live');
          assert.equal(change.keyring.generation, keyring.generation + 1);
          assert.deepEqual(change.keyring.purposes, {});
          assert.equal(change.keyring.acceptsFromMs, AT_MS + index);
        }
        if (change.kind !== 'refused') keyring = change.keyring;
      }
    }),
  );
});

test('the first keys of a purpose stay: a second entry is not taken', () => {
  const first = written(withPurpose(newKeyring(LOOKUP_ID), 'ads', entry('first')));
  assert.deepEqual(withPurpose(first, 'ads', entry('second')), { kind: 'keep', keyring: first });
});

test('a withdrawn purpose takes keys of the next generation only', () => {
  const used = written(withPurpose(newKeyring(LOOKUP_ID), 'ads', entry('first')));
  const withdrawn = written(shredPurpose(used, 'ads', AT_MS));
  assert.deepEqual(withPurpose(withdrawn, 'ads', entry('second')), { kind: 'refused', code: 'purpose_withdrawn' });
  assert.throws(() => reopenPurpose(withdrawn, 'ads', entry('second', 1)), RangeError);
  const again = written(reopenPurpose(withdrawn, 'ads', entry('second', 2)));
  assert.deepEqual([again.generation, again.state === 'live' && again.purposes['ads']?.state], [2, 'live']);
});

test('a frozen keyring takes no keys, no links and no withdrawal, and can be shredded', () => {
  const frozen = written(freeze(newKeyring(LOOKUP_ID), AT_MS));
  for (const change of [
    withPurpose(frozen, 'ads', entry('x')),
    withLink(frozen, VISITOR),
    shredPurpose(frozen, 'ads', AT_MS),
  ]) {
    assert.deepEqual(change, { kind: 'refused', code: 'subject_erased' });
  }
  assert.equal(written(shred(frozen, AT_MS)).state, 'shredded');
});

test('a tombstone holds the digest of the very bytes that were destroyed, the epochs that wrapped them, and nothing else', () => {
  const live = written(withLink(written(withPurpose(newKeyring(LOOKUP_ID), 'ads', entry('secret'))), VISITOR));
  const stored = encodeKeyring(live);
  const tombstone = written(shred(live, AT_MS, stored));
  assert.deepEqual(tombstone, {
    format: 'keyring/v1',
    state: 'shredded',
    lookupId: LOOKUP_ID,
    generation: 1,
    epochs: ['2026-11-21'],
    shreddedAtMs: AT_MS,
    digest: digestOfRecord(stored),
  });
});

test('a record that breaks its format is refused with the place and without the value', () => {
  const live = written(withPurpose(newKeyring(LOOKUP_ID), 'ads', entry('secret')));
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ ...live, lookupId: VISITOR }, /^lookupId/],
    [{ ...live, generation: 0 }, /^generation/],
    [{ ...live, extra: 'personal' }, /unrecognized_keys/],
    [{ ...live, purposes: { ads: { ...entry('x'), keyset: 'personal!' } } }, /^purposes\.ads\.keyset/],
    [{ ...live, linked: ['personal'] }, /^linked\.0/],
    [{ ...live, state: 'dead' }, /^state/],
    [
      { ...live, purposes: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`p${i}`, entry('x')])) },
      /^purposes: more/,
    ],
  ];
  for (const [record, problem] of cases) {
    const parsed = parseKeyring(Buffer.from(JSON.stringify(record)), LOOKUP_ID);
    assert.ok(parsed.kind === 'damaged');
    assert.match(parsed.problem, problem);
    assert.doesNotMatch(parsed.problem, /personal/);
  }
  assert.equal(parseKeyring(Buffer.alloc(MAX_KEYRING_BYTES + 1, 32), LOOKUP_ID).kind, 'damaged');
  assert.equal(parseKeyring(Buffer.from('{'), LOOKUP_ID).kind, 'damaged');
});
