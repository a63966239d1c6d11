/** The logical bytes that a statement reads: of the columns that it needs, those in the partitions that it picks. */

import type { CatalogTable } from '../../analysis/catalog.ts';
import { storageOf } from '../../duckdb/storage.ts';
import type { ReadRoots } from '../../reading/columns-read.ts';
import type { Knowledge } from '../../reading/may-hold.ts';
import { constantsOf, readsPartition, tableReads, type TableRead } from '../../reading/table-reads.ts';
import type { Expression } from '../../tree/expression.ts';
import type { ChangeTree } from '../../tree/statement.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import type { PartitionSize } from '../storage/table-sizes.ts';
import { evaluate, evaluateAll } from './evaluate.ts';
import type { Run } from './run.ts';

/** What a statement reads from, and the table all of whose columns are written anew in the partitions that it picks. */
export interface ReadingStatement extends ReadRoots {
  readonly rewritten?: CatalogTable;
}

/**
 * Bytes under BigQuery's rules, from what is kept of table sizes. A table that is named several times counts once.
 * Source: cloud.google.com/bigquery/docs/estimate-costs, "Query size calculation".
 */
export async function bytesRead(run: Run, statement: ReadingStatement): Promise<number> {
  const reads = tableReads(statement).filter(({ scan: { table } }) => isBilled(table));
  if (reads.length === 0) return 0;
  const knowledge = await knowledgeOf(run, reads);
  const byTable = new Map<string, TableRead[]>();
  for (const read of reads) {
    const { relation } = storedRowsOf(read.scan.table);
    byTable.set(relation, [...(byTable.get(relation) ?? []), read]);
  }
  let total = 0;
  for (const ofTable of byTable.values()) total += await bytesOfTable(run, ofTable, statement, knowledge);
  return total;
}

/** What reads the tables of a change: UPDATE, DELETE and MERGE read all columns of what they write anew. */
export function readingOf(tree: ChangeTree): ReadingStatement {
  switch (tree.kind) {
    case 'truncate':
      return {};
    case 'insert':
      return { queries: [tree.query] };
    case 'delete':
      return { scans: [tree.scan], rewritten: tree.target };
    case 'update':
      return {
        scans: [tree.scan],
        expressions: tree.assignments.map(({ value }) => value),
        rewritten: tree.target,
      };
    case 'merge':
      return {
        scans: [tree.scan],
        expressions: tree.clauses.flatMap(({ condition, action }) => [
          ...(condition === undefined ? [] : [condition]),
          ...(action.kind === 'insert' ? action.values : []),
          ...(action.kind === 'update' ? action.assignments.map(({ value }) => value) : []),
        ]),
        // Source: cloud.google.com/bigquery/docs/estimate-costs: a MERGE of INSERT clauses alone reads what its query does.
        ...(tree.clauses.every(({ action }) => action.kind === 'insert') ? {} : { rewritten: tree.target }),
      };
  }
}

/** Temporary tables and INFORMATION_SCHEMA are not. */
function isBilled(table: CatalogTable): boolean {
  const { dataset, name } = table.path;
  return table.kind === 'table' && dataset !== '' && !name.includes('.') && storageOf(table).kind === 'stored';
}

function storedRowsOf(table: CatalogTable): Extract<ReturnType<typeof storageOf>, { readonly kind: 'stored' }> {
  const storage = storageOf(table);
  if (storage.kind !== 'stored') throw new Error(`table ${table.path.name} is not stored`);
  return storage;
}

async function bytesOfTable(
  { state }: Run,
  reads: readonly TableRead[],
  { rewritten }: ReadingStatement,
  knowledge: Omit<Knowledge, 'columns'>,
): Promise<number> {
  const [first] = reads;
  if (first === undefined) return 0;
  const { table } = first.scan;
  const { leaves, partitions } = await state.sizes.sizeOf(table, storedRowsOf(table));
  const read = reads.map((one) => {
    const whole = one.scan.table === rewritten && one.scan.rowId !== undefined;
    return { one, leaves: new Set(leaves.flatMap((leaf, i) => (whole || isRead(leaf, one) ? [i] : []))) };
  });
  let total = 0;
  for (const [id, size] of partitions) {
    const wanted = read.filter(({ one }) => readsPartition(one, id, knowledge));
    total += bytesOf(
      size,
      wanted.map(({ leaves: some }) => some),
    );
  }
  return total;
}

function bytesOf({ bytes }: PartitionSize, wanted: readonly ReadonlySet<number>[]): number {
  return bytes.reduce((sum, size, leaf) => (wanted.some((leaves) => leaves.has(leaf)) ? sum + size : sum), 0);
}

/** Whether the leaf is what is read, or in it. */
function isRead(leaf: string, { paths }: TableRead): boolean {
  if (paths.has(leaf)) return true;
  for (let end = leaf.lastIndexOf('.'); end > 0; end = leaf.lastIndexOf('.', end - 1)) {
    if (paths.has(leaf.slice(0, end))) return true;
  }
  // A path may end in a whole struct, or in an array of scalars that is told apart no further.
  return false;
}

async function knowledgeOf(run: Run, reads: readonly TableRead[]): Promise<Omit<Knowledge, 'columns'>> {
  const values = await valuesOf(run, constantsOf(reads));
  return {
    constant: (expression) =>
      expression.kind === 'literal' && expression.undeclared === undefined ? expression : values.get(expression),
    utc: (run.request.timeZone ?? 'UTC') === 'UTC',
  };
}

type Values = ReadonlyMap<Expression, { readonly value: SqlValue } | undefined>;

/** The values of constants; one that cannot be computed may be anything, and the statement itself will say why. */
async function valuesOf(run: Run, constants: readonly Expression[]): Promise<Values> {
  const values = new Map<Expression, { readonly value: SqlValue } | undefined>();
  const computed: Expression[] = [];
  for (const constant of constants) {
    if (constant.kind === 'parameter') values.set(constant, run.parameters.get(constant.key));
    else computed.push(constant);
  }
  const together = await tried(() => evaluateAll(run, computed));
  for (const [i, constant] of computed.entries()) {
    const value = together === undefined ? await tried(() => evaluate(run, constant)) : together[i];
    values.set(constant, value === undefined ? undefined : { value });
  }
  return values;
}

async function tried<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}
