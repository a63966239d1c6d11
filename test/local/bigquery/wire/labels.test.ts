import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLabels, labelFilter } from '#local/bigquery/wire/labels.ts';

test('a filter wants all of its labels, with or without a value', () => {
  const matches = labelFilter('labels.department:receiving labels.active');
  assert.equal(matches({ labels: { department: 'receiving', active: '' } }), true);
  assert.equal(matches({ labels: { department: 'sending', active: '' } }), false);
  assert.equal(matches({ labels: { department: 'receiving' } }), false);
  assert.equal(matches({}), false);
});

test('without a filter everything matches', () => {
  assert.equal(labelFilter(undefined)({}), true);
});

test('another expression is refused', () => {
  assert.throws(() => labelFilter('name:x'), /Invalid filter expression: name:x/);
});

test('labels are small letters, digits, underscores and dashes, and not too long', () => {
  checkLabels({ team: 'a-1', größe: '', 団: 'x_y' });
  assert.throws(() => checkLabels({ Team: 'a' }), /Label key "Team" has invalid characters/);
  assert.throws(() => checkLabels({ team: 'A b' }), /Label value "A b" has invalid characters/);
  assert.throws(() => checkLabels({ a: 'x'.repeat(64) }), /longer than 63/);
  assert.throws(
    () => checkLabels(Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, '']))),
    /more than 64/,
  );
});
