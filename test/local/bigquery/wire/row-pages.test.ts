import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPage, rowOffset, rowsReply, rowToken } from '#local/bigquery/wire/row-pages.ts';

const page = { rowsJson: Buffer.from('[{"f":[{"v":"1"}]}]'), rowCount: 1, totalRows: 3, schema: { fields: [] } };

test('a token leads back to the row that it was made for', () => {
  for (const offset of [0, 1, 99_999, 2 ** 40]) assert.equal(rowOffset(rowToken(offset)), offset);
});

test('a token of something else is refused', () => {
  for (const token of ['x', '', Buffer.from('after:1').toString('base64url')]) {
    assert.throws(() => rowOffset(token), /Invalid page token/);
  }
});

test('there is a next page as long as rows are left', () => {
  assert.deepEqual(nextPage(page, 0), { pageToken: rowToken(1) });
  assert.deepEqual(nextPage(page, 2), {});
});

test('rows go into the reply as the engine wrote them', () => {
  const reply = rowsReply({ kind: 'k', totalRows: '3' }, page);
  assert.deepEqual(JSON.parse(Buffer.from(reply.body as Uint8Array).toString()), {
    kind: 'k',
    totalRows: '3',
    rows: [{ f: [{ v: '1' }] }],
  });
});

test('without rows there is no field of rows', () => {
  assert.deepEqual(rowsReply({ kind: 'k' }, { ...page, rowCount: 0 }), { json: { kind: 'k' } });
});
