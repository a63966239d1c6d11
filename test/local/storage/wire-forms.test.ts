import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isDueForDeletion } from '#local/storage/lifecycle.ts';
import type { StoredObject } from '#local/storage/objects/object.ts';
import { partialResponse } from '#local/storage/partial-response.ts';
import { parseContentRange } from '#local/storage/uploads/content-range.ts';
import { boundaryOf, parseRelated } from '#local/storage/uploads/multipart-related.ts';

async function* cut(body: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let index = 0; at < body.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield body.subarray(at, at + size);
    at += size;
  }
}

test('a multipart body is read the same however the network cuts it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom('\r\n', '\n'),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
      async (content, eol, sizes, metadata) => {
        // Bytes that look like the beginning of the delimiter.
        const bytes = Buffer.concat([Buffer.from(content), Buffer.from(`${eol}--bound`), Buffer.from(content)]);
        const head = [
          '--boundary',
          'content-type: application/json',
          '',
          JSON.stringify(metadata),
          '--boundary',
          'content-type: a/b',
          '',
          '',
        ];
        const body = Buffer.concat([Buffer.from(head.join(eol)), bytes, Buffer.from(`${eol}--boundary--`)]);
        const parts = await parseRelated(cut(body, sizes), 'boundary');
        assert.deepEqual(parts.metadata, JSON.parse(JSON.stringify(metadata)));
        assert.equal(parts.contentType, 'a/b');
        const read: Buffer[] = [];
        for await (const chunk of parts.bytes) read.push(chunk);
        assert.ok(Buffer.concat(read).equals(bytes));
      },
    ),
  );
});

test('boundaries are found in every way clients write them', () => {
  assert.equal(boundaryOf('multipart/related; boundary="a b=c"'), 'a b=c');
  assert.equal(boundaryOf("multipart/related; boundary='===x=='"), '===x==');
  assert.equal(boundaryOf('Multipart/Related; type=x; Boundary=bare;charset=utf-8'), 'bare');
  assert.throws(() => boundaryOf('multipart/related'), { httpStatus: 400 });
  assert.throws(() => boundaryOf(undefined), { httpStatus: 400 });
});

test('content ranges are read as documented', () => {
  assert.deepEqual(parseContentRange(undefined), { kind: 'bytes', start: 0, end: undefined, total: undefined });
  assert.deepEqual(parseContentRange('bytes 0-99/100'), { kind: 'bytes', start: 0, end: 100, total: 100 });
  assert.deepEqual(parseContentRange('bytes 5-*/*'), { kind: 'bytes', start: 5, end: undefined, total: undefined });
  assert.deepEqual(parseContentRange('bytes 0-9/*'), { kind: 'bytes', start: 0, end: 10, total: undefined });
  assert.deepEqual(parseContentRange('bytes */*'), { kind: 'status', total: undefined });
  assert.deepEqual(parseContentRange('bytes */7'), { kind: 'status', total: 7 });
  for (const broken of ['bytes 9-5/10', 'bytes 0-99/50', 'bytes 0--1/0', 'pages 1-2/3', '']) {
    assert.throws(() => parseContentRange(broken), { httpStatus: 400 }, broken);
  }
});

test('a field mask keeps what it names, at any depth', () => {
  const value = { a: { b: 1, c: 2 }, list: [{ d: 3, e: 4 }, { d: 5 }], other: true };
  assert.deepEqual(partialResponse(value, 'a/b,other'), { a: { b: 1 }, other: true });
  assert.deepEqual(partialResponse(value, 'list(d)'), { list: [{ d: 3 }, { d: 5 }] });
  assert.deepEqual(partialResponse(value, 'list/d,list/e'), { list: [{ d: 3, e: 4 }, { d: 5 }] });
  assert.deepEqual(partialResponse(value, '*'), value);
  assert.deepEqual(partialResponse(value, 'a,a/b'), { a: { b: 1, c: 2 } });
  for (const broken of ['', 'a(', 'a)', 'a,,b', '/a', 'a(b'])
    assert.throws(() => partialResponse(value, broken), { httpStatus: 400 });
});

test('a lifecycle rule deletes when all of its conditions hold, and only Delete rules do', () => {
  const dayMs = 24 * 3600 * 1000;
  const object = {
    name: 'logs/a.txt',
    createdMs: 0,
    noncurrentMs: undefined,
    state: 0,
    properties: { storageClass: 'STANDARD', customTime: '1970-01-03T00:00:00Z' },
  } as StoredObject;
  const due = (condition: object, days: number, type = 'Delete', newer = 0): boolean =>
    isDueForDeletion(object, [{ action: { type: type as 'Delete' }, condition }], {
      nowMs: days * dayMs,
      newerVersions: () => newer,
    });
  assert.equal(due({ age: 3 }, 2.9), false);
  assert.equal(due({ age: 3 }, 3), true);
  assert.equal(due({ age: 3, matchesPrefix: ['tmp/', 'logs/'] }, 3), true);
  assert.equal(due({ age: 3, matchesSuffix: ['.json'] }, 3), false);
  assert.equal(due({ age: 3 }, 3, 'SetStorageClass'), false);
  assert.equal(due({ daysSinceCustomTime: 1 }, 3), true);
  assert.equal(due({ daysSinceCustomTime: 2 }, 3), false);
  assert.equal(due({ daysSinceNoncurrentTime: 0 }, 3), false);
  assert.equal(due({ isLive: false }, 3), false);
  assert.equal(due({ createdBefore: '1970-01-02' }, 3), true);
  assert.equal(due({ matchesStorageClass: ['NEARLINE'] }, 3), false);
  assert.equal(due({ numNewerVersions: 2 }, 3, 'Delete', 1), false);
  assert.equal(due({ numNewerVersions: 2 }, 3, 'Delete', 2), true);
});
