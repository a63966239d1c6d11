/** A store that does not answer: every call on it ends, and one that answers is as it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedObjects } from '#shared/gcp/bounded-objects.ts';
import { memoryObjectStore } from '#shared/platform/memory-object-store.ts';
import type { BodyReader, ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

const never = (): Promise<never> => new Promise(() => undefined);

/** Nothing of it is ever answered; a listing stops after its first object. */
const dead: ObjectStore & BodyReader = {
  read: never,
  readBody: never,
  create: never,
  replace: never,
  delete: never,
  async *list() {
    yield { name: 'first', generation: '1', labels: {}, bytes: 0, writtenAtMs: 0 };
    await never();
  },
};

test('every call on a store that does not answer is given up as one that cannot be reached', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const store = boundedObjects(dead, 8000);
  const calls = [
    store.read('a'),
    store.readBody('a'),
    store.create('a', ''),
    store.replace('a', '1', ''),
    store.delete('a'),
  ];
  const listed: string[] = [];
  const listing = (async () => {
    for await (const { name } of store.list('')) listed.push(name);
  })();
  const settled = Promise.allSettled([...calls, listing]);
  // The listing asks for its second object once the first was taken.
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  context.mock.timers.tick(7999);
  assert.equal(await Promise.race([settled, Promise.resolve('waiting')]), 'waiting');
  context.mock.timers.tick(1);
  for (const outcome of await settled) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof PlatformError);
    assert.equal(outcome.reason.code, 'cloud_unavailable');
  }
  assert.deepEqual(listed, ['first']);
});

test('of a store that answers everything is as it was', async () => {
  const store = boundedObjects(memoryObjectStore(), 8000);
  const created = await store.create('a/1', 'one');
  assert.equal(created.kind, 'created');
  assert.equal((await store.create('a/1', 'two')).kind, 'exists');
  assert.equal((await store.read('a/1'))?.body.toString(), 'one');
  assert.equal((await store.readBody('a/1'))?.body.toString(), 'one');
  assert.equal((await store.replace('a/1', 'no generation', 'two')).kind, 'conflict');
  const names = [];
  for await (const { name } of store.list('a/')) names.push(name);
  assert.deepEqual(names, ['a/1']);
  assert.equal(await store.delete('a/1'), 'deleted');
  assert.equal(await store.read('a/1'), undefined);
});
