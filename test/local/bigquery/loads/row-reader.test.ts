import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { LoadFormat } from '#local/bigquery/jobs/load-configuration.ts';
import { readRows } from '#local/bigquery/loads/row-reader.ts';

const CSV: LoadFormat = {
  kind: 'csv',
  options: {
    delimiter: ',',
    quote: '"',
    skipLeadingRows: 0,
    allowQuotedNewlines: false,
    allowJaggedRows: false,
    ignoreUnknownValues: false,
    nullMarker: '',
  },
};
const FIELDS = [
  { name: 'name', type: 'STRING' },
  { name: 'ok', type: 'BOOLEAN' },
];

async function read(
  format: LoadFormat,
  pieces: readonly (string | Uint8Array)[],
): Promise<{ rows: unknown[]; bad: string[] }> {
  async function* content(): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield Buffer.from(piece);
  }
  const rows: unknown[] = [];
  const bad: string[] = [];
  for await (const batch of readRows(format, FIELDS, content())) {
    rows.push(...batch.rows.map((row) => JSON.parse(Buffer.from(row).toString()) as unknown));
    bad.push(...batch.bad);
  }
  return { rows, bad };
}

test('lines of JSON are rows, wherever the content is cut, with or without a last line end', async () => {
  const text = '\uFEFF{"a":"ü"}\r\n\n  \n{"a":2}\n{"a":3}';
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 1) {
    const { rows } = await read({ kind: 'json' }, [bytes.subarray(0, at), bytes.subarray(at)]);
    assert.deepEqual(rows, [{ a: 'ü' }, { a: 2 }, { a: 3 }], `cut at ${at}`);
  }
});

test('gzipped content is inflated', async () => {
  const zipped = gzipSync('{"a":1}\n{"a":2}\n');
  assert.deepEqual((await read({ kind: 'json' }, [zipped.subarray(0, 5), zipped.subarray(5)])).rows, [
    { a: 1 },
    { a: 2 },
  ]);
});

test('no content is no rows', async () => {
  assert.deepEqual(await read({ kind: 'json' }, []), { rows: [], bad: [] });
  assert.deepEqual(await read(CSV, ['']), { rows: [], bad: [] });
});

test('records of CSV become objects by the order of the columns, BOOL in all its spellings', async () => {
  assert.deepEqual((await read(CSV, ['a,Yes\n,0\n"",t\n'])).rows, [
    { name: 'a', ok: true },
    { ok: false },
    { name: '', ok: true },
  ]);
});

test('records of another width are bad, unless the options allow them', async () => {
  const text = ['a\n', 'a,1,x\n', 'b,1\n'];
  assert.deepEqual(await read(CSV, text), {
    rows: [{ name: 'b', ok: true }],
    bad: [
      'CSV table references column position 1, but line contains only 1 columns.',
      'Too many values in row. Found 3 column(s) while expected 2.',
    ],
  });
  const lenient: LoadFormat = {
    kind: 'csv',
    options: { ...CSV.options, allowJaggedRows: true, ignoreUnknownValues: true },
  };
  assert.deepEqual((await read(lenient, text)).rows, [{ name: 'a' }, { name: 'a', ok: true }, { name: 'b', ok: true }]);
});
