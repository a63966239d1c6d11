/** Lineage's public face: where each column of a typed query comes from, and what decides about its rows. */

import type { QueryTree } from '../tree/expression.ts';
import type { Origin, Reach } from './origin.ts';
import { gather } from './origin.ts';
import type { SourceColumn } from './source.ts';
import { traceQuery } from './trace-scan.ts';
import type { TracedQuery, Tracing } from './tracing.ts';
import { ways, type Ways } from './ways.ts';

/**
 * What becomes of a value on its way. `identity`: a copy; `transformed`: computed from it; `aggregated`: one or several of the
 * values of many rows, as MIN, ANY_VALUE and ARRAY_AGG give them; `combined`: merged with those of other rows, as SUM and AVG do,
 * which shows it only where it is alone; `counted`: how many there are, which shows none; `masked`: by a hash or encryption, so
 * that it no longer shows; `opened`: decrypted, so that it shows what was sealed.
 */
export type ValueFlow = 'identity' | 'transformed' | 'aggregated' | 'combined' | 'counted' | 'masked' | 'opened';

/** How a column decides about values or rows that it is not in. */
export type InfluenceKind = 'filter' | 'join' | 'group' | 'order' | 'condition' | 'window';

/** A column whose value is in another. */
export interface ValueSource {
  readonly source: SourceColumn;
  readonly flow: ValueFlow;
}

/** A column that decides. */
export interface Influence {
  readonly source: SourceColumn;
  readonly kind: InfluenceKind;
}

/** Where one column of a result comes from. Sources appear in the order in which they are found, once for each way. */
export interface ColumnLineage {
  /** Empty when it has none. */
  readonly name: string;
  readonly values: readonly ValueSource[];
  /** What decides about this column's values, beside what decides about all rows. */
  readonly influences: readonly Influence[];
}

/** Where a query's result comes from. Sources are columns of stored tables: views and WITH tables are looked through. */
export interface QueryLineage {
  readonly columns: readonly ColumnLineage[];
  /** What decides which rows there are, how many and in which order: it influences every column. */
  readonly rows: readonly Influence[];
}

/** The lineage of a query. */
export function lineageOfQuery(query: QueryTree): QueryLineage {
  const { columns, rows } = traceToEnd((tracing) => traceQuery(query, tracing));
  return {
    columns: query.columns.map(({ name }, i) => describeColumn(name, columns[i])),
    rows: describeInfluences(rows),
  };
}

/**
 * Makes passes over a statement until they find nothing new: one, unless it has recursive queries. Ends, because what is
 * known of these only grows, and there are only so many columns.
 */
export function traceToEnd<Traced>(pass: (tracing: Tracing) => Traced): Traced {
  const recursive = new Map<number, TracedQuery>();
  for (;;) {
    const tracing: Tracing = {
      columns: new Map(),
      withTables: new Map(),
      recursive,
      queries: new Map(),
      query: traceQuery,
      grown: false,
    };
    const traced = pass(tracing);
    if (!tracing.grown) return traced;
  }
}

/** What is told of a column. */
export function describeColumn(name: string, origin: Origin | undefined): ColumnLineage {
  const reach: Reach = new Map();
  if (origin !== undefined) gather(reach, origin, ways.identity);
  const values: ValueSource[] = [];
  for (const [source, reached] of reach) {
    for (const [way, flow] of flows) if ((reached & way) !== 0) values.push({ source, flow });
  }
  return { name, values, influences: describeInfluences(reach) };
}

/** What is told of what decides. */
export function describeInfluences(reach: Reach): readonly Influence[] {
  const found: Influence[] = [];
  for (const [source, reached] of reach) {
    for (const [way, kind] of influences) if ((reached & way) !== 0) found.push({ source, kind });
  }
  return found;
}

const flows: readonly (readonly [Ways, ValueFlow])[] = [
  [ways.identity, 'identity'],
  [ways.transformed, 'transformed'],
  [ways.aggregated, 'aggregated'],
  [ways.combined, 'combined'],
  [ways.counted, 'counted'],
  [ways.masked, 'masked'],
  [ways.opened, 'opened'],
];

const influences: readonly (readonly [Ways, InfluenceKind])[] = [
  [ways.filter, 'filter'],
  [ways.join, 'join'],
  [ways.group, 'group'],
  [ways.order, 'order'],
  [ways.condition, 'condition'],
  [ways.window, 'window'],
];
