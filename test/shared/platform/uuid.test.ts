/** UUIDs by RFC 9562. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isUuid, uuidV5, uuidV7 } from '#shared/platform/uuid.ts';

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

test('a name has the UUID of appendix A.4 of RFC 9562', () => {
  assert.equal(uuidV5(DNS, 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('a moment has the UUID of appendix A.6 of RFC 9562', () => {
  // rand_a, then rand_b behind its two bits of variant; a digit is left over.
  const noise = Buffer.from('cc318c4dc0c0c07398f0', 'hex');
  const made = uuidV7(0x017f22e279b0, () => noise);
  assert.equal(made, '017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  assert.ok(isUuid(made));
});

test('every name has a UUID of version 5, equal names have one, and a namespace that is no UUID is refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uuid(), (name, namespace) => {
      const made = uuidV5(namespace, name);
      assert.match(made, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(uuidV5(namespace.toUpperCase(), name), made);
    }),
  );
  assert.throws(() => uuidV5('here', 'name'), TypeError);
  assert.ok(!isUuid(`${DNS}0`) && !isUuid('node-next-1785589200000-1'));
});
