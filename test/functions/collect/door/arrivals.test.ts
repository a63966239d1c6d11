import assert from 'node:assert/strict';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { test } from 'node:test';
import { Arrivals } from '#functions/collect/door/arrivals.ts';

test('what arrives in one turn goes on together, step by step side by side', async () => {
  const arrivals = new Arrivals();
  const steps: string[] = [];
  const walk = async (name: string): Promise<void> => {
    await arrivals.together(500);
    for (const step of [1, 2]) {
      steps.push(`${name}${step}`);
      await Promise.resolve();
    }
  };
  const walks = [walk('a'), walk('b')];
  await Promise.resolve();
  assert.deepEqual(steps, []);
  await Promise.all(walks);
  assert.deepEqual(steps, ['a1', 'b1', 'a2', 'b2']);
});

test('who arrives later waits for the end of its own turn, and nobody for more than one', async () => {
  const arrivals = new Arrivals();
  const gone: string[] = [];
  void arrivals.together(1).then(() => gone.push('first'));
  await endOfTurn();
  assert.deepEqual(gone, ['first']);
  void arrivals.together(1).then(() => gone.push('second'));
  await Promise.resolve();
  assert.deepEqual(gone, ['first']);
  await endOfTurn();
  assert.deepEqual(gone, ['first', 'second']);
});

test('once enough has arrived it goes on at once, and what comes then begins another group', async () => {
  const arrivals = new Arrivals();
  const gone: string[] = [];
  void arrivals.together(1000).then(() => gone.push('small'));
  void arrivals.together(64 * 1024).then(() => gone.push('large'));
  void arrivals.together(1).then(() => gone.push('next'));
  await Promise.resolve();
  assert.deepEqual(gone, ['small', 'large']);
  await endOfTurn();
  assert.deepEqual(gone, ['small', 'large', 'next']);
});
