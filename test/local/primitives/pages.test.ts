import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { pageSize, pageStart, toPage } from '#local/primitives/pages.ts';

const LIMITS = { default: 20, max: 100 };

/** A list as a service would give it: up to `limit` items after a key, in order. */
const after = (items: readonly string[], key: string, limit: number): string[] =>
  items.filter((item) => item > key).slice(0, limit);

test('pages of any size give every item once and in order', () => {
  const lists = fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 40 });
  fc.assert(
    fc.property(lists, fc.integer({ min: 1, max: 10 }), (unsorted, size) => {
      const items = unsorted.toSorted((left, right) => (left < right ? -1 : 1));
      const seen: string[] = [];
      let token = '';
      let pages = 0;
      do {
        const page = toPage(after(items, pageStart(token), size + 1), size, (item) => item);
        seen.push(...page.items);
        token = page.nextPageToken;
        pages += 1;
      } while (token !== '');
      assert.deepEqual(seen, items);
      assert.equal(pages, Math.max(1, Math.ceil(items.length / size)));
    }),
  );
});

test('the first page starts before everything', () => {
  assert.equal(pageStart(undefined), '');
  assert.equal(pageStart(''), '');
});

test('a token that was not given out is refused', () => {
  for (const token of ['abc', '!!!', Buffer.from('before:x').toString('base64url')]) {
    assert.throws(() => pageStart(token), { status: 'INVALID_ARGUMENT' });
  }
});

test('a page is as large as asked for, within the bounds of the method', () => {
  assert.equal(pageSize(undefined, LIMITS), 20);
  assert.equal(pageSize(0, LIMITS), 20);
  assert.equal(pageSize('7', LIMITS), 7);
  assert.equal(pageSize(1000, LIMITS), 100);
  for (const size of [-1, 1.5, 'many', '1e9x']) {
    assert.throws(() => pageSize(size, LIMITS), { status: 'INVALID_ARGUMENT' });
  }
});
