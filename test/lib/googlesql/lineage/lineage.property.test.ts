import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { analyzeQuery } from '#lib/googlesql/analysis/analyze.ts';
import type { CatalogTable } from '#lib/googlesql/analysis/catalog.ts';
import { lineageOfQuery, type QueryLineage } from '#lib/googlesql/lineage/lineage.ts';
import type { SourceColumn } from '#lib/googlesql/lineage/source.ts';
import { randomCatalog } from '../random-catalog.ts';
import { randomQuery } from '../random-query.ts';

interface Traced {
  readonly lineage: QueryLineage;
  readonly read: ReadonlySet<CatalogTable>;
}

function trace(sql: string): Traced {
  const outcome = analyzeQuery(sql, randomCatalog, { project: 'p' });
  assert.ok(outcome.kind === 'ok', outcome.kind === 'failed' ? `${outcome.problem.message}\n${sql}` : '');
  return { lineage: lineageOfQuery(outcome.query.tree), read: new Set(outcome.query.tables) };
}

function sources({ columns, rows }: QueryLineage): readonly SourceColumn[] {
  const uses = [...columns.flatMap(({ values, influences }) => [...values, ...influences]), ...rows];
  return uses.map(({ source }) => source);
}

/** Lineage without names, in an order of its own. */
function shape({ columns, rows }: QueryLineage): unknown {
  const text = (way: string, { table, column }: SourceColumn): string => `${way} ${table.path.name}.${column}`;
  return {
    columns: columns.map(({ values, influences }) => ({
      values: values.map(({ flow, source }) => text(flow, source)).toSorted(),
      influences: influences.map(({ kind, source }) => text(kind, source)).toSorted(),
    })),
    rows: rows.map(({ kind, source }) => text(kind, source)).toSorted(),
  };
}

test('every source is a column of a table that the query reads, and is named in it', () => {
  fc.assert(
    fc.property(randomQuery(3), ({ sql }) => {
      const { lineage, read } = trace(sql);
      for (const { table, column } of sources(lineage)) {
        assert.ok(read.has(table), `${table.path.name} is not read by ${sql}`);
        assert.ok(table.columns.some(({ name }) => name === column));
        assert.match(sql, new RegExp(`\\b${column}\\b`));
      }
    }),
    { numRuns: 500 },
  );
});

test('a row as one text has the values of all of its columns', () => {
  fc.assert(
    fc.property(randomQuery(2), ({ sql }) => {
      const { lineage } = trace(`SELECT TO_JSON_STRING(x) AS whole FROM (${sql}) AS x`);
      const direct = trace(sql).lineage;
      const values = new Set(direct.columns.flatMap(({ values: each }) => each.map(({ source }) => source)));
      const whole = new Set(lineage.columns.flatMap(({ values: each }) => each.map(({ source }) => source)));
      assert.deepEqual(whole, values);
    }),
    { numRuns: 200 },
  );
});

test('a query has the same lineage from inside a subquery, a named query and a union with itself', () => {
  fc.assert(
    fc.property(randomQuery(2), ({ sql, columns }) => {
      const expected = shape(trace(sql).lineage);
      const names = columns.map(({ name }) => name).join(', ');
      assert.deepEqual(shape(trace(`SELECT ${names} FROM (${sql})`).lineage), expected);
      assert.deepEqual(shape(trace(`WITH named AS (${sql}) SELECT ${names} FROM named`).lineage), expected);
      assert.deepEqual(shape(trace(`(${sql}) UNION ALL (${sql})`).lineage), expected);
    }),
    { numRuns: 200 },
  );
});
