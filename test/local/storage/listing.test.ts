import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GetFilesOptions } from '@google-cloud/storage';
import * as fc from 'fast-check';
import { compileGlob } from '#local/storage/objects/glob.ts';
import { behindPrefix, compareNames, type ListQuery, listObjects } from '#local/storage/objects/listing.ts';
import type { StoredObject } from '#local/storage/objects/object.ts';
import { refusal, startStorage } from './storage-client.ts';

const { newBucket } = await startStorage();

/** Names that fold, nest and sort differently in JavaScript than in UTF-8. */
const name = fc
  .array(fc.constantFrom('a', 'b', '/', '//', '0', '.', '~', '\u{ffff}', '\u{10000}', 'é'), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.join(''));
const text = fc.oneof(fc.constant(''), name);

const query = fc.record({
  prefix: text,
  delimiter: fc.constantFrom('', '/', '//', 'a'),
  includeTrailingDelimiter: fc.boolean(),
  startOffset: text,
  endOffset: text,
});

function objects(names: readonly string[]): StoredObject[] {
  const distinct = [...new Set(names)].toSorted(compareNames);
  // Only names and generations matter to a list.
  return distinct.map((each, index) => ({ name: each, generation: index + 1 }) as StoredObject);
}

/** Everything at once, by the documentation's words and no cleverness. */
function expected(
  all: readonly StoredObject[],
  asked: Omit<ListQuery, 'which' | 'glob' | 'maxResults' | 'start'>,
): { items: string[]; prefixes: string[] } {
  const items: string[] = [];
  const prefixes = new Set<string>();
  for (const { name: each } of all) {
    if (!each.startsWith(asked.prefix) || compareNames(each, asked.startOffset) < 0) continue;
    if (asked.endOffset !== '' && compareNames(each, asked.endOffset) >= 0) continue;
    const cut = asked.delimiter === '' ? -1 : each.indexOf(asked.delimiter, asked.prefix.length);
    const fold = cut === -1 ? undefined : each.slice(0, cut + asked.delimiter.length);
    if (fold !== undefined) prefixes.add(fold);
    if (fold === undefined || (asked.includeTrailingDelimiter && fold === each)) items.push(each);
  }
  return { items, prefixes: [...prefixes] };
}

test('pages of any size together hold each object and each prefix once, in order', () => {
  fc.assert(
    fc.property(
      fc.array(name, { maxLength: 25 }),
      query,
      fc.integer({ min: 1, max: 4 }),
      (names, asked, maxResults) => {
        const all = objects(names);
        const items: string[] = [];
        const prefixes: string[] = [];
        let start: ListQuery['start'];
        for (let page = 0; page < 100; page += 1) {
          const found = listObjects(
            { ...asked, which: 'current', glob: undefined, maxResults, start },
            (_which, from, limit) => all.filter((object) => compareNames(object.name, from.name) >= 0).slice(0, limit),
          );
          assert.ok(found.items.length + found.prefixes.length <= maxResults);
          items.push(...found.items.map((object) => object.name));
          prefixes.push(...found.prefixes);
          start = found.next;
          if (start === undefined) break;
        }
        assert.deepEqual({ items, prefixes }, expected(all, asked));
      },
    ),
    { numRuns: 2000 },
  );
});

test('what is behind a prefix is behind everything that begins with it, and nothing is in between', () => {
  fc.assert(
    fc.property(name, name, (prefix, rest) => {
      const behind = behindPrefix(prefix);
      if (behind === undefined) return;
      assert.ok(compareNames(`${prefix}${rest}`, behind) < 0);
      if (compareNames(rest, prefix) > 0 && !rest.startsWith(prefix)) assert.ok(compareNames(rest, behind) >= 0);
    }),
  );
  assert.equal(behindPrefix('dir/'), 'dir0');
  assert.equal(behindPrefix('a\u{d7ff}'), 'a\u{e000}');
  assert.equal(behindPrefix('\u{10ffff}'), undefined);
});

test('globs match as documented', () => {
  const matches = (glob: string, each: string): boolean => compileGlob(glob).test(each);
  assert.ok(matches('*.json', 'a.json') && !matches('*.json', 'a/b.json'));
  assert.ok(matches('**.json', 'a/b.json') && matches('a/**/c', 'a/x/y/c'));
  assert.ok(matches('file-?', 'file-1') && !matches('file-?', 'file-/'));
  assert.ok(matches('[a-c]x', 'bx') && !matches('[!a-c]x', 'bx') && matches('{one,two}.*', 'two.txt'));
  assert.ok(matches('a+b(c)', 'a+b(c)') && !matches('a.b', 'axb'));
  assert.throws(() => compileGlob('{open'), { httpStatus: 400 });
});

test('the client lists folders, ranges, globs and pages', async () => {
  const bucket = await newBucket();
  const names = ['a.txt', 'b/', 'b/1.json', 'b/2.json', 'b/c/3.json', 'd.txt', 'e/f.txt'];
  await Promise.all(names.map((each) => bucket.file(each).save('x', { resumable: false })));
  const list = async (asked: GetFilesOptions): Promise<{ items: string[]; prefixes: string[] }> => {
    const [files, , reply] = await bucket.getFiles({ autoPaginate: false, ...asked });
    return { items: files.map((file) => file.name), prefixes: (reply as { prefixes?: string[] }).prefixes ?? [] };
  };
  assert.deepEqual(await list({}), { items: names, prefixes: [] });
  assert.deepEqual(await list({ delimiter: '/' }), { items: ['a.txt', 'd.txt'], prefixes: ['b/', 'e/'] });
  assert.deepEqual(await list({ delimiter: '/', prefix: 'b/' }), {
    items: ['b/', 'b/1.json', 'b/2.json'],
    prefixes: ['b/c/'],
  });
  assert.deepEqual(await list({ delimiter: '/', includeTrailingDelimiter: true }), {
    items: ['a.txt', 'b/', 'd.txt'],
    prefixes: ['b/', 'e/'],
  });
  assert.deepEqual((await list({ startOffset: 'b/2', endOffset: 'e' })).items, ['b/2.json', 'b/c/3.json', 'd.txt']);
  assert.deepEqual((await list({ matchGlob: '**.json' })).items, ['b/1.json', 'b/2.json', 'b/c/3.json']);
  const paged: string[] = [];
  let next: object | null = { maxResults: 2, autoPaginate: false };
  while (next !== null) {
    const [files, following] = (await bucket.getFiles(next)) as unknown as [{ name: string }[], object | null];
    paged.push(...files.map((file) => file.name));
    next = following;
  }
  assert.deepEqual(paged, names);
  await assert.rejects(list({ pageToken: 'not-a-token' }), refusal(400, 'invalidParameter', /pageToken/));
  await assert.rejects(list({ maxResults: -1 }), refusal(400, 'invalidParameter', /maxResults/));
});
