import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BodyReader, ListedObject, ObjectStore } from '#shared/platform/object-store.ts';
import { startTestCloud } from '#test/local/cloud-harness.ts';
import { memoryObjectStore } from '#shared/platform/memory-object-store.ts';

const cloud = await startTestCloud();
const { Storage } = await import('@google-cloud/storage');
const { createObjectStore } = await import('#shared/gcp/objects.ts');
await new Storage().createBucket('test-objects');
const stores: readonly [string, ObjectStore & BodyReader][] = [
  ['Cloud Storage', createObjectStore('test-objects')],
  ['memory', memoryObjectStore()],
];

test('a body is read alone, whatever its size, at the generation that a replacement needs', async () => {
  const body = Buffer.alloc(13_000_000, 'of a catalog');
  for (const [where, store] of stores) {
    assert.equal(await store.readBody('bodies/none'), undefined, where);
    const created = await store.create('bodies/one', body, { state: 'open' });
    assert.ok(created.kind === 'created', where);
    const read = await store.readBody('bodies/one');
    assert.equal(read?.generation, created.generation, where);
    assert.ok(read?.body.equals(body), where);
  }
});

async function listed(store: ObjectStore, ...args: Parameters<ObjectStore['list']>): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of store.list(...args)) found.push(object);
  return found;
}

test('an object is created once, replaced at its generation only, and read with its labels', async () => {
  for (const [where, store] of stores) {
    assert.equal(await store.read('a/one'), undefined, where);
    const created = await store.create('a/one', 'first', { state: 'open' });
    assert.ok(created.kind === 'created', where);
    assert.deepEqual(await store.create('a/one', 'second'), { kind: 'exists' }, where);
    const stored = await store.read('a/one');
    assert.deepEqual(
      [stored?.body.toString(), stored?.labels, stored?.generation],
      ['first', { state: 'open' }, created.generation],
      where,
    );
    const replaced = await store.replace('a/one', created.generation, Buffer.from('third'));
    assert.ok(replaced.kind === 'replaced', where);
    assert.deepEqual(await store.replace('a/one', created.generation, 'late'), { kind: 'conflict' }, where);
    assert.deepEqual(await store.replace('a/none', '1', 'late'), { kind: 'conflict' }, where);
    assert.equal((await store.read('a/one'))?.body.toString(), 'third', where);
  }
});

test('a listing has name, generation, labels, size and the time of the last write, in order, within its bounds', async () => {
  for (const [where, store] of stores) {
    const beganMs = Date.now();
    for (const name of ['l/c', 'l/a', 'l/b', 'm/a']) await store.create(name, name.repeat(2), { of: name });
    const all = await listed(store, 'l/');
    assert.deepEqual(
      all.map(({ name, labels, bytes }) => [name, labels, bytes]),
      ['l/a', 'l/b', 'l/c'].map((name) => [name, { of: name }, 6]),
      where,
    );
    for (const { writtenAtMs } of all) assert.ok(writtenAtMs >= beganMs && writtenAtMs <= Date.now(), where);
    for (const { name, generation } of all) assert.equal((await store.read(name))?.generation, generation, where);
    const some = await listed(store, 'l/', { from: 'l/b', before: 'l/c' });
    assert.deepEqual(
      some.map(({ name }) => name),
      ['l/b'],
      where,
    );
  }
});

test('an object is deleted once, at its generation when one is given', async () => {
  for (const [where, store] of stores) {
    const created = await store.create('d/one', 'x');
    assert.ok(created.kind === 'created');
    assert.equal(await store.delete('d/one', '1'), 'conflict', where);
    assert.equal(await store.delete('d/one', created.generation), 'deleted', where);
    assert.equal(await store.delete('d/one'), 'absent', where);
  }
});

test('a write whose reply was lost is recognised as its own', async () => {
  const [, store] = stores[0]!;
  cloud.faults.set([{ method: 'storage.objects.insert', dropReply: true, times: 1 }]);
  assert.equal((await store.create('own/one', 'x')).kind, 'created');
  const stored = await store.read('own/one');
  cloud.faults.set([{ method: 'storage.objects.insert', dropReply: true, times: 1 }]);
  assert.equal((await store.replace('own/one', stored!.generation, 'y')).kind, 'replaced');
  cloud.faults.set([]);
});
