import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  agree,
  checkDatasetId,
  checkJobId,
  checkRoutineId,
  checkTableId,
  withoutDecorator,
} from '#local/bigquery/names.ts';

test('dataset ids are letters, digits and underscores', () => {
  checkDatasetId('raw_2');
  checkDatasetId('_hidden');
  for (const id of ['', 'raw-2', 'räw', 'a.b', 'a'.repeat(1025)]) {
    assert.throws(() => checkDatasetId(id), /Invalid dataset ID ".*"\. Dataset IDs must be alphanumeric/);
  }
});

test('table ids may hold letters of any script, dashes and spaces', () => {
  for (const id of ['plays', 'plays-2026', 'två ord', '表_1']) checkTableId(id, 'plain');
  for (const id of ['', 'a.b', 'a/b', 'ü'.repeat(513)])
    assert.throws(() => checkTableId(id, 'plain'), /Invalid table ID/);
});

test('a decorator is allowed only where a partition may be meant', () => {
  checkTableId('plays$20260801', 'decorated');
  checkTableId('plays$__NULL__', 'decorated');
  assert.throws(() => checkTableId('plays$20260801', 'plain'), /Table decorators cannot be used/);
  assert.throws(() => checkTableId('$20260801', 'decorated'), /Invalid table ID/);
});

test('job ids may hold dashes, routine ids may not', () => {
  checkJobId('publish_web-1');
  assert.throws(() => checkJobId('a.b'), /Invalid job ID "a\.b"/);
  assert.throws(() => checkJobId('a'.repeat(1025)), /Invalid job ID/);
  checkRoutineId('reveal_1');
  assert.throws(() => checkRoutineId('re-veal'), /Invalid routine ID/);
});

test('a reference without its decorator', () => {
  const ref = { projectId: 'p', datasetId: 'd', tableId: 't$2026080113' };
  assert.deepEqual(withoutDecorator(ref), { ...ref, tableId: 't' });
  assert.deepEqual(withoutDecorator({ ...ref, tableId: 't' }), { ...ref, tableId: 't' });
});

test('a body may repeat the path but not contradict it', () => {
  agree('d', undefined, 'datasetId');
  agree('d', 'd', 'datasetId');
  assert.throws(() => agree('d', 'e', 'datasetId'), /Value 'e' in content does not agree with value 'd'/);
});
