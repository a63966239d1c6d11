import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { RecentBudget } from '#local/pubsub/log/recent-batches.ts';
import { TopicLog } from '#local/pubsub/log/topic-log.ts';
import { readMessage, writeMessage } from '#local/pubsub/wire/pubsub-message.ts';
import { writeBody } from '#local/pubsub/wire/publish-request.ts';

const root = mkdtempSync(join(tmpdir(), 'tributary-log-'));
after(() => rmSync(root, { recursive: true, force: true }));

function newFolder(): string {
  return mkdtempSync(join(root, 'log-'));
}

/** @param recentBytes 0 makes every read come from the file */
function open(folder: string, recentBytes = 0): TopicLog {
  return TopicLog.open(folder, { budget: new RecentBudget(recentBytes), onAppend: () => undefined });
}

function body(payloads: readonly string[]): Buffer {
  return writeBody(payloads.map((data) => writeMessage({ data: Buffer.from(data), attributes: {}, orderingKey: '' })));
}

function readAll(log: TopicLog): string[] {
  const reader = log.reader();
  const found: string[] = [];
  for (let sequence = log.firstSequence; sequence < log.endSequence; sequence += 1) {
    const message = reader.read(sequence);
    assert.ok(message, `message ${sequence} can be read`);
    assert.equal(message.sequence, sequence);
    found.push(readMessage(message.bytes).data.toString());
  }
  return found;
}

const PAYLOADS = fc.array(fc.string({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 5 });

test('everything that was acknowledged is read back after a reopen, in order, from memory and from the file', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(PAYLOADS, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(0, 1e6),
      async (batches, recent) => {
        const folder = newFolder();
        const log = open(folder, recent);
        const acknowledged = await Promise.all(
          batches.map((batch, index) => log.append(body(batch), batch.length, index)),
        );
        const expected = batches.flat();
        let next = 0;
        for (const batch of acknowledged) {
          assert.equal(batch.head.firstSequence, next);
          next = batch.endSequence;
        }
        assert.deepEqual(readAll(log), expected);
        await log.close();
        const again = open(folder, recent);
        assert.deepEqual(readAll(again), expected);
        await again.close();
      },
    ),
    { numRuns: 40 },
  );
});

test('wherever a crash cuts the file, whole records before the cut survive, the torn tail goes, and appending goes on', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(PAYLOADS, { minLength: 1, maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.uint8Array({ maxLength: 80 }),
      async (batches, where, garbage) => {
        const folder = newFolder();
        const log = open(folder);
        const ends: number[] = [];
        const [name = ''] = readdirSync(folder);
        const file = join(folder, name);
        for (const batch of batches) {
          await log.append(body(batch), batch.length, 0);
          ends.push(statSync(file).size);
        }
        await log.close();
        const cut = Math.floor(where * (ends.at(-1) ?? 0));
        truncateSync(file, cut);
        appendFileSync(file, garbage);

        const recovered = open(folder);
        const survivors = batches.filter((_, index) => (ends[index] ?? Infinity) <= cut).flat();
        assert.deepEqual(readAll(recovered), survivors);
        await recovered.append(body(['after']), 1, 0);
        assert.deepEqual(readAll(recovered), [...survivors, 'after']);
        await recovered.close();
        const reopened = open(folder);
        assert.deepEqual(readAll(reopened), [...survivors, 'after']);
        await reopened.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('a record in which any one byte was changed is not believed, nor anything after it', async () => {
  const folder = newFolder();
  const log = open(folder);
  const [name = ''] = readdirSync(folder);
  const file = join(folder, name);
  await log.append(body(['first']), 1, 1);
  const start = statSync(file).size;
  await log.append(body(['second']), 1, 2);
  const end = statSync(file).size;
  await log.append(body(['third']), 1, 3);
  await log.close();
  const intact = readFileSync(file);
  for (let position = start; position < end; position += 1) {
    const damaged = Buffer.from(intact);
    damaged[position] = (damaged[position] ?? 0) ^ 0x40;
    writeFileSync(file, damaged);
    const recovered = open(folder);
    assert.deepEqual(readAll(recovered), ['first'], `byte ${position}`);
    await recovered.close();
  }
});

test('segments are begun when one is full, and deleted when nobody needs what is in them', async () => {
  const folder = newFolder();
  const log = open(folder);
  const large = 'x'.repeat(1024 * 1024);
  for (let index = 0; index < 70; index += 1) await log.append(body([large + index, 'y']), 2, index * 1000);
  const names = readdirSync(folder);
  assert.ok(names.length >= 3, `${names.length} segments`);
  assert.equal(log.firstSince(0), 0);
  assert.equal(log.firstSince(34_500), 70);
  assert.equal(log.firstSince(1e9), 140);
  await log.close();

  const again = open(folder);
  assert.equal(again.endSequence, 140);
  assert.equal(again.firstSince(35_000), 70);
  assert.ok(again.segmentSince(35_000) <= 70 && again.segmentSince(35_000) > 0);
  assert.equal(again.segmentSince(0), 0);
  const reader = again.reader();
  for (const sequence of [139, 0, 71, 70, 138, 2]) assert.equal(reader.read(sequence)?.sequence, sequence);
  again.releaseBefore(70, 1);
  assert.ok(again.firstSequence > 0 && again.firstSequence <= 70);
  assert.equal(readdirSync(folder).length, names.length - 1);
  assert.equal(again.reader().read(0), undefined);
  assert.equal(again.reader().read(70)?.sequence, 70);
  again.releaseBefore(140, 1);
  assert.equal(again.firstSequence, 140);
  assert.deepEqual(await again.append(body(['z']), 1, 1e6).then((batch) => batch.head.firstSequence), 140);
  await again.close();
  const third = open(folder);
  assert.deepEqual(readAll(third), ['z']);
  await third.destroy();
});

test('publish time never goes back within a topic', async () => {
  const log = open(newFolder());
  const times = await Promise.all([5, 3, 9].map((now) => log.append(body(['m']), 1, now)));
  assert.deepEqual(
    times.map((batch) => batch.head.publishTimeMs),
    [5, 5, 9],
  );
  await log.close();
});
