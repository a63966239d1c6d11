import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { base32 } from '#shared/privacy/keys/base32.ts';
import { HmacKey } from '#shared/privacy/keys/hmac-key.ts';

function hex(binary: string): string {
  return Buffer.from(binary, 'latin1').toString('hex');
}

test('the published vectors of HMAC-SHA256 come out (RFC 4231, test cases 1 and 2)', () => {
  const first = new HmacKey(Buffer.alloc(20, 0x0b)).sign('Hi There');
  assert.equal(hex(first), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
  const second = new HmacKey(Buffer.from('Jefe')).sign('what do ya want for nothing?');
  assert.equal(hex(second), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
});

test('any secret and any message give what node:crypto gives', () => {
  const secret = fc.uint8Array({ minLength: 1, maxLength: 64 });
  const message = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ minLength: 5000, maxLength: 7000 }),
  );
  fc.assert(
    fc.property(secret, message, (bytes, text) => {
      const expected = createHmac('sha256', bytes).update(text, 'utf8').digest('hex');
      assert.equal(hex(new HmacKey(bytes).sign(text)), expected);
    }),
  );
});

test('a secret is copied, and after closing it signing is an error', () => {
  const secret = Buffer.alloc(32, 1);
  const key = new HmacKey(secret);
  const before = key.sign('x');
  secret.fill(0);
  assert.equal(key.sign('x'), before);
  key.close();
  assert.throws(() => key.sign('x'), /was overwritten/);
  key.close();
});

test('a secret longer than a block is refused', () => {
  assert.throws(() => new HmacKey(Buffer.alloc(65)), RangeError);
});

test('base32 gives the published vectors in lower case without padding (RFC 4648 section 10)', () => {
  const vectors = {
    '': '',
    f: 'my',
    fo: 'mzxq',
    foo: 'mzxw6',
    foob: 'mzxw6yq',
    fooba: 'mzxw6ytb',
    foobar: 'mzxw6ytboi',
  };
  for (const [text, expected] of Object.entries(vectors)) assert.equal(base32(text, text.length), expected);
});

test('base32 of 16 bytes has 26 characters, of 32 bytes 52, and different bytes differ', () => {
  const binary = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  fc.assert(
    fc.property(binary, binary, (a, b) => {
      assert.match(base32(a, 16), /^[a-z2-7]{26}$/);
      assert.match(base32(a, 32), /^[a-z2-7]{52}$/);
      assert.equal(base32(a, 32) === base32(b, 32), a === b);
    }),
  );
});
