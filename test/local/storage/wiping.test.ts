import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MAX_INLINE_BYTES } from '#local/storage/limits.ts';
import { pad, PAGE_BYTES, unpad } from '#local/storage/contents/padding.ts';
import { openIndex } from '#local/storage/tables.ts';
import { WIPE_WITHIN_MS } from '#local/storage/upkeep.ts';
import { startStorage } from './storage-client.ts';

const { cloud, newBucket, restart } = await startStorage({ frozen: true });

/** Everything in the data folder, whatever file it is in. */
function dataFolder(): string {
  return readdirSync(cloud.dataDir, { recursive: true })
    .map((name) => join(cloud.dataDir, String(name)))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .map(contentsOf)
    .join('\n');
}

/** A file that goes while it is being looked at holds nothing. */
function contentsOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/** A value that is nowhere else, repeated to the size asked for. */
function secret(size: number): { readonly bytes: Buffer; readonly marker: string } {
  const marker = `secret-${randomBytes(12).toString('hex')}`;
  return { marker, bytes: Buffer.concat([Buffer.alloc(size, `${marker}\n`), Buffer.from(marker)]) };
}

for (const size of [0, 5_000, 31_000, 100_000]) {
  test(`a value of ${size} bytes that was overwritten or deleted is in no file after the next checkpoint`, async () => {
    const bucket = await newBucket();
    const [overwritten, deleted, kept] = [secret(size), secret(size), secret(size)];
    await bucket.file('overwritten').save(overwritten.bytes, { resumable: false });
    await bucket.file('deleted').save(deleted.bytes, { resumable: false });
    await bucket.file('kept').save(kept.bytes, { resumable: false });
    await bucket.file('overwritten').save('tombstone', { resumable: false });
    await bucket.file('deleted').delete();
    await cloud.clock.advance(WIPE_WITHIN_MS);
    const everything = dataFolder();
    assert.ok(everything.includes(kept.marker));
    assert.ok(!everything.includes(overwritten.marker));
    assert.ok(!everything.includes(deleted.marker));
  });
}

/** Writes and deletes at random in the table of contents; says which deleted values are still in the file afterwards. */
function remnants(
  seed: number,
  encode: (bytes: Buffer) => Uint8Array,
): { readonly gone: number; readonly left: string[] } {
  const file = join(mkdtempSync(join(cloud.dataDir, 'churn-')), 'index.db');
  const store = openIndex(file);
  const random = seeded(seed);
  const live = new Map<number, string>();
  const gone: string[] = [];
  const step = (count: number): void => {
    const id = Math.floor(random() * 4000);
    const before = live.get(id);
    if (before !== undefined) {
      store.run('DELETE FROM contents WHERE object = ?', id);
      gone.push(before);
      live.delete(id);
      if (random() < 0.5) return;
    }
    const marker = `value-${String(count).padStart(8, '0')}-end`;
    const bytes = Buffer.alloc(marker.length + Math.floor(random() * 700), marker);
    store.run('INSERT INTO contents VALUES (?, ?)', id, encode(bytes));
    live.set(id, marker);
  };
  for (let batch = 0; batch < 200; batch += 1) {
    store.transaction(() => {
      for (let index = 0; index < 50; index += 1) step(batch * 50 + index);
    });
  }
  store.all('PRAGMA wal_checkpoint(TRUNCATE)');
  const found = new Set(readFileSync(file, 'latin1').match(/value-\d{8}-end/g));
  store.close();
  for (const marker of live.values()) assert.ok(found.has(marker));
  return { gone: gone.length, left: gone.filter((marker) => found.has(marker)) };
}

/** A linear congruential generator, so that every run does the same. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

test('among thousands of values that come and go, not one that went stays anywhere', () => {
  for (const seed of [1, 7, 42]) {
    const { gone, left } = remnants(seed, pad);
    assert.ok(gone > 4000);
    assert.deepEqual(left, []);
  }
});

test('without padding some would stay, whatever secure_delete promises: the test above can see them', () => {
  assert.ok(remnants(1, (bytes) => bytes).left.length > 0);
});

test('what soft delete held is in no file once its time is over', async () => {
  const bucket = await newBucket({ softDeletePolicy: { retentionDurationSeconds: 7 * 24 * 3600 } });
  const [small, large] = [secret(1000), secret(100_000)];
  await bucket.file('small').save(small.bytes, { resumable: false });
  await bucket.file('large').save(large.bytes, { resumable: false });
  await bucket.file('small').delete();
  await bucket.file('large').delete();
  await cloud.clock.advance(7 * 24 * 3600 * 1000 - 1);
  assert.ok(dataFolder().includes(small.marker));
  await cloud.clock.advance(1 + WIPE_WITHIN_MS);
  const everything = dataFolder();
  assert.ok(!everything.includes(small.marker) && !everything.includes(large.marker));
});

test('what a deleted bucket held in soft delete goes with it', async () => {
  const bucket = await newBucket({ softDeletePolicy: { retentionDurationSeconds: 7 * 24 * 3600 } });
  const { bytes, marker } = secret(1000);
  await bucket.file('x').save(bytes, { resumable: false });
  await bucket.file('x').delete();
  await bucket.delete();
  await cloud.clock.advance(WIPE_WITHIN_MS);
  assert.ok(!dataFolder().includes(marker));
});

test('an upload that was refused or cancelled leaves nothing of its bytes', async () => {
  const bucket = await newBucket();
  await bucket.file('there').save('x', { resumable: false });
  const { bytes, marker } = secret(100_000);
  await assert.rejects(
    bucket.file('there').save(bytes, { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } }),
  );
  const [location] = await bucket.file('never').createResumableUpload();
  const chunk = Buffer.alloc(256 * 1024, marker);
  await fetch(location, { method: 'PUT', headers: { 'content-range': `bytes 0-${chunk.length - 1}/*` }, body: chunk });
  assert.ok(dataFolder().includes(marker));
  await fetch(location, { method: 'DELETE' });
  await cloud.clock.advance(WIPE_WITHIN_MS);
  assert.ok(!dataFolder().includes(marker));
});

test('files that no object names, as a crash leaves them, are gone after the next start; named ones stay', async () => {
  const bucket = await newBucket();
  const { bytes } = secret(100_000);
  await bucket.file('named').save(bytes, { resumable: false });
  const stray = join(cloud.dataDir, 'storage', '3', 'earlier-1');
  writeFileSync(stray, 'left by a crash');
  await restart();
  // Stopping waits for the sweep.
  await restart();
  assert.ok(!existsSync(stray));
  assert.ok((await bucket.file('named').download())[0].equals(bytes));
});

test('padding puts every byte of a value into overflow pages and gives it back', () => {
  // What a cell keeps of a payload in the page itself, by the file format.
  const [usable, maxLocal] = [PAGE_BYTES, PAGE_BYTES - 35];
  const minLocal = Math.floor(((usable - 12) * 32) / 255) - 23;
  const varint = (value: number): number => (value < 2 ** 7 ? 1 : value < 2 ** 14 ? 2 : 3);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MAX_INLINE_BYTES }), (size) => {
      const bytes = Buffer.alloc(size, 'x');
      const padded = pad(bytes);
      assert.ok(unpad(padded, size).equals(bytes));
      const payload = padded.length + 2 + varint(padded.length * 2 + 12);
      const surplus = minLocal + ((payload - minLocal) % (usable - 4));
      const local = surplus <= maxLocal ? surplus : minLocal;
      assert.ok(payload > maxLocal && payload - size >= local);
    }),
  );
});
