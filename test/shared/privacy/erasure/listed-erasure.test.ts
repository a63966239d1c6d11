import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openErasure } from '#shared/privacy/erasure/erasure.ts';
import {
  erasureObject,
  labelsOfErasure,
  leastErasureId,
  listedErasure,
} from '#shared/privacy/erasure/listed-erasure.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';

const RECEIVED_MS = Date.UTC(2026, 0, 31, 12);
const ID = uuidV7(RECEIVED_MS, (bytes) => new Uint8Array(bytes).fill(0xab));
const record = openErasure(ID, 'a'.repeat(52), { basis: 'request' }, RECEIVED_MS);

test('a listing says how far an erasure is and when it was asked for, and once it is certified when that was', () => {
  const received = {
    id: ID,
    state: 'received',
    receivedAt: '2026-01-31T12:00:00.000Z',
    dueAt: '2026-02-28T12:00:00.000Z',
  };
  assert.deepEqual(listedErasure({ name: erasureObject(ID), labels: labelsOfErasure(record) }), received);
  const certified = { atMs: RECEIVED_MS + 9000, sequence: 0, hash: '0'.repeat(64) };
  const labels = labelsOfErasure({ ...record, state: 'certified', steps: { certified } });
  assert.deepEqual(listedErasure({ name: erasureObject(ID), labels }), {
    ...received,
    state: 'certified',
    certifiedAt: '2026-01-31T12:00:09.000Z',
  });
});

test('no name or label has anything of the person in it, not even a digest', () => {
  const said = [erasureObject(ID), ...Object.values(labelsOfErasure(record))].join(' ');
  for (const secret of [record.subject, record.salt, 'a'.repeat(52)]) assert.ok(!said.includes(secret));
});

test('what else is kept of an erasure is not one, nor is an object whose labels say nothing', () => {
  for (const part of ['key', 'scope', 'samples', 'place', 'execution'])
    assert.equal(listedErasure({ name: `erasures/${ID}/${part}`, labels: labelsOfErasure(record) }), undefined);
  assert.equal(listedErasure({ name: `erasures-open/${ID}/record`, labels: labelsOfErasure(record) }), undefined);
  assert.equal(
    listedErasure({ name: erasureObject(ID), labels: { ...labelsOfErasure(record), state: 'odd' } }),
    undefined,
  );
  assert.equal(listedErasure({ name: erasureObject(ID), labels: {} }), undefined);
});

test('every id of a moment is at or after the least one, and none of an earlier moment is', () => {
  assert.ok(leastErasureId(RECEIVED_MS) <= ID);
  assert.ok(leastErasureId(RECEIVED_MS + 1) > ID);
});
