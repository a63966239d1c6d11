import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { refusal, startStorage } from './storage-client.ts';

const { cloud, newBucket, restart } = await startStorage();

test('an object comes back as it was saved, with its checksums, generation and links', async () => {
  const bucket = await newBucket();
  const file = bucket.file('greetings/hello world?.txt');
  const metadata = { contentType: 'text/plain', cacheControl: 'no-store', metadata: { origin: 'test' } };
  await file.save('hello', { resumable: false, metadata });
  const [saved] = await file.getMetadata();
  assert.equal(saved.name, 'greetings/hello world?.txt');
  assert.equal(saved.contentType, 'text/plain');
  assert.equal(saved.cacheControl, 'no-store');
  assert.deepEqual(saved.metadata, { origin: 'test' });
  assert.equal(saved.size, '5');
  assert.equal(saved.md5Hash, createHash('md5').update('hello').digest('base64'));
  assert.equal(saved.crc32c, 'mnG7TA==');
  assert.equal(saved.metageneration, '1');
  assert.equal(saved.storageClass, 'STANDARD');
  assert.equal(saved.id, `${bucket.name}/greetings/hello world?.txt/${saved.generation}`);
  const path = `storage/v1/b/${bucket.name}/o/greetings%2Fhello%20world%3F.txt`;
  assert.equal(saved.selfLink, `${cloud.url}/${path}`);
  assert.equal(saved.mediaLink, `${cloud.url}/download/${path}?generation=${saved.generation}&alt=media`);
  assert.equal((await file.download())[0].toString(), 'hello');
});

test('an ETag says generation and metageneration, as Google encodes them', async () => {
  const { etagOf } = await import('#local/storage/objects/preconditions.ts');
  // As answered by Cloud Storage for an object and for a bucket.
  assert.equal(etagOf({ generation: 1790696692171179, metageneration: 1 }), 'CKuD84GRlJcDEAE=');
  assert.equal(etagOf({ metageneration: 1 }), 'CAE=');
});

test('what is not there is not found, by name', async () => {
  const bucket = await newBucket();
  const missing = refusal(404, 'notFound', `No such object: ${bucket.name}/none`);
  await assert.rejects(bucket.file('none').getMetadata(), missing);
  await assert.rejects(bucket.file('none').delete(), missing);
  await assert.rejects(bucket.file('none').setMetadata({ metadata: {} }), missing);
  assert.deepEqual(await bucket.file('none').exists(), [false]);
  // Downloads answer text.
  const reply = await fetch(`${cloud.url}/download/storage/v1/b/${bucket.name}/o/none?alt=media`);
  assert.equal(reply.status, 404);
  assert.equal(await reply.text(), `No such object: ${bucket.name}/none`);
});

test('a patch changes what it names and counts the metageneration up; the bytes and the generation stay', async () => {
  const bucket = await newBucket();
  const file = bucket.file('patched');
  await file.save('bytes', { resumable: false, metadata: { contentType: 'text/plain', metadata: { a: '1', b: '2' } } });
  const [before] = await file.getMetadata();
  const [after] = await file.setMetadata({ contentLanguage: 'en', metadata: { a: null, c: '3' } });
  assert.deepEqual(after.metadata, { b: '2', c: '3' });
  assert.equal(after.contentLanguage, 'en');
  assert.equal(after.contentType, 'text/plain');
  assert.equal(after.metageneration, '2');
  assert.equal(after.generation, before.generation);
  assert.notEqual(after.etag, before.etag);
  assert.equal((await file.download())[0].toString(), 'bytes');

  const reply = await fetch(`${cloud.url}/b/${bucket.name}/o/patched`, {
    method: 'PUT',
    body: '{"contentType":"a/b"}',
  });
  const replaced = (await reply.json()) as Record<string, unknown>;
  assert.equal(replaced['contentType'], 'a/b');
  assert.equal(replaced['metadata'], undefined);
  assert.equal(replaced['contentLanguage'], undefined);
});

test('a delete answers 204 without a body', async () => {
  const bucket = await newBucket();
  await bucket.file('gone').save('x', { resumable: false });
  const reply = await fetch(`${cloud.url}/storage/v1/b/${bucket.name}/o/gone`, { method: 'DELETE' });
  assert.equal(reply.status, 204);
  assert.equal(await reply.text(), '');
});

test('generations grow with every write, also when the clock stands still and over a restart', async () => {
  const bucket = await newBucket();
  const file = bucket.file('counted');
  const generations: number[] = [];
  const save = async (): Promise<void> => {
    await file.save('x', { resumable: false });
    generations.push(Number((await file.getMetadata())[0].generation));
  };
  for (let index = 0; index < 5; index += 1) await save();
  await file.delete();
  await restart();
  await save();
  assert.deepEqual(
    generations,
    [...new Set(generations)].toSorted((left, right) => left - right),
  );
});

test('names and metadata that Google refuses are refused', async () => {
  const bucket = await newBucket();
  const save = (name: string): Promise<void> => bucket.file(name).save('x', { resumable: false });
  await assert.rejects(save('a\nb'), refusal(400, 'invalid', 'Disallowed unicode characters present in object name'));
  await assert.rejects(save('.'), refusal(400, 'invalid', /Disallowed/));
  await assert.rejects(
    save('n'.repeat(1025)),
    refusal(400, 'invalid', /^The maximum object length is 1024 characters, but got a name with 1025/),
  );
  await save('é'.repeat(512));

  const fits = { k: 'v'.repeat(8191) };
  await bucket.file('big-metadata').save('x', { resumable: false, metadata: { metadata: fits } });
  const tooBig = { metadata: { metadata: { kk: 'v'.repeat(8191) } } };
  await assert.rejects(
    bucket.file('too-big').save('x', { resumable: false, ...tooBig }),
    refusal(400, 'invalid', /exceed the maximum allowed metadata size/),
  );
});

test('custom time only moves forward', async () => {
  const bucket = await newBucket();
  const file = bucket.file('timed');
  await file.save('x', { resumable: false, metadata: { customTime: '2026-01-02T00:00:00Z' } });
  await file.setMetadata({ customTime: '2026-01-03T00:00:00Z' });
  await assert.rejects(file.setMetadata({ customTime: '2026-01-01T00:00:00Z' }), refusal(403, 'forbidden', /earlier/));
});

test('the fields parameter cuts a reply down to what it names', async () => {
  const bucket = await newBucket();
  await bucket.file('a/1').save('x', { resumable: false });
  await bucket.file('b').save('x', { resumable: false });
  const read = async (path: string): Promise<unknown> =>
    (await fetch(`${cloud.url}/storage/v1/b/${bucket.name}${path}`)).json();
  assert.deepEqual(await read('/o/b?fields=name,size'), { name: 'b', size: '1' });
  assert.deepEqual(await read('/o?delimiter=/&fields=prefixes,items(name,bucket),nextPageToken'), {
    prefixes: ['a/'],
    items: [{ name: 'b', bucket: bucket.name }],
  });
  assert.deepEqual(await read('?fields=softDeletePolicy/retentionDurationSeconds'), {
    softDeletePolicy: { retentionDurationSeconds: '0' },
  });
  const broken = await fetch(`${cloud.url}/storage/v1/b/${bucket.name}/o?fields=items(name`);
  assert.equal(broken.status, 400);
});

test('links lead back to the scheme and host that a client used', async () => {
  const bucket = await newBucket();
  await bucket.file('linked').save('x', { resumable: false });
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  const url = `https://storage.googleapis.com/storage/v1/b/${bucket.name}/o/linked`;
  const reply = await auth.request<{ selfLink: string; mediaLink: string }>({ url });
  assert.equal(reply.data.selfLink, url);
  const media = await auth.request<string>({ url: reply.data.mediaLink, responseType: 'text' });
  assert.equal(media.data, 'x');
});

test('keys that would have to change how objects are stored are not pretended to work', async () => {
  const bucket = await newBucket();
  const path = `${cloud.url}/upload/storage/v1/b/${bucket.name}/o?uploadType=media&name=x`;
  const keyed = await fetch(`${path}&kmsKeyName=projects/p/locations/l/keyRings/r/cryptoKeys/k`, {
    method: 'POST',
    body: 'x',
  });
  assert.equal(keyed.status, 501);
  const own = await fetch(path, { method: 'POST', body: 'x', headers: { 'x-goog-encryption-key': 'abc' } });
  assert.equal(own.status, 501);
});
