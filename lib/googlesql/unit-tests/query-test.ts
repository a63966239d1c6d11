/** A test of one query as plain data: what its tables hold, what it must give, and how it went. */

import type { CatalogRoutine, ObjectPath } from '../analysis/catalog.ts';
import type { QueryParameter } from '../engine/requests.ts';
import type { RestField } from '../types/rest-schema.ts';
import type { RowsDifference } from './compare-rows.ts';

/** A row by column name, its values as tabledata.insertAll takes them; a column that is left out is NULL. */
export type FixtureRow = Readonly<Record<string, unknown>>;

/** A table with all of its rows. */
export interface FixtureTable {
  readonly path: ObjectPath;
  readonly fields: readonly RestField[];
  readonly rows: readonly FixtureRow[];
}

/** What a query must give. */
export interface ExpectedRows {
  readonly rows: readonly FixtureRow[];
  /**
   * `exact`: these rows and no others, NULL in columns that are left out. `subset`: at least these rows, whatever is in
   * columns that are left out.
   */
  readonly match: 'exact' | 'subset';
  /** Whether the rows must come in this order. */
  readonly ordered: boolean;
}

/** The span of time that every row of the result must be in. */
export interface ExpectedSpan {
  /** A DATE, DATETIME or TIMESTAMP column of the result. */
  readonly column: string;
  /** Unix milliseconds; `endMs` is not in it. */
  readonly startMs: number;
  readonly endMs: number;
}

/** One test. Nothing in it needs more than structured cloning, so it can be sent to a worker. */
export interface QueryTest {
  readonly sql: string;
  /** The project of names that have none. */
  readonly project: string;
  readonly tables: readonly FixtureTable[];
  readonly routines: readonly CatalogRoutine[];
  readonly parameters: readonly QueryParameter[];
  /** What CURRENT_TIMESTAMP() answers, Unix milliseconds. */
  readonly nowMs: number;
  readonly expected: ExpectedRows;
  readonly span?: ExpectedSpan;
}

/** How a test went. Rows are numbered from 0. */
export type TestOutcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'different'; readonly difference: RowsDifference }
  /** A row of the result is not in the span: it would be published into the wrong partition. */
  | { readonly kind: 'outside'; readonly column: string; readonly value: string }
  /** The query could not be analysed or run. */
  | { readonly kind: 'failed'; readonly message: string; readonly line?: number; readonly column?: number }
  /** A row that is given, or expected (then without a table), is none of its table. */
  | {
      readonly kind: 'badRow';
      readonly table?: string;
      readonly row: number;
      readonly column: string;
      readonly message: string;
    }
  /** The query picks rows by a column that no row says anything about, so the test would show nothing. */
  | { readonly kind: 'unsetFilter'; readonly table: string; readonly column: string };
