import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOUBTS } from '#local/workflows/language/doubts.ts';

test('every doubt has an id of its own, a question and what is done', () => {
  assert.equal(new Set(DOUBTS.map(({ id }) => id)).size, DOUBTS.length);
  for (const { id, question, chosen } of DOUBTS) {
    assert.match(id, /^[a-z0-9-]+$/);
    assert.ok(question.length > 10 && chosen.length > 3, id);
  }
});
