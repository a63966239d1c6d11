import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bucket, File } from '@google-cloud/storage';
import { refusal, startStorage } from './storage-client.ts';

const { cloud, newBucket, restart } = await startStorage({ frozen: true });
const DAY_MS = 24 * 3600 * 1000;
const WEEK = { softDeletePolicy: { retentionDurationSeconds: 7 * 24 * 3600 } };

async function save(bucket: Bucket, name: string, text: string): Promise<number> {
  const file = bucket.file(name);
  await file.save(text, { resumable: false });
  return Number((await file.getMetadata())[0].generation);
}

/** All pages, of the size asked for. */
async function generations(bucket: Bucket, query: object): Promise<number[]> {
  const found: number[] = [];
  let next: object | null = { ...query, autoPaginate: false };
  while (next !== null) {
    const [files, following] = (await bucket.getFiles(next)) as unknown as [File[], object | null];
    found.push(...files.map((file) => Number(file.metadata.generation)));
    next = following;
  }
  return found;
}

test('with versioning, what is overwritten or deleted stays as a noncurrent generation that can be read', async () => {
  const bucket = await newBucket({ versioning: { enabled: true } });
  const first = await save(bucket, 'kept', 'one');
  const second = await save(bucket, 'kept', 'two');
  await bucket.file('kept').delete();
  assert.deepEqual(await generations(bucket, {}), []);
  assert.deepEqual(await generations(bucket, { versions: true }), [first, second]);
  const old = bucket.file('kept', { generation: first });
  assert.equal((await old.download())[0].toString(), 'one');
  assert.ok((await old.getMetadata())[0].timeDeleted);
  await assert.rejects(bucket.delete(), refusal(409, 'conflict', /not empty/));

  // An older version comes back as a copy of itself.
  await old.copy(bucket.file('kept'));
  assert.equal((await bucket.file('kept').download())[0].toString(), 'one');
  // Naming the generation deletes for good.
  await old.delete();
  await assert.rejects(old.download(), /No such object/);
  assert.equal((await generations(bucket, { versions: true })).length, 2);
});

test('a list of versions holds every generation of a name, oldest first, over pages', async () => {
  const bucket = await newBucket({ versioning: { enabled: true } });
  const expected: number[] = [];
  for (let index = 0; index < 7; index += 1) expected.push(await save(bucket, 'many', String(index)));
  expected.push(await save(bucket, 'other', 'x'));
  assert.deepEqual(await generations(bucket, { versions: true, maxResults: 3 }), expected);
});

test('without versioning or soft delete, what is deleted is gone', async () => {
  const bucket = await newBucket();
  const generation = await save(bucket, 'gone', 'x');
  await bucket.file('gone').delete();
  assert.deepEqual(await generations(bucket, { versions: true }), []);
  await assert.rejects(bucket.file('gone', { generation }).getMetadata(), refusal(404, 'notFound', /No such object/));
  await assert.rejects(
    bucket.file('gone').restore({ generation }),
    refusal(400, 'invalid', 'bucket soft delete policy must be set.'),
  );
});

test('soft delete keeps what was deleted or overwritten for its time, unreadable, restorable, and then no longer', async () => {
  const bucket = await newBucket(WEEK);
  const first = await save(bucket, 'doomed', 'one');
  const second = await save(bucket, 'doomed', 'two');
  await bucket.file('doomed').delete();
  assert.deepEqual(await generations(bucket, { softDeleted: true }), [first, second]);
  const [metadata] = await bucket.file('doomed', { generation: second }).getMetadata({ softDeleted: true } as never);
  assert.equal(Date.parse(String(metadata.hardDeleteTime)) - Date.parse(String(metadata.softDeleteTime)), 7 * DAY_MS);
  await assert.rejects(bucket.file('doomed', { generation: second }).download(), /No such object/);
  await assert.rejects(bucket.file('doomed').getMetadata(), refusal(404, 'notFound', /No such object/));

  await bucket.file('doomed').restore({ generation: first });
  assert.equal((await bucket.file('doomed').download())[0].toString(), 'one');
  assert.deepEqual(await generations(bucket, { softDeleted: true }), [first, second]);
  await assert.rejects(
    bucket.file('doomed').restore({ generation: second, ifGenerationMatch: 0 }),
    refusal(412, 'conditionNotMet', /pre-conditions/),
  );

  await cloud.clock.advance(7 * DAY_MS - 1);
  assert.equal((await generations(bucket, { softDeleted: true })).length, 2);
  await cloud.clock.advance(1);
  assert.deepEqual(await generations(bucket, { softDeleted: true }), []);
  await assert.rejects(
    bucket.file('doomed').restore({ generation: second }),
    refusal(404, 'notFound', /No such object/),
  );
  assert.equal((await bucket.file('doomed').download())[0].toString(), 'one');
});

test('switching soft delete off leaves what it keeps already to its time; that time passes while the cloud is down, too', async () => {
  const bucket = await newBucket(WEEK);
  await save(bucket, 'before', 'x');
  await bucket.file('before').delete();
  await bucket.setMetadata({ softDeletePolicy: { retentionDurationSeconds: 0 } });
  await save(bucket, 'after', 'x');
  await bucket.file('after').delete();
  await bucket.setMetadata(WEEK);
  assert.equal((await generations(bucket, { softDeleted: true })).length, 1);
  await restart();
  assert.equal((await generations(bucket, { softDeleted: true })).length, 1);
  await cloud.clock.advance(7 * DAY_MS);
  assert.deepEqual(await generations(bucket, { softDeleted: true }), []);
});

test('a retention policy keeps objects for its period, a lock keeps the policy', async () => {
  const bucket = await newBucket({ retentionPolicy: { retentionPeriod: 3600 } });
  const file = bucket.file('ledger');
  await file.save('x', { resumable: false });
  const kept = refusal(
    403,
    'retentionPolicyNotMet',
    /^Object '.*\/ledger' is subject to bucket's retention policy or object retention/,
  );
  await assert.rejects(file.delete(), kept);
  await assert.rejects(file.save('y', { resumable: false }), kept);
  await file.setMetadata({ contentLanguage: 'en' });
  const [{ metageneration }] = await bucket.getMetadata();
  await bucket.lock(Number(metageneration));
  await assert.rejects(
    bucket.setMetadata({ retentionPolicy: null }),
    refusal(
      403,
      'retentionPolicyNotMet',
      `Bucket '${bucket.name}' has a locked Retention Policy which cannot be removed.`,
    ),
  );
  await cloud.clock.advance(3600 * 1000);
  await file.delete();
});

test('holds keep objects until they are released; retention counts from the release of an event-based one', async () => {
  const bucket = await newBucket({ retentionPolicy: { retentionPeriod: 60 }, defaultEventBasedHold: true });
  const file = bucket.file('held');
  await file.save('x', { resumable: false });
  await cloud.clock.advance(3600 * 1000);
  await assert.rejects(
    file.delete(),
    refusal(403, 'forbidden', /is under active Event-Based hold and cannot be deleted/),
  );
  await file.setMetadata({ eventBasedHold: false, temporaryHold: true });
  await assert.rejects(file.delete(), refusal(403, 'forbidden', /is under active Temporary hold/));
  await file.setMetadata({ temporaryHold: false });
  await assert.rejects(file.delete(), refusal(403, 'retentionPolicyNotMet', /retention policy/));
  await cloud.clock.advance(60 * 1000);
  await file.delete();
});

test('lifecycle rules delete by age, and noncurrent versions by their number', async () => {
  const bucket = await newBucket({
    versioning: { enabled: true },
    lifecycle: {
      rule: [
        { action: { type: 'Delete' }, condition: { age: 30, matchesPrefix: ['tmp/'] } },
        { action: { type: 'Delete' }, condition: { numNewerVersions: 1, isLive: false } },
      ],
    },
  });
  await save(bucket, 'tmp/old', 'x');
  await save(bucket, 'stays', 'one');
  await save(bucket, 'stays', 'two');
  const latest = await save(bucket, 'stays', 'three');
  await cloud.clock.advance(3 * 3600 * 1000);
  const tmp = await generations(bucket, { prefix: 'tmp/' });
  assert.equal(tmp.length, 1);
  assert.deepEqual(await generations(bucket, { versions: true, prefix: 'stays' }), [latest]);
  await cloud.clock.advance(30 * DAY_MS);
  assert.deepEqual(await generations(bucket, { prefix: 'tmp/' }), []);
});

test('an upload that is not finished within a week is given up', async () => {
  const bucket = await newBucket();
  const [location] = await bucket.file('late').createResumableUpload();
  const status = async (): Promise<number> =>
    (await fetch(location, { method: 'PUT', headers: { 'content-range': 'bytes */*' } })).status;
  assert.equal(await status(), 308);
  await cloud.clock.advance(7 * DAY_MS);
  assert.equal(await status(), 404);
});
