import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseByteSize } from '#shared/catalog/byte-size.ts';
import { type ColumnType, formatColumnType, sameColumnType } from '#shared/catalog/column.ts';
import { parseColumnType } from '#shared/catalog/column-type.ts';

const anyType: fc.Arbitrary<ColumnType> = fc.letrec<{ type: ColumnType; single: ColumnType }>((tie) => ({
  single: fc.oneof(
    { depthSize: 'small' },
    fc
      .constantFrom('STRING', 'INT64', 'DATE', 'JSON', 'BIGNUMERIC')
      .map((type): ColumnType => ({ type: type as ColumnType['type'], repeated: false })),
    fc.array(tie('type'), { minLength: 1, maxLength: 3 }).map((types): ColumnType => ({
      type: 'STRUCT',
      repeated: false,
      fields: types.map((type, index) => ({ name: `f${index}`, ...type })),
    })),
  ),
  type: fc.tuple(tie('single'), fc.boolean()).map(([type, repeated]) => ({ ...type, repeated })),
})).type;

test('a type survives being written and read, in any case and spacing', () => {
  fc.assert(
    fc.property(anyType, (type) => {
      const text = formatColumnType(type);
      assert.deepEqual(parseColumnType(text), type);
      const loose = parseColumnType(text.replaceAll(/([<>,])/g, ' $1 '));
      assert.ok(loose !== undefined && sameColumnType(loose, type));
    }),
  );
});

test('what BigQuery has no column for is no type', () => {
  for (const text of [
    '',
    'INT',
    'ARRAY<ARRAY<INT64>>',
    'ARRAY',
    'ARRAY<INT64',
    'STRUCT<INT64>',
    'STRUCT<>',
    'STRUCT<a INT64, a STRING>',
    'STRING STRING',
    'STRING(10)',
    `${'STRUCT<a '.repeat(20)}INT64${'>'.repeat(20)}`,
  ]) {
    assert.equal(parseColumnType(text), undefined, text);
  }
});

test('a size is read with its unit', () => {
  assert.equal(parseByteSize('500MB'), 5e8);
  assert.equal(parseByteSize('1.5 GiB'), 1_610_612_736);
  for (const text of ['', '5', 'MB', '-1MB', '1PB', '1 000MB', '1mb'])
    assert.equal(parseByteSize(text), undefined, text);
});
