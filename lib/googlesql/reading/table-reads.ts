/** What a statement reads: of each table the columns, and the conditions that pick its partitions. */

import type { CatalogPartitioning, CatalogTable } from '../analysis/catalog.ts';
import type { Expression } from '../tree/expression.ts';
import type { Scan, TableScan } from '../tree/scan.ts';
import { rewriteExpression, someExpression } from '../tree/walk.ts';
import { MICROS_PER_DAY } from '../values/civil.ts';
import { partitionRange } from '../values/partition.ts';
import { columnsRead, type ReadPaths, type ReadRoots } from './columns-read.ts';
import { mayHold, type Knowledge } from './may-hold.ts';
import { premisesOfTables, type Meanings, type Premises } from './premises.ts';
import { ANYTHING, ONLY_NULL, spanOfValue, type Span } from './span.ts';

/** One table in FROM. */
export interface TableRead {
  readonly scan: TableScan;
  readonly paths: ReadPaths;
  /** Rows are read where one of these may hold; only what says something about partitions is in them. */
  readonly premises: readonly Premises[];
}

/** What is read from these roots. */
export function tableReads(roots: ReadRoots): readonly TableRead[] {
  const paths = columnsRead(roots);
  const scans: readonly Scan[] = [...(roots.queries ?? []).map(({ scan }) => scan), ...(roots.scans ?? [])];
  const premises = premisesOfTables(scans);
  return [...paths].map(([scan, read]) => ({
    scan,
    paths: read,
    premises: (premises.get(scan) ?? []).map((one) => about(one, deciding(scan))),
  }));
}

/** Columns that are the same for all rows of a partition, or nearly so. */
function deciding({ table: { partitioning, columns: fields }, columns }: TableScan): ReadonlySet<number> {
  const ids = columns.flatMap(({ column, source }) => {
    if (source.kind !== 'column') return [column.id];
    const isKey = partitioning !== undefined && partitioning.kind !== 'ingestion';
    return isKey && fields[source.index]?.name.toLowerCase() === partitioning.column.toLowerCase() ? [column.id] : [];
  });
  return new Set(ids);
}

/** The conditions that refer to one of the columns. */
function about({ conditions, meanings }: Premises, columns: ReadonlySet<number>): Premises {
  return { conditions: conditions.filter((one) => refers(one, columns, meanings)), meanings };
}

function refers(condition: Expression, columns: ReadonlySet<number>, meanings: Meanings): boolean {
  let found = false;
  visitMeanings(condition, meanings, (part) => {
    found ||= part.kind === 'column' && columns.has(part.column.id);
    return !found;
  });
  return found;
}

/** Calls `see` for parts of an expression and of what its columns stand for, each column once, as long as it says so. */
function visitMeanings(expression: Expression, meanings: Meanings, see: (part: Expression) => boolean): void {
  const seen = new Set<number>();
  const visit = (from: Expression): void => {
    rewriteExpression(from, (part) => {
      if (!see(part)) return part;
      if (part.kind !== 'column' || seen.has(part.column.id)) return undefined;
      seen.add(part.column.id);
      const meant = meanings.get(part.column.id);
      if (meant !== undefined) visit(meant);
      return undefined;
    });
  };
  visit(expression);
}

/** The largest parts of conditions that have no columns and are no literals: to be computed once for all partitions. */
export function constantsOf(reads: readonly TableRead[]): readonly Expression[] {
  const found = new Set<Expression>();
  for (const { premises } of reads) {
    for (const { conditions, meanings } of premises) {
      for (const condition of conditions) {
        visitMeanings(condition, meanings, (part) => {
          const constant = isConstant(part);
          if (constant && part.kind !== 'literal') found.add(part);
          return !constant && part.kind !== 'subquery';
        });
      }
    }
  }
  return [...found];
}

function isConstant(expression: Expression): boolean {
  if (expression.kind === 'part' || expression.kind === 'step') return false;
  return !someExpression(
    expression,
    (part) =>
      part.kind === 'column' ||
      part.kind === 'subquery' ||
      part.kind === 'let' ||
      (part.kind === 'literal' && part.undeclared !== undefined) ||
      (part.kind === 'call' && part.definition.volatile === true),
  );
}

/** Whether rows of the partition may be read; without an id the table is not partitioned. */
export function readsPartition(
  { scan, premises }: TableRead,
  id: string | undefined,
  knowledge: Omit<Knowledge, 'columns'>,
): boolean {
  if (scan.partition !== undefined && scan.partition !== id) return false;
  const columns = spansOf(scan, id);
  return premises.some((one) => mayHold(one, { ...knowledge, columns }));
}

function spansOf(scan: TableScan, id: string | undefined): ReadonlyMap<number, Span> {
  const { table } = scan;
  const keys = deciding(scan);
  const spans = new Map<number, Span>();
  for (const { column, source } of scan.columns) {
    if (source.kind === 'constant') spans.set(column.id, spanOfValue(source.value, column.type) ?? ANYTHING);
    else if (keys.has(column.id))
      spans.set(column.id, spanOfPartition(table, id, source.kind === 'pseudo', column.type.kind));
  }
  return spans;
}

function spanOfPartition({ partitioning }: CatalogTable, id: string | undefined, pseudo: boolean, kind: string): Span {
  const range = id === undefined || partitioning === undefined ? undefined : partitionRange(id, partitioning);
  if (range === undefined) return ANYTHING;
  if (range.kind === 'null') return ONLY_NULL;
  return { low: range.start, high: lastOf(range, pseudo, kind, partitioning), nulls: false, values: true };
}

/** The last value of a partition; that of the pseudo columns is where it starts. */
function lastOf(
  { start, end }: { readonly start: bigint; readonly end: bigint },
  pseudo: boolean,
  kind: string,
  partitioning: CatalogPartitioning | undefined,
): bigint {
  if (pseudo || partitioning?.kind === 'ingestion') return start;
  return kind === 'DATE' ? end - MICROS_PER_DAY : end - 1n;
}
