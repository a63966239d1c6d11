import assert from 'node:assert/strict';
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AppendQueue, type WriteTarget } from '#local/pubsub/log/append-queue.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-queue-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('when a write fails, everyone in it is told and the sequence numbers are given to those who come next', async () => {
  const file = join(folder, 'queue');
  const good = openSync(file, 'w+');
  const readOnly = openSync(file, 'r');
  let target: WriteTarget = { descriptor: readOnly, position: 0, nextSequence: 7 };
  let failures = 0;
  const writes: number[] = [];
  const queue = new AppendQueue({
    target: () => target,
    written: (batches) => void writes.push(batches.length),
    failed: () => (failures += 1),
  });
  const refused = await Promise.allSettled([
    queue.append(Buffer.from('a'), 1, 0),
    queue.append(Buffer.from('b'), 1, 0),
  ]);
  assert.deepEqual(
    refused.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(failures, 1);
  assert.deepEqual(writes, []);

  target = { ...target, descriptor: good };
  const accepted = await Promise.all([queue.append(Buffer.from('c'), 2, 0), queue.append(Buffer.from('d'), 1, 0)]);
  assert.deepEqual(
    accepted.map(({ head }) => head.firstSequence),
    [7, 9],
  );
  assert.deepEqual(writes, [2]);
  assert.ok(fstatSync(good).size > 0);
  await queue.drain();
  closeSync(good);
  closeSync(readOnly);
});
