import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  eventIdOf,
  fingerprintOf,
  LOOKUP_ID_PATTERN,
  lookupIdOf,
  pseudonymOf,
  sealedAssociatedData,
  subjectTokenOf,
  TOKEN_PATTERN,
  unlinkedSecretOf,
  visitorTokenOf,
  wrapAssociatedData,
} from '#shared/privacy/keys/derivations.ts';
import { HmacKey } from '#shared/privacy/keys/hmac-key.ts';

const secret = Buffer.alloc(32, 3);
const key = new HmacKey(secret);
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The documented derivation, written a second time from its description. */
function expected(message: string, characters: number): string {
  const digest = createHmac('sha256', secret).update(message, 'utf8').digest();
  const bytes = characters === 26 ? digest.subarray(0, 16) : digest;
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const padded = bits.padEnd(Math.ceil(bits.length / 5) * 5, '0');
  return (padded.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('');
}

test('every derivation has the documented input and form', () => {
  assert.equal(lookupIdOf(key, { kind: 'user', id: 'Åsa|1' }), expected('user:Åsa|1', 52));
  assert.equal(lookupIdOf(key, { kind: 'anon', id: 'a' }), expected('anon:a', 52));
  assert.equal(lookupIdOf(key, { kind: 'day', id: '2026-11-21' }), expected('day:2026-11-21', 52));
  assert.equal(subjectTokenOf(key, 'product-analytics'), expected('product-analytics', 26));
  assert.equal(eventIdOf(key, 'listening.TrackPlayed', 'x'), expected('event|listening.TrackPlayed|x', 26));
  assert.equal(fingerprintOf(key, 'listening.TrackPlayed', '{}'), expected('payload|listening.TrackPlayed|{}', 26));
  assert.equal(pseudonymOf(key, 'device.id', 'd'), expected('token|device.id|d', 26));
  assert.equal(visitorTokenOf(key, 'v'), expected('visitor|v', 26));
  const unlinked = createHmac('sha256', secret).update('unlinked|marketing').digest();
  assert.equal(eventIdOf(unlinkedSecretOf(key, 'marketing'), 'a.B', 'x'), eventIdOf(new HmacKey(unlinked), 'a.B', 'x'));
  assert.match(lookupIdOf(key, { kind: 'user', id: '' }), LOOKUP_ID_PATTERN);
  assert.match(subjectTokenOf(key, 'p'), TOKEN_PATTERN);
});

test('no two uses of a secret ever make the same token, whatever a client sends', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const text = fc.oneof(fc.string(), name, fc.constantFrom('event|a.B|x', 'a|b', '|', 'token|device.id|x'));
  const derivation = fc.oneof(
    name.map((purpose) => ['subject', purpose, subjectTokenOf(key, purpose)]),
    fc.tuple(name, text).map(([type, id]) => ['event', `${type} ${id}`, eventIdOf(key, type, id)]),
    fc.tuple(name, text).map(([type, payload]) => ['payload', `${type} ${payload}`, fingerprintOf(key, type, payload)]),
    fc
      .tuple(name, text)
      .map(([semantic, value]) => ['token', `${semantic} ${value}`, pseudonymOf(key, semantic, value)]),
    text.map((id) => ['visitor', id, visitorTokenOf(key, id)]),
  );
  fc.assert(
    fc.property(derivation, derivation, ([use, input, token], [otherUse, otherInput, otherToken]) => {
      assert.equal(token === otherToken, use === otherUse && input === otherInput);
    }),
  );
});

test('associated data is the documented text', () => {
  assert.equal(sealedAssociatedData('marketing', 'abc').toString(), 'v1|marketing|abc');
  const place = { use: 'link' as const, purpose: 'marketing', lookupId: 'xyz', generation: 3 };
  assert.equal(wrapAssociatedData(place).toString(), 'v1|link|marketing|xyz|3');
});
