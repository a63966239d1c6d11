import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal, startStorage } from './storage-client.ts';

const { storage, cloud, newBucket, restart } = await startStorage();

test('a new bucket keeps deleted objects for seven days, as Google does, until soft delete is switched off', async () => {
  const [bucket] = await storage.createBucket('soft-delete', { location: 'europe-west3' });
  const [metadata] = await bucket.getMetadata();
  assert.equal(metadata.softDeletePolicy?.retentionDurationSeconds, '604800');
  assert.ok(metadata.softDeletePolicy?.effectiveTime);
  assert.equal(metadata.location, 'EUROPE-WEST3');
  assert.equal(metadata.locationType, 'region');
  assert.equal(metadata.versioning, undefined);

  const [off] = await bucket.setMetadata({ softDeletePolicy: { retentionDurationSeconds: 0 } });
  assert.deepEqual(off.softDeletePolicy, { retentionDurationSeconds: '0' });
  await assert.rejects(
    bucket.setMetadata({ softDeletePolicy: { retentionDurationSeconds: 3600 } }),
    refusal(400, 'invalid', 'Soft delete policy must have a retention duration between 7 days and 90 days.'),
  );
  const [again] = await bucket.setMetadata({ softDeletePolicy: null as never });
  assert.equal(again.softDeletePolicy?.retentionDurationSeconds, '604800');
});

test('a bucket is made once, by name, whoever asks', async () => {
  await storage.createBucket('taken');
  await assert.rejects(
    storage.createBucket('taken'),
    refusal(409, 'conflict', 'Your previous request to create the named bucket succeeded and you already own it.'),
  );
  const body = JSON.stringify({ name: 'taken' });
  const reply = await fetch(`${cloud.url}/storage/v1/b?project=somebody-else`, { method: 'POST', body });
  const { error } = (await reply.json()) as { error: { message: string } };
  assert.equal(reply.status, 409);
  assert.match(error.message, /^The requested bucket name is not available\./);
});

test('names that Google refuses are refused', async () => {
  for (const name of [
    'ab',
    'Upper',
    'a'.repeat(64),
    '-dash',
    'dash-',
    'under score',
    '192.168.5.4',
    'goog-mine',
    'my-google',
  ]) {
    await assert.rejects(storage.createBucket(name), refusal(400, 'invalid', `Invalid bucket name: '${name}'`));
  }
  await assert.rejects(storage.createBucket('example.com'), refusal(403, 'forbidden', /domain name/));
  await storage.createBucket('a'.repeat(63));
  await storage.createBucket('under_score-1');
});

test('a bucket that is not there is not found, and one that is not empty is not deleted', async () => {
  const missing = refusal(404, 'notFound', 'The specified bucket does not exist.');
  await assert.rejects(storage.bucket('nowhere').getMetadata(), missing);
  await assert.rejects(storage.bucket('nowhere').delete(), missing);
  await assert.rejects(storage.bucket('nowhere').file('x').save('y', { resumable: false }), missing);
  await assert.rejects(storage.bucket('nowhere').getFiles(), missing);

  const bucket = await newBucket();
  await bucket.file('one').save('1', { resumable: false });
  await assert.rejects(bucket.delete(), refusal(409, 'conflict', 'The bucket you tried to delete is not empty.'));
  await bucket.file('one').delete();
  await bucket.delete();
  assert.deepEqual(await bucket.exists(), [false]);
});

test('each change counts the metageneration up, and preconditions hold changes to it', async () => {
  const bucket = await newBucket();
  const [changed] = await bucket.setMetadata({ labels: { team: 'data' } });
  assert.equal(changed.metageneration, '2');
  const [same] = await bucket.setMetadata({});
  assert.equal(same.metageneration, '2');
  await assert.rejects(
    bucket.setMetadata({ labels: { team: 'other' } }, { ifMetagenerationMatch: 1 } as never),
    refusal(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.'),
  );
  const url = `${cloud.url}/storage/v1/b/${bucket.name}?ifMetagenerationNotMatch=2`;
  const notModified = await fetch(url);
  assert.equal(notModified.status, 304);
  assert.equal(await notModified.text(), '');
});

test('labels merge, lose what is set to null, and follow the rules for labels', async () => {
  const bucket = await newBucket({ labels: { a: '1', b: '2' } });
  const [merged] = await bucket.setMetadata({ labels: { b: null, c: '3' } });
  assert.deepEqual(merged.labels, { a: '1', c: '3' });
  await assert.rejects(
    bucket.setMetadata({ labels: { Upper: 'x' } }),
    refusal(400, 'invalid', /^Invalid user label: Upper/),
  );
  const many = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`l${index}`, 'x']));
  await assert.rejects(
    bucket.setMetadata({ labels: many }),
    refusal(400, 'invalid', 'Attempt to create a bucket with 66 labels, maximum is 64'),
  );
  const [none] = await bucket.setMetadata({ labels: null as never });
  assert.equal(none.labels, undefined);
});

test('an update replaces settings where a patch keeps them', async () => {
  const bucket = await newBucket({ labels: { a: '1' }, versioning: { enabled: true } });
  const reply = await fetch(`${cloud.url}/storage/v1/b/${bucket.name}`, {
    method: 'PUT',
    body: JSON.stringify({ softDeletePolicy: { retentionDurationSeconds: '0' } }),
  });
  const updated = (await reply.json()) as Record<string, unknown>;
  assert.equal(updated['labels'], undefined);
  assert.equal(updated['versioning'], undefined);
  assert.deepEqual(updated['softDeletePolicy'], { retentionDurationSeconds: '0' });
});

test('settings without effect here are kept and shown', async () => {
  const bucket = await newBucket();
  const cors = [{ origin: ['*'], method: ['GET'], maxAgeSeconds: 60 }];
  await bucket.setMetadata({ cors, defaultEventBasedHold: true, website: { mainPageSuffix: 'index.html' } });
  const [metadata] = await bucket.getMetadata();
  assert.deepEqual(metadata.cors, cors);
  assert.equal(metadata.defaultEventBasedHold, true);
  assert.deepEqual(metadata.website, { mainPageSuffix: 'index.html' });
});

test('lifecycle rules are kept as Google keeps them, and refused when they are none', async () => {
  const bucket = await newBucket();
  await bucket.setMetadata({ lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { age: 30 } }] } });
  const [metadata] = await bucket.getMetadata();
  assert.deepEqual(metadata.lifecycle?.rule, [{ action: { type: 'Delete' }, condition: { age: 30 } }]);
  const refused = (rule: object, message: RegExp | string): Promise<void> =>
    assert.rejects(bucket.setMetadata({ lifecycle: { rule: [rule as never] } }), refusal(400, 'invalid', message));
  await refused({ action: { type: 'Delete' }, condition: {} }, 'Lifecycle rules must have a condition.');
  await refused({ action: { type: 'Vanish' }, condition: { age: 1 } }, /Vanish is not a valid value/);
  await refused({ action: { type: 'Delete' }, condition: { createdBefore: 'soon' } }, /Invalid format: "soon"/);
});

test('IAM policies are kept under an etag; any caller has every permission', async () => {
  const bucket = await newBucket({ iamConfiguration: { uniformBucketLevelAccess: { enabled: true } } });
  const [policy] = await bucket.iam.getPolicy();
  assert.ok(policy.bindings.some(({ role }) => role === 'roles/storage.legacyObjectReader'));
  const binding = {
    role: 'roles/storage.objectViewer',
    members: ['serviceAccount:reader@test-project.iam.gserviceaccount.com'],
  };
  await bucket.iam.setPolicy({ ...policy, bindings: [...policy.bindings, binding] });
  const [changed] = await bucket.iam.getPolicy();
  assert.deepEqual(changed.bindings.at(-1), binding);
  await assert.rejects(bucket.iam.setPolicy(policy), refusal(412, 'conditionNotMet', /pre-conditions/));
  const [permissions] = await bucket.iam.testPermissions(['storage.objects.get', 'storage.objects.create']);
  assert.deepEqual(permissions, { 'storage.objects.get': true, 'storage.objects.create': true });
});

test('buckets are listed by project, in order, page by page', async () => {
  for (const name of ['page-c', 'page-a', 'page-b']) await storage.createBucket(name);
  const names: string[] = [];
  let query: object | null = { prefix: 'page-', maxResults: 2, autoPaginate: false };
  while (query !== null) {
    const [buckets, next] = (await storage.getBuckets(query)) as unknown as [{ name: string }[], object | null];
    assert.ok(buckets.length <= 2);
    names.push(...buckets.map((bucket) => bucket.name));
    query = next;
  }
  assert.deepEqual(names, ['page-a', 'page-b', 'page-c']);
});

test('methods that are not served answer 501 and name themselves', async () => {
  const bucket = await newBucket();
  const cases: [string, string, string][] = [
    ['POST', `/storage/v1/b/${bucket.name}/notificationConfigs`, 'storage.notifications.insert'],
    ['GET', `/storage/v1/b/${bucket.name}/acl`, 'storage.bucketAccessControls.list'],
    ['POST', '/storage/v1/projects/p/hmacKeys', 'storage.projects.hmacKeys.create'],
    ['POST', '/batch/storage/v1', 'batches of storage requests'],
    ['GET', '/storage/v1/b?project=p&softDeleted=true', 'softDeleted in storage.buckets.list'],
  ];
  for (const [method, path, named] of cases) {
    const reply = await fetch(`${cloud.url}${path}`, { method });
    const { error } = (await reply.json()) as { error: { message: string } };
    assert.equal(reply.status, 501, path);
    assert.ok(error.message.includes(named), error.message);
  }
});

test('buckets and their settings are there after a restart', async () => {
  const bucket = await newBucket({ labels: { kept: 'yes' }, location: 'EU' });
  await restart();
  const [metadata] = await bucket.getMetadata();
  assert.deepEqual(metadata.labels, { kept: 'yes' });
  assert.equal(metadata.location, 'EU');
});
