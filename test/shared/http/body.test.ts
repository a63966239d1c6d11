import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type BodyLimits, readBody } from '#shared/http/body.ts';

const LIMITS: BodyLimits = { maxBytes: 1000, maxInflatedBytes: 200_000, maxRatio: 20, timeoutMs: 5000 };
const TEXT = Buffer.from(JSON.stringify({ events: Array.from({ length: 40 }, (_, index) => ({ index })) }));

function bodyOf(chunks: readonly Buffer[], headers: Record<string, string> = {}, limits: Partial<BodyLimits> = {}) {
  return readBody(Readable.from(chunks, { objectMode: false }), headers, { ...LIMITS, ...limits });
}

test('a body arrives whole, plain or in any encoding that is understood', async () => {
  const encodings: readonly [string, Buffer][] = [
    ['identity', TEXT],
    ['gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
  ];
  for (const [encoding, bytes] of encodings) {
    const read = await bodyOf([bytes.subarray(0, 10), bytes.subarray(10)], { 'content-encoding': encoding });
    assert.deepEqual(read, { kind: 'read', bytes: TEXT }, encoding);
  }
});

test('an encoding that is not understood, names like of every object included, is refused, and so are bytes not in it', async () => {
  for (const encoding of ['zstd', 'constructor', 'toString', 'gzip, gzip']) {
    const refused = await bodyOf([TEXT], { 'content-encoding': encoding });
    assert.deepEqual(refused, { kind: 'refused', code: 'unsupported_encoding' }, encoding);
  }
  for (const encoding of ['gzip', 'br', 'deflate']) {
    const refused = await bodyOf([TEXT], { 'content-encoding': encoding });
    assert.deepEqual(refused, { kind: 'refused', code: 'unsupported_encoding' }, encoding);
  }
  const cut = await bodyOf([gzipSync(TEXT).subarray(0, 30)], { 'content-encoding': 'gzip' });
  assert.equal(cut.kind, 'refused');
});

test('a body that is too large is refused by its declared length, by its bytes, or by what it inflates to', async () => {
  const declared = await bodyOf([TEXT], { 'content-length': '1001' });
  assert.deepEqual(declared, { kind: 'refused', code: 'body_too_large', limit: 1000 });
  const counted = await bodyOf([Buffer.alloc(600), Buffer.alloc(600)]);
  assert.deepEqual(counted, { kind: 'refused', code: 'body_too_large', limit: 1000 });
  const bomb = gzipSync(Buffer.alloc(5_000_000));
  const limits = { maxBytes: 10_000, maxRatio: 1e9 };
  const inflated = await bodyOf([bomb], { 'content-encoding': 'gzip' }, limits);
  assert.deepEqual(inflated, { kind: 'refused', code: 'inflated_too_large', limit: 200_000 });
  const dense = await bodyOf([bomb], { 'content-encoding': 'gzip' }, { maxBytes: 10_000 });
  assert.deepEqual(dense, { kind: 'refused', code: 'suspicious_ratio', limit: 20 });
});

test('a body that does not arrive in time, or breaks off, is refused', async () => {
  const slow = new PassThrough();
  slow.write('{');
  assert.deepEqual(await readBody(slow, {}, { ...LIMITS, timeoutMs: 1 }), {
    kind: 'refused',
    code: 'slow_body',
    limit: 1,
  });
  const broken = new PassThrough();
  const reading = readBody(broken, {}, LIMITS);
  broken.write('{');
  broken.destroy();
  assert.deepEqual(await reading, { kind: 'refused', code: 'truncated_body' });
});

test('every kept byte is asked for first, inflated ones too, and a no refuses the body', async () => {
  const asked: number[] = [];
  const counting = { mayHold: (bytes: number) => asked.push(bytes) > 0 };
  await bodyOf([gzipSync(TEXT)], { 'content-encoding': 'gzip' }, counting);
  assert.equal(
    asked.reduce((sum, bytes) => sum + bytes, 0),
    TEXT.length,
  );
  assert.deepEqual(await bodyOf([TEXT], {}, { mayHold: () => false }), { kind: 'refused', code: 'overloaded' });
});
