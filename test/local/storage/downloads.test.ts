import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseRange } from '#local/storage/objects/byte-range.ts';
import { startStorage } from './storage-client.ts';

const { cloud, newBucket } = await startStorage();

interface Reply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

/** Bytes as they come over the wire: nothing is inflated, and no header is added. */
function download(path: string, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request(`${cloud.url}${path}`, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    call.on('error', reject);
    call.end();
  });
}

for (const size of [1000, 100_000]) {
  test(`of ${size} bytes, the range asked for is answered`, async () => {
    const bucket = await newBucket();
    const bytes = randomBytes(size);
    await bucket.file('ranged').save(bytes, { resumable: false });
    const path = `/storage/v1/b/${bucket.name}/o/ranged?alt=media`;
    const part = await download(path, { range: 'bytes=10-19' });
    assert.equal(part.status, 206);
    assert.equal(part.headers['content-range'], `bytes 10-19/${size}`);
    assert.ok(part.body.equals(bytes.subarray(10, 20)));
    // The checksum is of the whole.
    assert.equal(part.headers['x-goog-hash'], undefined);
    assert.ok((await download(path, { range: 'bytes=-5' })).body.equals(bytes.subarray(-5)));
    assert.ok((await download(path, { range: `bytes=${size - 3}-` })).body.equals(bytes.subarray(-3)));
    const whole = await download(path, { range: 'bytes=0-' });
    assert.equal(whole.status, 206);
    assert.ok(String(whole.headers['x-goog-hash']).startsWith('crc32c='));
    const beyond = await download(path, { range: `bytes=${size}-` });
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers['content-range'], `bytes */${size}`);
    assert.equal((await download(path, { range: 'lines=1-2' })).status, 200);
    const [stream] = await bucket.file('ranged').download({ start: 5, end: 7 });
    assert.ok(stream.equals(bytes.subarray(5, 8)));
  });
}

test('a download carries what a client needs to check it and to know what it has', async () => {
  const bucket = await newBucket();
  const metadata = { contentType: 'text/x-own', contentDisposition: 'attachment', contentLanguage: 'en' };
  await bucket.file('headed').save('hello', { resumable: false, metadata });
  const [{ generation, etag }] = await bucket.file('headed').getMetadata();
  const { headers, status } = await download(`/download/storage/v1/b/${bucket.name}/o/headed?alt=media`);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/x-own');
  assert.equal(headers['content-disposition'], 'attachment');
  assert.equal(headers['content-language'], 'en');
  assert.equal(headers['content-length'], '5');
  assert.equal(headers['x-goog-hash'], 'crc32c=mnG7TA==,md5=XUFAKrxLKna5cZ2REBfFkg==');
  assert.equal(headers['x-goog-generation'], generation);
  assert.equal(headers['x-goog-metageneration'], '1');
  assert.equal(headers['x-goog-stored-content-length'], '5');
  assert.equal(headers['x-goog-stored-content-encoding'], 'identity');
  assert.equal(headers['etag'], etag);
});

test('what is stored as gzip is inflated for those who do not take gzip, whole whatever range they ask for', async () => {
  const bucket = await newBucket();
  const text = 'again and again\n'.repeat(20_000);
  await bucket.file('zipped').save(text, { gzip: true, resumable: false });
  const path = `/b/${bucket.name}/o/zipped?alt=media`;
  const plain = await download(path, { range: 'bytes=0-3' });
  assert.equal(plain.status, 200);
  assert.equal(plain.body.toString(), text);
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.headers['x-goog-stored-content-encoding'], 'gzip');
  const stored = await download(path, { 'accept-encoding': 'gzip' });
  assert.equal(stored.headers['content-encoding'], 'gzip');
  assert.equal(stored.body.length, Number(stored.headers['x-goog-stored-content-length']));
  await bucket.file('zipped').setMetadata({ cacheControl: 'no-transform' });
  assert.equal((await download(path)).headers['content-encoding'], 'gzip');

  await bucket.file('liar').save('no gzip', { resumable: false, metadata: { contentEncoding: 'gzip' } });
  assert.equal((await download(`/b/${bucket.name}/o/liar?alt=media`)).status, 400);
});

test('a download that has begun ends, whatever happens to the object meanwhile', async () => {
  const bucket = await newBucket();
  const bytes = randomBytes(3_000_000);
  await bucket.file('long').save(bytes, { resumable: false });
  const chunks: Buffer[] = [];
  for await (const chunk of bucket.file('long').createReadStream()) {
    if (chunks.length === 0) await bucket.file('long').save('other', { resumable: false });
    chunks.push(chunk as Buffer);
  }
  assert.ok(Buffer.concat(chunks).equals(bytes));
});

test('a range is within the object, and one that cannot be is said to be so', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.option(fc.nat(60)), fc.option(fc.nat(60)), (size, first, last) => {
      const range = parseRange(`bytes=${first ?? ''}-${last ?? ''}`, size);
      if (range.kind !== 'part') return;
      assert.ok(range.start >= 0 && range.start <= range.end && range.end < size);
      if (first !== null) assert.equal(range.start, first);
    }),
  );
});
