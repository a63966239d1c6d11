import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineErrorOf } from '#lib/googlesql/engine/failure.ts';

function withoutEnd(): number {
  return 1 + withoutEnd();
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('a statement that the stack ends over is too complex; other errors of ours are internal', () => {
  const { reason, message } = engineErrorOf(thrownBy(withoutEnd));
  assert.equal(reason, 'resourcesExceeded');
  assert.match(message, /query is too complex/);
  assert.equal(engineErrorOf(thrownBy(() => 'x'.repeat(-1))).reason, 'internalError');
});
