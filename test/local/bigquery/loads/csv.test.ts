import * as fc from 'fast-check';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CsvOptions } from '#local/bigquery/jobs/load-configuration.ts';
import { createCsvReader, type CsvRecord } from '#local/bigquery/loads/csv.ts';

const OPTIONS: CsvOptions = {
  delimiter: ',',
  quote: '"',
  skipLeadingRows: 0,
  allowQuotedNewlines: true,
  allowJaggedRows: false,
  ignoreUnknownValues: false,
  nullMarker: '',
};

function read(text: string | readonly string[], options: Partial<CsvOptions> = {}): CsvRecord[] {
  const reader = createCsvReader({ ...OPTIONS, ...options });
  const pieces = typeof text === 'string' ? [text] : text;
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

function values(records: readonly CsvRecord[]): (readonly (string | null)[])[] {
  return records.map((record) => (record.kind === 'values' ? record.values : assert.fail(record.message)));
}

test('whatever is quoted comes back as it was, however the text is cut', () => {
  const value = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'ü') });
  const table = fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(table, fc.nat(), (rows, cut) => {
      const text = rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
      const at = text.length === 0 ? 0 : cut % text.length;
      assert.deepEqual(values(read([text.slice(0, at), text.slice(at)])), rows);
    }),
  );
});

test('an unquoted value that is the null marker is null, a quoted one is not', () => {
  assert.deepEqual(values(read('a,,""\n')), [['a', null, '']]);
  assert.deepEqual(values(read('NULL,,"NULL"\n', { nullMarker: 'NULL' })), [[null, '', 'NULL']]);
});

test('lines may end in CRLF, blank lines are no records, and the first ones can be skipped', () => {
  assert.deepEqual(values(read('h\r\n\r\n1\r\n2', { skipLeadingRows: 1 })), [['1'], ['2']]);
});

test('a bad record does not take the next ones with it', () => {
  assert.deepEqual(read('"a"x,1\nb,2\n'), [
    { kind: 'bad', message: 'Data between close double quote (") and field separator.' },
    { kind: 'values', values: ['b', '2'] },
  ]);
  assert.deepEqual(read('"a\nb,2\n', { allowQuotedNewlines: false }), [
    { kind: 'bad', message: 'Missing close double quote (") character.' },
    { kind: 'values', values: ['b', '2'] },
  ]);
  assert.deepEqual(read('b,2\n"a'), [
    { kind: 'values', values: ['b', '2'] },
    { kind: 'bad', message: 'Missing close double quote (") character.' },
  ]);
});

test('without a quote character, quotes are text', () => {
  assert.deepEqual(values(read('"a";b\n', { quote: '', delimiter: ';' })), [['"a"', 'b']]);
});
