import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { refusal, startStorage } from './storage-client.ts';

const { cloud, newBucket } = await startStorage();

for (const size of [10, 200_000]) {
  test(`a copy of ${size} bytes has the bytes and the metadata of its source, and a life of its own`, async () => {
    const [source, target] = [await newBucket(), await newBucket()];
    const bytes = randomBytes(size);
    const metadata = { contentType: 'text/x-own', metadata: { k: 'v' } };
    await source.file('original').save(bytes, { resumable: false, metadata });
    await source.file('original').copy(target.file('dir/copy'));
    const [copied] = await target.file('dir/copy').getMetadata();
    assert.equal(copied.contentType, 'text/x-own');
    assert.deepEqual(copied.metadata, { k: 'v' });
    assert.equal(copied.md5Hash, createHash('md5').update(bytes).digest('base64'));
    await source.file('original').delete();
    assert.ok((await target.file('dir/copy').download())[0].equals(bytes));
  });

  test(`moving ${size} bytes leaves one name, under the conditions asked for`, async () => {
    const bucket = await newBucket();
    const bytes = randomBytes(size);
    await bucket.file('before').save(bytes, { resumable: false, metadata: { contentType: 'a/b' } });
    await bucket.file('taken').save('x', { resumable: false });
    await assert.rejects(
      bucket.file('before').moveFileAtomic('taken', { preconditionOpts: { ifGenerationMatch: 0 } }),
      refusal(412, 'conditionNotMet', /pre-conditions/),
    );
    await bucket.file('before').moveFileAtomic('after');
    const [files] = await bucket.getFiles();
    assert.deepEqual(
      files.map((file) => file.name),
      ['after', 'taken'],
    );
    assert.ok((await bucket.file('after').download())[0].equals(bytes));
    assert.equal((await bucket.file('after').getMetadata())[0].contentType, 'a/b');
  });
}

test('metadata sent with a copy is the whole of its metadata', async () => {
  const bucket = await newBucket();
  await bucket.file('original').save('x', { resumable: false, metadata: { contentType: 'a/b', metadata: { k: 'v' } } });
  const path = `${cloud.url}/storage/v1/b/${bucket.name}/o/original/rewriteTo/b/${bucket.name}/o/changed`;
  const reply = await fetch(path, { method: 'POST', body: '{"contentLanguage":"de"}' });
  const { done, resource, objectSize } = (await reply.json()) as {
    done: boolean;
    objectSize: string;
    resource: Record<string, unknown>;
  };
  assert.equal(done, true);
  assert.equal(objectSize, '1');
  assert.equal(resource['contentLanguage'], 'de');
  assert.equal(resource['contentType'], undefined);
  assert.equal(resource['metadata'], undefined);
});

test('a copy holds its source to the conditions on it', async () => {
  const bucket = await newBucket();
  await bucket.file('original').save('x', { resumable: false });
  const rewrite = (query: string): Promise<Response> =>
    fetch(`${cloud.url}/b/${bucket.name}/o/original/rewriteTo/b/${bucket.name}/o/copy?${query}`, { method: 'POST' });
  assert.equal((await rewrite('ifSourceGenerationMatch=1')).status, 412);
  assert.equal((await rewrite('ifSourceMetagenerationMatch=1')).status, 200);
  assert.equal((await rewrite('sourceGeneration=1')).status, 404);
  await assert.rejects(
    bucket.file('none').copy(bucket.file('x')),
    refusal(404, 'notFound', `No such object: ${bucket.name}/none`),
  );
});

test('a composed object is its sources one after the other, counts them, and has no MD5', async () => {
  const bucket = await newBucket();
  const parts = [randomBytes(10), randomBytes(100_000), Buffer.alloc(0), randomBytes(7)];
  await Promise.all(parts.map((bytes, index) => bucket.file(`part-${index}`).save(bytes, { resumable: false })));
  await bucket.combine(
    parts.map((_, index) => `part-${index}`),
    bucket.file('whole.txt'),
  );
  const [metadata] = await bucket.file('whole.txt').getMetadata();
  assert.equal(metadata.componentCount, 4);
  assert.equal(metadata.md5Hash, undefined);
  assert.equal(metadata.contentType, 'text/plain');
  // The client checks the CRC32C of what it downloads.
  assert.ok((await bucket.file('whole.txt').download())[0].equals(Buffer.concat(parts)));
  // An append: the object is its own first source.
  await bucket.combine(['whole.txt', 'part-0'], bucket.file('whole.txt'));
  assert.equal((await bucket.file('whole.txt').getMetadata())[0].componentCount, 5);
  assert.ok(
    (await bucket.file('whole.txt').download())[0].equals(Buffer.concat([...parts, parts[0] ?? Buffer.alloc(0)])),
  );
});

test('a compose takes 32 sources of its own bucket that are there, and no more', async () => {
  const bucket = await newBucket();
  await bucket.file('part').save('x', { resumable: false });
  await bucket.combine(
    Array.from({ length: 32 }, () => 'part'),
    'fits',
  );
  assert.equal((await bucket.file('fits').download())[0].length, 32);
  await assert.rejects(
    bucket.combine(
      Array.from({ length: 33 }, () => 'part'),
      'too-many',
    ),
    refusal(400, 'invalid', 'The number of source components provided (33) exceeds the maximum (32)'),
  );
  await assert.rejects(
    bucket.combine(['part', 'none'], 'x'),
    refusal(404, 'notFound', `No such object: ${bucket.name}/none`),
  );
  const path = `${cloud.url}/b/${bucket.name}/o/x/compose`;
  assert.equal((await fetch(path, { method: 'POST', body: '{"sourceObjects":[]}' })).status, 400);
});
