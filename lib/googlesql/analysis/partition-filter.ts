/** Tables that must not be read without a filter on their partitions. */

import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import type { Scan, TableScan } from '../tree/scan.ts';
import { visitScans } from '../tree/children.ts';
import { visitExpression } from '../tree/walk.ts';

/** Throws when the scan reads such a table with no condition on its partition column anywhere around it. */
export function checkPartitionFilters(scan: Scan): void {
  const guarded: TableScan[] = [];
  visitScans(scan, (part) => {
    if (part.kind === 'table' && part.table.requirePartitionFilter && part.partition === undefined) guarded.push(part);
  });
  if (guarded.length === 0) return;
  const filtered = filteredColumns(scan);
  for (const table of guarded) {
    const columns = partitionColumns(table);
    if (columns.some(({ id }) => filtered.has(id))) continue;
    const { project, dataset, name } = table.table.path;
    const names = columns.map((column) => `'${column.name}'`).join(', ');
    throw new SqlError(
      `Cannot query over table '${project}.${dataset}.${name}' without a filter over column(s) ${names} that can be used for partition elimination`,
    );
  }
}

function partitionColumns({ table, columns }: TableScan): readonly { readonly id: number; readonly name: string }[] {
  const { partitioning } = table;
  if (partitioning === undefined) return [];
  const picked = columns.filter(({ source }) => {
    if (source.kind === 'pseudo') return true;
    if (source.kind !== 'column' || partitioning.kind === 'ingestion') return false;
    return table.columns[source.index]?.name.toLowerCase() === partitioning.column.toLowerCase();
  });
  return picked.map(({ column }) => column);
}

/** Ids of all columns that conditions refer to, and of the columns that those are other names of. */
export function filteredColumns(scan: Scan): ReadonlySet<number> {
  const named = new Set<number>();
  const origins = new Map<number, number>();
  const note = (condition: Expression | undefined): void => {
    if (condition === undefined) return;
    visitExpression(condition, (part) => {
      if (part.kind === 'column') named.add(part.column.id);
    });
  };
  visitScans(scan, (part) => {
    if (part.kind === 'filter') note(part.condition);
    if (part.kind === 'join') note(part.condition);
    if (part.kind !== 'project') return;
    for (const { column, value } of part.computed) {
      if (value.kind === 'column') origins.set(column.id, value.column.id);
    }
  });
  for (const id of named) {
    const origin = origins.get(id);
    // A set visits what is added to it while it is walked.
    if (origin !== undefined) named.add(origin);
  }
  return named;
}
