import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { openStore, type Store } from '#local/primitives/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-store-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = (): string => join(folder, `${(files += 1)}`, 'store.db');

const TABLE = 'CREATE TABLE items (name TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT';

function openItems(): Store {
  return openStore(newFile(), [TABLE]);
}

const add = (store: Store, name: string, size = 0): number => store.run('INSERT INTO items VALUES (?, ?)', name, size);
const names = (store: Store): string[] =>
  store.all<{ name: string }>('SELECT name FROM items ORDER BY name').map(({ name }) => name);

/** How many commits the write-ahead log holds. Source: https://www.sqlite.org/fileformat2.html#walformat */
function commitsInLog(file: string): number {
  const log = readFileSync(`${file}-wal`);
  const frameBytes = 24 + log.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frameBytes <= log.length; at += frameBytes) if (log.readUInt32BE(at + 4) !== 0) commits += 1;
  return commits;
}

test('what was written is there after closing and opening again', () => {
  const file = newFile();
  const store = openStore(file, [TABLE]);
  assert.equal(add(store, 'a', 1), 1);
  store.close();
  const again = openStore(file, [TABLE]);
  assert.equal(again.get<{ size: number }>('SELECT size FROM items WHERE name = ?', 'a')?.size, 1);
  assert.equal(again.get('SELECT size FROM items WHERE name = ?', 'b'), undefined);
  again.close();
});

test('the folder of a store is made for this user only', () => {
  const file = newFile();
  openStore(file, [TABLE]).close();
  assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700);
});

test('migrations run once each, and those appended later run at the next opening', () => {
  const file = newFile();
  const store = openStore(file, [TABLE]);
  add(store, 'a');
  store.close();
  const grown = openStore(file, [TABLE, "ALTER TABLE items ADD COLUMN owner TEXT NOT NULL DEFAULT 'me'"]);
  assert.deepEqual(Object.assign({}, grown.get('SELECT * FROM items')), { name: 'a', size: 0, owner: 'me' });
  grown.close();
});

test('a migration that fails changes nothing and is tried again at the next opening', () => {
  const file = newFile();
  assert.throws(() => openStore(file, [TABLE, 'CREATE TABLE other (x TEXT); SELECT no_such_function()']));
  const store = openStore(file, [TABLE, 'CREATE TABLE other (x TEXT) STRICT']);
  assert.deepEqual(store.all('SELECT * FROM other'), []);
  store.close();
});

test('a file that is not a database is refused', () => {
  const file = newFile();
  openStore(file, [TABLE]).close();
  writeFileSync(
    file,
    'this is a text and not a database, and it is longer than a header of one hundred bytes is.'.repeat(20),
  );
  assert.throws(() => openStore(file, [TABLE]), /not a database/);
});

test('a transaction is all or nothing, and nested ones belong to the outer', () => {
  const store = openItems();
  assert.equal(
    store.transaction(() => {
      add(store, 'a');
      return store.transaction(() => add(store, 'b'));
    }),
    1,
  );
  assert.throws(
    () =>
      store.transaction(() => {
        add(store, 'c');
        store.transaction(() => add(store, 'd'));
        throw new Error('changed my mind');
      }),
    /changed my mind/,
  );
  assert.deepEqual(names(store), ['a', 'b']);
  add(store, 'e');
  assert.deepEqual(names(store), ['a', 'b', 'e']);
  store.close();
});

test('rows can be read one at a time while others are written', () => {
  const store = openItems();
  for (const name of ['a', 'b', 'c']) add(store, name);
  const seen: string[] = [];
  for (const { name } of store.iterate<{ name: string }>('SELECT name FROM items ORDER BY name')) {
    seen.push(name);
    store.run('UPDATE items SET size = size + 1 WHERE name = ?', name);
  }
  assert.deepEqual(seen, ['a', 'b', 'c']);
  store.close();
});

test('what is asked for together in one turn is one commit', async () => {
  const file = newFile();
  const store = openStore(file, [TABLE]);
  const before = commitsInLog(file);
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, index) => store.together(() => add(store, `item ${index}`))),
  );
  assert.deepEqual(new Set(results), new Set([1]));
  assert.equal(commitsInLog(file) - before, 1);
  await store.together(() => add(store, 'later'));
  assert.equal(commitsInLog(file) - before, 2);
  store.close();
});

test('nobody is told before the commit', async () => {
  const file = newFile();
  const store = openStore(file, [TABLE]);
  const reader = new DatabaseSync(file, { readOnly: true });
  const visible = (): number => Number(reader.prepare('SELECT count(*) AS count FROM items').get()?.['count']);
  const told: number[] = [];
  const members = [1, 2, 3].map(async (index) => {
    await store.together(() => {
      add(store, `item ${index}`);
      assert.equal(visible(), 0);
    });
    told.push(visible());
  });
  await Promise.all(members);
  assert.deepEqual(told, [3, 3, 3]);
  reader.close();
  store.close();
});

test('a member that fails loses only its own changes and fails alone', async () => {
  const store = openItems();
  const results = await Promise.allSettled([
    store.together(() => add(store, 'a')),
    store.together(() => {
      add(store, 'lost');
      throw new Error('refused');
    }),
    store.together(() => store.transaction(() => add(store, 'b'))),
    store.together(() => add(store, 'a')),
    store.together(() => {
      assert.throws(() => add(store, 'b'));
      return add(store, 'c');
    }),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(names(store), ['a', 'b', 'c']);
  store.close();
});

test('whichever members fail, the table holds what the others wrote, in their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ key: fc.nat(5), size: fc.nat(100), fails: fc.boolean() }), { maxLength: 20 }),
      async (steps) => {
        const store = openStore(':memory:', [TABLE]);
        const expected = new Map<string, number>();
        const results = await Promise.allSettled(
          steps.map(({ key, size, fails }) =>
            store.together(() => {
              store.run('INSERT OR REPLACE INTO items VALUES (?, ?)', String(key), size);
              if (fails) throw new Error('refused');
              expected.set(String(key), size);
            }),
          ),
        );
        assert.deepEqual(
          results.map(({ status }) => status === 'rejected'),
          steps.map(({ fails }) => fails),
        );
        const rows = store.all<{ name: string; size: number }>('SELECT * FROM items');
        assert.deepEqual(new Map(rows.map(({ name, size }) => [name, size])), expected);
        store.close();
      },
    ),
  );
});

test('when the commit itself cannot begin, every member fails', async () => {
  const store = openItems();
  const members = [store.together(() => add(store, 'a')), store.together(() => add(store, 'b'))];
  store.close();
  const results = await Promise.allSettled(members);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
});

test('a deleted row leaves no trace in the file once the log is merged', () => {
  const file = newFile();
  const store = openStore(file, [TABLE]);
  const secret = 'a-secret-that-must-go-0123456789';
  add(store, secret);
  store.get('PRAGMA wal_checkpoint(TRUNCATE)');
  assert.ok(readFileSync(file).includes(secret));
  store.run('DELETE FROM items WHERE name = ?', secret);
  store.get('PRAGMA wal_checkpoint(TRUNCATE)');
  assert.ok(!readFileSync(file).includes(secret));
  assert.equal(statSync(`${file}-wal`).size, 0);
  store.close();
});
