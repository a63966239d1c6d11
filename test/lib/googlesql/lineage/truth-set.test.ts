import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeLineage } from './describe.ts';

const FOLDER = join(import.meta.dirname, 'truth');

const truth = z.array(
  z.strictObject({
    why: z.string(),
    sql: z.string(),
    columns: z.record(z.string(), z.array(z.string())),
    rows: z.array(z.string()).default([]),
  }),
);

const entries = readdirSync(FOLDER)
  .toSorted()
  .flatMap((file) => truth.parse(parse(readFileSync(join(FOLDER, file), 'utf8'))));

test('the truth set holds its queries, each once', () => {
  assert.ok(entries.length >= 60, String(entries.length));
  assert.equal(new Set(entries.map(({ sql }) => sql)).size, entries.length);
});

for (const { why, sql, columns, rows } of entries) {
  test(why, () => {
    assert.deepEqual(describeLineage(sql), {
      columns: Object.entries(columns).map(([name, from]) => [name, from.toSorted()]),
      rows: rows.toSorted(),
    });
  });
}
