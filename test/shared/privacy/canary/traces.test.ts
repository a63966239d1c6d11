import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { createTraceFinder } from '#shared/privacy/canary/traces.ts';

const VALUE = 'Ada.Lovelace+tour@example.com';
const finder = createTraceFinder([{ name: 'email', value: VALUE }]);

const DISGUISES: Readonly<Record<string, (value: string) => Buffer>> = {
  'as it is': (value) => Buffer.from(value),
  'in lower case': (value) => Buffer.from(value.toLowerCase()),
  'in UTF-16': (value) => Buffer.from(value, 'utf16le'),
  'percent-encoded': (value) => Buffer.from(encodeURIComponent(value)),
  'in hex': (value) => Buffer.from(Buffer.from(value).toString('hex')),
  'in base64': (value) => Buffer.from(Buffer.from(value).toString('base64')),
  'in base64 of something larger': (value) => Buffer.from(Buffer.from(`{"email":"${value}"}`).toString('base64')),
  'as base64url of something larger': (value) => Buffer.from(Buffer.from(`~${value}~`).toString('base64url')),
  gzipped: (value) => gzipSync(`{"email":"${value}"}`),
  'as SHA-256': (value) => createHash('sha256').update(value).digest(),
  'as SHA-256 of its lower case, hex': (value) =>
    Buffer.from(createHash('sha256').update(value.toLowerCase()).digest('hex')),
  'as MD5 in base64': (value) => Buffer.from(createHash('md5').update(value).digest('base64')),
};

for (const [disguise, dress] of Object.entries(DISGUISES)) {
  test(`a value is found ${disguise}, wherever it stands`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 64 }), (before, after) => {
        const bytes = Buffer.concat([before, dress(VALUE), after]);
        assert.ok(finder.find(bytes).length > 0);
      }),
      { numRuns: 40 },
    );
  });
}

test('what is found is told by name, without the value', () => {
  assert.deepEqual(finder.find(Buffer.from(`x${VALUE}`)), ['email as it is']);
});

test('other bytes are not taken for it, a value cut short neither', () => {
  assert.deepEqual(finder.find(Buffer.from(VALUE.slice(0, -1))), []);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
      assert.deepEqual(finder.find(bytes), []);
    }),
  );
});
