/** The books of collectors: what balances, what a gap is, and what is said about the programs that sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { addBooks, type Books, imbalanceOf, NO_BOOKS, readBooks } from '#shared/events/books.ts';
import { gapsOf, type Reconciled } from '#shared/events/reconciliation.ts';
import { releaseOf, sdkOf } from '#shared/events/release.ts';

const count = fc.nat({ max: 1000 });
const balanced = fc
  .record({ accepted: count, duplicate: count, rejected: count, returned: count, kept: count })
  .map((counts): Books => {
    const { accepted, duplicate, rejected, returned } = counts;
    return { ...counts, kept: Math.min(counts.kept, rejected), received: accepted + duplicate + rejected + returned };
  });

test('books that balance do so however they are added up, and one verdict too few or many shows', () => {
  fc.assert(
    fc.property(fc.array(balanced, { maxLength: 8 }), fc.integer({ min: -50, max: 50 }), (all, off) => {
      const sum = all.reduce(addBooks, NO_BOOKS);
      assert.equal(imbalanceOf(sum), 0);
      assert.equal(imbalanceOf({ ...sum, received: sum.received + off }), off);
    }),
  );
});

test('a partition balances exactly when everything acknowledged landed or is dead, is held, and every failure is kept', () => {
  const amounts = fc.record({ lost: count, dead: count, missing: count, failedLost: count, off: fc.nat({ max: 3 }) });
  fc.assert(
    fc.property(balanced, amounts, (books, { lost, dead, missing, failedLost, off }) => {
      const landed = books.accepted;
      const reconciled: Reconciled = {
        books: { ...books, received: books.received + off, kept: books.kept + failedLost },
        final: true,
        acknowledged: landed + dead + lost,
        landed,
        dead,
        events: landed,
        missing,
        failed: books.kept,
      };
      const expected = { unbalanced: off, lost, unpublished: missing, 'failed-lost': failedLost };
      const found = Object.fromEntries(gapsOf(reconciled).map(({ kind, events }) => [kind, events]));
      assert.deepEqual(found, Object.fromEntries(Object.entries(expected).filter(([, events]) => events > 0)));
    }),
  );
});

test('a collector that was killed before it told of everything leaves more than it acknowledged, which is no gap', () => {
  const reconciled = {
    books: NO_BOOKS,
    final: false,
    acknowledged: 3,
    landed: 3,
    dead: 0,
    events: 5,
    missing: 0,
    failed: 4,
  };
  assert.deepEqual(gapsOf(reconciled), []);
});

test('what names no event type any more is left out of stored books', () => {
  const read = readBooks({ 'music.Played': NO_BOOKS, undeclared: NO_BOOKS, 'no type': NO_BOOKS });
  assert.deepEqual([...read.keys()], ['music.Played', 'undeclared']);
});

test('an SDK and a release are taken in the forms of versions only: nothing that could be somebody', () => {
  for (const sdk of ['tributary-js/0.1.0', 'analytics-node/3.1.0', 'x/1', 'a.b/1.2.3-rc.1'])
    assert.equal(sdkOf(sdk), sdk);
  for (const wrong of [
    '',
    'ann@example.com',
    '198.51.100.23',
    'x',
    'x/',
    'x/1.2.3.4',
    `x/1.0.0-${'a'.repeat(30)}`,
    7,
    null,
  ]) {
    assert.equal(sdkOf(wrong), undefined, String(wrong));
  }
  const release = (version: unknown): string | undefined => releaseOf({ context: { app: { version } } });
  for (const version of ['9.4.12', 'v1.0', '2026.11', '1.2.3-rc.4', '1.2.3-beta'])
    assert.equal(release(version), version);
  for (const wrong of ['198.51.100.23', '+4670123456', '1990-05-17', 'ann', '1', 9.4, undefined, '1.2.3-ann']) {
    assert.equal(release(wrong), undefined, String(wrong));
  }
  for (const event of [null, 7, {}, { context: null }, { context: { app: 'x' } }])
    assert.equal(releaseOf(event), undefined);
});
