/** The lineage of statements that change rows: where the new values of the target's columns come from. */

import type { CatalogTable } from '../analysis/catalog.ts';
import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import type { Expression } from '../tree/expression.ts';
import type { ChangeTree, InsertTree, MergeTree, MergeTreeClause, UpdateTree } from '../tree/statement.ts';
import type { Scan } from '../tree/scan.ts';
import { describeColumn, describeInfluences, traceToEnd, type QueryLineage } from './lineage.ts';
import { mergeOrigins, type Origin, type Reach } from './origin.ts';
import { collect, columnOrigin, traceExpression } from './trace-expression.ts';
import { traceQuery, traceScan } from './trace-scan.ts';
import type { Tracing } from './tracing.ts';
import { ways } from './ways.ts';

/** Where the values that a statement writes come from; columns that it leaves alone are not told. */
export interface ChangeLineage extends QueryLineage {
  readonly target: CatalogTable;
}

interface TracedChange {
  /** New values by the position of the target's column. */
  readonly written: ReadonlyMap<number, readonly Origin[]>;
  readonly rows: Reach;
}

/** The lineage of a change. */
export function lineageOfChange(change: ChangeTree): ChangeLineage {
  const { target } = change;
  const { written, rows } = traceToEnd((tracing) => byKind(rules, change, tracing));
  const columns = target.columns.flatMap(({ name, type }, i) => {
    const origins = written.get(i);
    return origins === undefined ? [] : [describeColumn(name, mergeOrigins(origins, type))];
  });
  return { target, columns, rows: describeInfluences(rows) };
}

const rules: RulesByKind<ChangeTree, [Tracing], TracedChange> = {
  insert: traceInsert,
  update: traceUpdate,
  delete: ({ scan }, tracing) => ({ written: new Map(), rows: rowsOf(scan, tracing) }),
  truncate: () => ({ written: new Map(), rows: new Map() }),
  merge: traceMerge,
};

function traceInsert({ query, values }: InsertTree, tracing: Tracing): TracedChange {
  const { rows } = traceQuery(query, tracing);
  const written = values.map((value, i) => {
    const origin =
      value.kind === 'given' ? columnOrigin(value.column.id, tracing) : traceExpression(value.value, tracing);
    return [i, [origin]] as const;
  });
  return { written: new Map(written), rows };
}

function traceUpdate({ scan, assignments }: UpdateTree, tracing: Tracing): TracedChange {
  const rows = rowsOf(scan, tracing);
  const written = assignments.map(({ index, value }) => [index, [traceExpression(value, tracing)]] as const);
  return { written: new Map(written), rows };
}

function traceMerge({ scan, clauses }: MergeTree, tracing: Tracing): TracedChange {
  const rows = rowsOf(scan, tracing);
  const written = new Map<number, readonly Origin[]>();
  for (const { condition, action } of clauses) {
    if (condition !== undefined) collect(condition, ways.filter, rows, tracing);
    for (const [index, value] of valuesOf(action)) {
      written.set(index, [...(written.get(index) ?? []), traceExpression(value, tracing)]);
    }
  }
  return { written, rows };
}

function valuesOf(action: MergeTreeClause['action']): readonly (readonly [number, Expression])[] {
  switch (action.kind) {
    case 'insert':
      return action.values.map((value, i) => [i, value]);
    case 'update':
      return action.assignments.map(({ index, value }) => [index, value]);
    case 'delete':
      return [];
  }
}

function rowsOf(scan: Scan, tracing: Tracing): Reach {
  const rows: Reach = new Map();
  traceScan(scan, rows, tracing);
  return rows;
}
