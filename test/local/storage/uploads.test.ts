import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { refusal, startStorage } from './storage-client.ts';

const { cloud, newBucket, restart } = await startStorage();
const KIB = 1024;
const CHUNK = 256 * KIB;

interface Saved {
  readonly name: string;
  readonly size: string;
  readonly contentType: string;
  readonly md5Hash: string;
}

function upload(bucket: string, query: string, init: RequestInit): Promise<Response> {
  return fetch(`${cloud.url}/upload/storage/v1/b/${bucket}/o?${query}`, { method: 'POST', ...init });
}

/** Starts a resumable upload and returns where to send its bytes. */
async function startUpload(bucket: string, name: string, query = ''): Promise<string> {
  const started = await upload(bucket, `uploadType=resumable&name=${name}${query}`, {
    headers: { 'x-upload-content-type': 'text/plain', 'content-type': 'application/json' },
    body: '{}',
  });
  assert.equal(started.status, 200);
  const location = started.headers.get('location') ?? '';
  assert.ok(location.startsWith(`${cloud.url}/upload/storage/v1/b/${bucket}/o?`), location);
  return location;
}

function put(
  location: string,
  range: string,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(location, {
    method: 'PUT',
    headers: { 'content-range': `bytes ${range}`, ...headers },
    body: Buffer.from(bytes),
  });
}

test('a media upload stores the body with the type of the request', async () => {
  const bucket = await newBucket();
  const reply = await upload(bucket.name, 'uploadType=media&name=plain', {
    headers: { 'content-type': 'text/x-own' },
    body: 'plain',
  });
  const saved = (await reply.json()) as Saved;
  assert.equal(saved.contentType, 'text/x-own');
  assert.equal((await bucket.file('plain').download())[0].toString(), 'plain');
  assert.equal((await upload(bucket.name, 'uploadType=media', { body: 'no name' })).status, 400);
  assert.equal((await upload(bucket.name, 'uploadType=other&name=x', { body: 'x' })).status, 400);
  const wrongUrl = await fetch(`${cloud.url}/storage/v1/b/${bucket.name}/o`, { method: 'POST', body: '{}' });
  const { error } = (await wrongUrl.json()) as { error: { errors: { reason: string }[] } };
  assert.equal(error.errors[0]?.reason, 'wrongUrlForUpload');
});

for (const [quote, shown] of [
  ['"', 'double quotes'],
  ["'", 'single quotes'],
  ['', 'no quotes'],
] as const) {
  for (const lineEnd of ['\r\n', '\n']) {
    test(`a multipart upload is read with ${shown} around the boundary and ${JSON.stringify(lineEnd)} line ends`, async () => {
      const bucket = await newBucket();
      const bytes = Buffer.concat([
        randomBytes(500),
        Buffer.from(`${lineEnd}--not-the-boundary${lineEnd}`),
        randomBytes(70 * KIB),
      ]);
      const lines = (...text: string[]): Buffer => Buffer.from(text.join(lineEnd));
      const body = Buffer.concat([
        lines(
          '--===b==',
          'Content-Type: application/json',
          'MIME-Version: 1.0',
          '',
          '{"name":"parts","metadata":{"a":"1"}}',
          '',
        ),
        lines('--===b==', 'content-type: image/x-test', 'Content-Transfer-Encoding: binary', '', ''),
        bytes,
        lines('', '--===b==--', ''),
      ]);
      const reply = await upload(bucket.name, 'uploadType=multipart', {
        headers: { 'content-type': `multipart/related; boundary=${quote}===b==${quote}` },
        body,
      });
      const saved = (await reply.json()) as Saved;
      assert.equal(saved.name, 'parts');
      assert.equal(saved.contentType, 'image/x-test');
      assert.equal(saved.md5Hash, createHash('md5').update(bytes).digest('base64'));
    });
  }
}

test('a multipart body that breaks its form is refused', async () => {
  const bucket = await newBucket();
  const send = async (body: string, type = 'multipart/related; boundary=b'): Promise<string> => {
    const reply = await upload(bucket.name, 'uploadType=multipart&name=x', { headers: { 'content-type': type }, body });
    assert.equal(reply.status, 400);
    return ((await reply.json()) as { error: { message: string } }).error.message;
  };
  const head = '--b\r\ncontent-type: application/json\r\n\r\n{}\r\n--b\r\ncontent-type: a/b\r\n\r\nbytes';
  assert.equal(await send(head), 'Missing end boundary in multipart body.');
  assert.equal(await send('--b\r\n'), 'Malformed multipart body.');
  assert.equal(await send(head.replace('{}', '{oops') + '\r\n--b--'), 'Parse Error');
  assert.match(await send(head, 'text/plain'), /boundary/);
  assert.deepEqual(await bucket.file('x').exists(), [false]);
});

test('checksums that a caller sends along must fit the bytes', async () => {
  const bucket = await newBucket();
  const wrong = 'AAAAAA==';
  await assert.rejects(
    bucket.file('x').save('hello', { resumable: false, validation: false, metadata: { crc32c: wrong } }),
    refusal(400, 'invalid', `Provided CRC32C "${wrong}" doesn't match calculated CRC32C "mnG7TA==".`),
  );
  const reply = await upload(bucket.name, 'uploadType=media&name=x', {
    headers: { 'content-md5': 'bad' },
    body: 'hello',
  });
  assert.equal(reply.status, 400);
  assert.deepEqual(await bucket.file('x').exists(), [false]);
  await bucket.file('x').save('hello', { resumable: false, metadata: { crc32c: 'mnG7TA==' } });
});

test('a body compressed for the way is stored inflated; one stored as gzip stays as it is', async () => {
  const bucket = await newBucket();
  const text = 'the same line again and again\n'.repeat(5000);
  await upload(bucket.name, 'uploadType=media&name=transport', {
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(text),
  });
  assert.equal((await bucket.file('transport').download())[0].toString(), text);
  await bucket.file('stored').save(text, { gzip: true, resumable: false });
  const [metadata] = await bucket.file('stored').getMetadata();
  assert.equal(metadata.contentEncoding, 'gzip');
  assert.ok(Number(metadata.size) < text.length);
  assert.equal((await bucket.file('stored').download())[0].toString(), text);
  const broken = await upload(bucket.name, 'uploadType=media&name=broken', {
    headers: { 'content-encoding': 'gzip' },
    body: 'no gzip',
  });
  assert.equal(broken.status, 400);
});

test('objects of any size come back byte for byte, saved at once, resumably and in chunks', async () => {
  const bucket = await newBucket();
  for (const size of [0, 1, 1019, 1020, 1021, 32 * KIB, 32 * KIB + 1, CHUNK, CHUNK * 2 + 17, 5_000_000]) {
    const bytes = randomBytes(size);
    await bucket.file(`once-${size}`).save(bytes, { resumable: false });
    await bucket.file(`resumable-${size}`).save(bytes, { resumable: true });
    // Of an empty object the client would send a chunk from 0 to -1.
    if (size > 0) await bucket.file(`chunked-${size}`).save(bytes, { resumable: true, chunkSize: CHUNK });
    for (const way of size > 0 ? ['once', 'resumable', 'chunked'] : ['once', 'resumable']) {
      const [back] = await bucket.file(`${way}-${size}`).download();
      assert.ok(back.equals(bytes), `${way} ${size}`);
    }
  }
});

test('a resumable upload says how far it is, takes resent bytes once, and keeps answering with its object', async () => {
  const bucket = await newBucket();
  const bytes = randomBytes(CHUNK * 2 + 100);
  const location = await startUpload(bucket.name, 'pieces');
  const status = (total = '*'): Promise<Response> => put(location, `*/${total}`, new Uint8Array());
  const nothing = await status();
  assert.equal(nothing.status, 308);
  assert.equal(nothing.headers.get('range'), null);

  const first = await put(location, `0-${CHUNK - 1}/*`, bytes.subarray(0, CHUNK));
  assert.equal(first.status, 308);
  assert.equal(first.headers.get('range'), `bytes=0-${CHUNK - 1}`);
  assert.equal((await status(String(bytes.length))).headers.get('range'), `bytes=0-${CHUNK - 1}`);
  assert.deepEqual(await bucket.file('pieces').exists(), [false]);

  // The reply was lost, so the first chunk is sent again together with the second.
  const second = await put(location, `0-${CHUNK * 2 - 1}/*`, bytes.subarray(0, CHUNK * 2));
  assert.equal(second.headers.get('range'), `bytes=0-${CHUNK * 2 - 1}`);
  const last = await put(location, `${CHUNK * 2}-${bytes.length - 1}/${bytes.length}`, bytes.subarray(CHUNK * 2));
  assert.equal(last.status, 200);
  const saved = (await last.json()) as Saved;
  assert.equal(saved.md5Hash, createHash('md5').update(bytes).digest('base64'));
  assert.equal(saved.contentType, 'text/plain');
  const again = await status();
  assert.equal(again.status, 200);
  assert.equal(((await again.json()) as Saved).name, 'pieces');
});

test('a status query that names the size of what has arrived ends the upload; an empty object is one too', async () => {
  const bucket = await newBucket();
  const bytes = randomBytes(CHUNK);
  const location = await startUpload(bucket.name, 'whole');
  assert.equal((await put(location, `0-${CHUNK - 1}/*`, bytes)).status, 308);
  assert.equal((await put(location, `*/${CHUNK}`, new Uint8Array())).status, 200);
  const empty = await startUpload(bucket.name, 'empty');
  assert.equal((await put(empty, '*/0', new Uint8Array())).status, 200);
  assert.equal((await bucket.file('empty').getMetadata())[0].size, '0');
});

test('chunks that are too small, leave a gap or bring too much are refused and change nothing', async () => {
  const bucket = await newBucket();
  const location = await startUpload(bucket.name, 'strict');
  const small = await put(location, '0-999/*', randomBytes(1000));
  assert.equal(small.status, 400);
  assert.match(((await small.json()) as { error: { message: string } }).error.message, /equal or greater than 262144/);
  const gap = await put(location, `${CHUNK}-${CHUNK * 2 - 1}/*`, randomBytes(CHUNK));
  assert.equal(gap.status, 503);
  assert.match(
    ((await gap.json()) as { error: { message: string } }).error.message,
    /exceeds already uploaded size of 0/,
  );
  assert.equal((await put(location, '0-9/10', randomBytes(20))).status, 400);
  assert.equal((await put(location, 'nonsense', randomBytes(20))).status, 400);
  assert.equal((await put(location, '*/*', new Uint8Array())).headers.get('range'), null);
});

test('an upload that is cancelled stays cancelled, and one that never was is not found', async () => {
  const bucket = await newBucket();
  const location = await startUpload(bucket.name, 'cancelled');
  await put(location, `0-${CHUNK - 1}/*`, randomBytes(CHUNK));
  assert.equal((await fetch(location, { method: 'DELETE' })).status, 499);
  assert.equal((await put(location, '*/*', new Uint8Array())).status, 499);
  const unknown = `${cloud.url}/upload/storage/v1/b/${bucket.name}/o?uploadType=resumable&upload_id=none`;
  assert.equal((await put(unknown, '*/*', new Uint8Array())).status, 404);
});

test('preconditions of a resumable upload are checked when it starts and when it ends', async () => {
  const bucket = await newBucket();
  const location = await startUpload(bucket.name, 'raced', '&ifGenerationMatch=0');
  await bucket.file('raced').save('first', { resumable: false });
  const refused = await upload(bucket.name, 'uploadType=resumable&name=raced&ifGenerationMatch=0', { body: '{}' });
  assert.equal(refused.status, 412);
  assert.equal((await put(location, '0-5/6', Buffer.from('second'))).status, 412);
  assert.equal((await bucket.file('raced').download())[0].toString(), 'first');
});

test('the last request of a resumable upload can name the checksum of the whole', async () => {
  const bucket = await newBucket();
  const location = await startUpload(bucket.name, 'hashed');
  const wrong = await put(location, '0-4/5', Buffer.from('hello'), { 'x-goog-hash': 'crc32c=AAAAAA==' });
  assert.equal(wrong.status, 400);
  const right = await startUpload(bucket.name, 'hashed');
  assert.equal((await put(right, '0-4/5', Buffer.from('hello'), { 'x-goog-hash': 'crc32c=mnG7TA==' })).status, 200);
});

test('a resumable upload goes on after a restart', async () => {
  const bucket = await newBucket();
  const bytes = randomBytes(CHUNK * 3);
  const location = await startUpload(bucket.name, 'patient');
  await put(location, `0-${CHUNK - 1}/*`, bytes.subarray(0, CHUNK));
  await restart();
  assert.equal((await put(location, '*/*', new Uint8Array())).headers.get('range'), `bytes=0-${CHUNK - 1}`);
  const rest = await put(location, `${CHUNK}-${bytes.length - 1}/${bytes.length}`, bytes.subarray(CHUNK));
  assert.equal(((await rest.json()) as Saved).md5Hash, createHash('md5').update(bytes).digest('base64'));
  assert.ok((await bucket.file('patient').download())[0].equals(bytes));
});

test('an upload whose reply is lost after the work was done is there', async () => {
  const bucket = await newBucket();
  cloud.faults.set([{ method: 'storage.objects.insert', dropReply: true, times: 1 }]);
  await assert.rejects(bucket.file('kept').save('x', { resumable: false }));
  assert.equal((await bucket.file('kept').download())[0].toString(), 'x');
});
