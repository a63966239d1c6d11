/** Tables of a test as a catalog that queries can be analysed against and generated from. */

import type { Catalog, CatalogTable, Found, ObjectPath } from '../analysis/catalog.ts';
import { filteredColumns } from '../analysis/partition-filter.ts';
import type { ComputedRows } from '../duckdb/storage.ts';
import { catalogColumns } from '../engine/catalog/catalog-table.ts';
import { rowReader } from '../engine/rows/json-row.ts';
import type { RestField } from '../types/rest-schema.ts';
import { visitScans } from '../tree/children.ts';
import type { QueryTree } from '../tree/expression.ts';
import type { SqlValue } from '../values/sql-value.ts';
import type { FixtureRow, FixtureTable, QueryTest, TestOutcome } from './query-test.ts';

/** Rows as values in the order of the fields, or the first that is none. */
export type ReadRows =
  | { readonly kind: 'read'; readonly rows: readonly (readonly SqlValue[])[] }
  | { readonly kind: 'bad'; readonly row: number; readonly column: string; readonly message: string };

/** Reads rows by the rules of tabledata.insertAll. */
export function readRows(fields: readonly RestField[], rows: readonly FixtureRow[]): ReadRows {
  const read = rowReader(fields, new Map(), { ignoreUnknownValues: false, numericTimestamps: undefined });
  const values: (readonly SqlValue[])[] = [];
  for (const [row, object] of rows.entries()) {
    const outcome = read(Buffer.from(JSON.stringify(object)));
    if (outcome.kind === 'bad') {
      return { kind: 'bad', row, column: outcome.problem.location, message: outcome.problem.message };
    }
    values.push(outcome.values);
  }
  return { kind: 'read', rows: values };
}

/** The catalog of a test, or the outcome that a row which is none gives it. */
export type FixtureCatalog =
  | { readonly kind: 'catalog'; readonly catalog: Catalog; readonly fixtures: ReadonlyMap<CatalogTable, FixtureTable> }
  | { readonly kind: 'bad'; readonly outcome: TestOutcome };

/** Makes the catalog: nothing but the tables and routines of the test. */
export function fixtureCatalog({ tables, routines }: QueryTest): FixtureCatalog {
  const byPath = new Map<string, CatalogTable>();
  const fixtures = new Map<CatalogTable, FixtureTable>();
  for (const fixture of tables) {
    const read = readRows(fixture.fields, fixture.rows);
    if (read.kind === 'bad') {
      const { row, column, message } = read;
      return { kind: 'bad', outcome: { kind: 'badRow', table: nameOf(fixture.path), row, column, message } };
    }
    const storage: ComputedRows = { kind: 'computed', rows: () => read.rows };
    const columns = catalogColumns(fixture.fields);
    const table: CatalogTable = { path: fixture.path, kind: 'table', columns, requirePartitionFilter: false, storage };
    byPath.set(keyOf(fixture.path), table);
    fixtures.set(table, fixture);
  }
  const functions = new Map(routines.map((routine) => [keyOf(routine.path), routine]));
  const catalog: Catalog = {
    findTable: (path) => found(byPath.get(keyOf(path))),
    findRoutine: (path) => found(functions.get(keyOf(path))),
    listTables: () => [],
  };
  return { kind: 'catalog', catalog, fixtures };
}

function found<T>(value: T | undefined): Found<T> {
  return value === undefined ? { kind: 'noObject' } : { kind: 'found', value };
}

function keyOf({ project, dataset, name }: ObjectPath): string {
  return `${project}.${dataset}.${name}`;
}

function nameOf({ dataset, name }: ObjectPath): string {
  return `${dataset}.${name}`;
}

/** A column that the query picks rows by and that no row of its table says anything about, NULL included. */
export function unsetFilter(
  { scan }: QueryTree,
  fixtures: ReadonlyMap<CatalogTable, FixtureTable>,
): { readonly table: string; readonly column: string } | undefined {
  const filtered = filteredColumns(scan);
  let unset: { readonly table: string; readonly column: string } | undefined;
  visitScans(scan, (part) => {
    const fixture = part.kind === 'table' ? fixtures.get(part.table) : undefined;
    if (part.kind !== 'table' || fixture === undefined || fixture.rows.length === 0) return;
    const said = new Set(fixture.rows.flatMap((row) => Object.keys(row).map((name) => name.toLowerCase())));
    for (const { column } of part.columns) {
      if (!filtered.has(column.id) || said.has(column.name.toLowerCase())) continue;
      unset ??= { table: nameOf(fixture.path), column: column.name };
    }
  });
  return unset;
}
