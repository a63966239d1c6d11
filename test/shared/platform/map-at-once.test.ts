/** Many small things done over the network, so many at a time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';

test('results are in the order of the items, and never more than so many are under way', async () => {
  let [underWay, most] = [0, 0];
  const results = await mapAtOnce([5, 1, 4, 0, 3, 2], 3, async (turns) => {
    underWay += 1;
    most = Math.max(most, underWay);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    underWay -= 1;
    return turns * 10;
  });
  assert.deepEqual(results, [50, 10, 40, 0, 30, 20]);
  assert.equal(most, 3);
});

test('after a failure what is under way ends, and nothing more is begun', async () => {
  const [begun, ended]: [number[], number[]] = [[], []];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    if (item === 0) throw new Error('zero');
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    ended.push(item);
  };
  await assert.rejects(mapAtOnce([0, 1, 2, 3], 2, work), /zero/);
  assert.deepEqual([begun, ended], [[0, 1], [1]]);
});
