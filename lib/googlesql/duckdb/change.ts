/** Statements that change rows, as steps of DuckDB SQL: what to stage, what to check, what to write. */

import type { CatalogTable } from '../analysis/catalog.ts';
import type { Scan } from '../tree/scan.ts';
import type { Assignment, ChangeTree, DeleteTree, InsertTree, MergeTree, UpdateTree } from '../tree/statement.ts';
import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import { blockOf, columnsOf, renderOwn, type Block } from './block.ts';
import { columnName, freshName, type Context, type Session } from './context.ts';
import { newContext } from './query.ts';
import { emitScan } from './scan.ts';
import { storableText } from './storable.ts';
import { storageOf, type StoredRows } from './storage.ts';

/** One write, and what its row count counts. */
export interface Write {
  readonly sql: string;
  readonly counts: 'inserted' | 'updated' | 'deleted';
}

/** A change in steps, to be run in one transaction. */
export interface ChangePlan {
  /** A temporary table to make first, from rows as they are before the change. */
  readonly stage?: { readonly name: string; readonly sql: string };
  /** A query that answers true when some target row meets more than one source row. */
  readonly duplicateCheck?: string;
  readonly writes: readonly Write[];
}

/** The plan of a change. `stageName` is a name for a temporary table that nobody else uses. */
export function planChange(change: ChangeTree, session: Session, stageName: string): ChangePlan {
  return byKind(rules, change, newContext(session), stageName);
}

const rules: RulesByKind<ChangeTree, [Context, string], ChangePlan> = {
  insert: planInsert,
  update: planUpdate,
  delete: planDelete,
  truncate: (change) => ({ writes: [{ sql: `DELETE FROM ${stored(change.target).relation}`, counts: 'deleted' }] }),
  merge: planMerge,
};

function stored(table: CatalogTable): StoredRows {
  const storage = storageOf(table);
  if (storage.kind !== 'stored') throw new Error('only stored tables are changed');
  return storage;
}

function planInsert(change: InsertTree, context: Context): ChangePlan {
  const { target } = change;
  const block = emitScan(change.query.scan, context);
  const source = blockOf(`(${renderOwn(block)}) AS ${freshName(context, 'x')}`, columnsOf(block));
  const values = change.values.map((value, i) => {
    const column = target.columns[i];
    const text = value.kind === 'given' ? columnName(value.column.id) : context.emit.expression(value.value, context);
    return column === undefined ? text : storableText(text, column.type, column.name, context);
  });
  const time =
    change.partitionTime === undefined ? currentPartition(target, context) : columnName(change.partitionTime.id);
  return { writes: [insertInto(target, values, source.from, time)] };
}

/** New rows of the target; `time` is the start of their partition, as a text. */
function insertInto(target: CatalogTable, values: readonly string[], from: string, time: string): Write {
  const { relation, columnNames, partitionTime } = stored(target);
  const names = [...columnNames];
  const texts = [...values];
  if (partitionTime !== undefined) {
    names.push(partitionTime);
    texts.push(time);
  }
  return {
    sql: `INSERT INTO ${relation} (${names.join(', ')}) SELECT ${texts.join(', ')} FROM ${from}`,
    counts: 'inserted',
  };
}

/** The start of the partition that rows of now belong to. */
function currentPartition(target: CatalogTable, { session }: Pick<Context, 'session'>): string {
  const unit = target.partitioning?.kind === 'ingestion' ? target.partitioning.unit : 'DAY';
  return `date_trunc('${unit.toLowerCase()}', make_timestamptz(${session.nowMicros}::BIGINT))`;
}

/** `SELECT columns and values FROM scan` as the staged table. */
function stageRows(scan: Scan, items: (block: Block) => readonly string[], context: Context): string {
  const block = emitScan(scan, context);
  const inner = blockOf(`(${renderOwn(block)}) AS ${freshName(context, 'x')}`, columnsOf(block));
  return `SELECT ${items(inner).join(', ')} FROM ${inner.from}`;
}

function assignmentTexts(
  target: CatalogTable,
  assignments: readonly Assignment[],
  context: Context,
): readonly string[] {
  return assignments.map(({ index, value }) => {
    const column = target.columns[index];
    const text = context.emit.expression(value, context);
    return column === undefined ? text : storableText(text, column.type, column.name, context);
  });
}

function planUpdate(change: UpdateTree, context: Context, stageName: string): ChangePlan {
  const { target, rowId, assignments } = change;
  const sql = stageRows(
    change.scan,
    () => [
      `${columnName(rowId.id)} AS r`,
      ...assignmentTexts(target, assignments, context).map((text, i) => `${text} AS v${i}`),
    ],
    context,
  );
  return {
    stage: { name: stageName, sql },
    duplicateCheck: `SELECT count(*) > count(DISTINCT r) FROM ${stageName}`,
    writes: [updateFrom(target, assignments, stageName, { prefix: 'v', where: 'true' })],
  };
}

function updateFrom(
  target: CatalogTable,
  assignments: readonly Assignment[],
  stageName: string,
  { prefix, where }: { readonly prefix: string; readonly where: string },
): Write {
  const { relation, columnNames } = stored(target);
  const sets = assignments.map(({ index }, i) => `${columnNames[index] ?? ''} = s.${prefix}${i}`);
  return {
    sql: `UPDATE ${relation} AS t SET ${sets.join(', ')} FROM ${stageName} AS s WHERE t.rowid = s.r AND ${where}`,
    counts: 'updated',
  };
}

function planDelete(change: DeleteTree, context: Context, stageName: string): ChangePlan {
  const { relation } = stored(change.target);
  const sql = stageRows(change.scan, () => [`${columnName(change.rowId.id)} AS r`], context);
  return {
    stage: { name: stageName, sql },
    writes: [{ sql: `DELETE FROM ${relation} WHERE rowid IN (SELECT r FROM ${stageName})`, counts: 'deleted' }],
  };
}

function planMerge(change: MergeTree, context: Context, stageName: string): ChangePlan {
  const { target, clauses } = change;
  const block = emitScan(change.scan, context);
  const joined = `(${renderOwn(block)}) AS ${freshName(context, 'x')}`;
  const chosen = `SELECT *, ${chosenClause(change, context)} AS a FROM ${joined}`;
  const values = clauses.flatMap(({ action }, n) => clauseValues(target, action, n, context));
  const items = [`${columnName(change.rowId.id)} AS r`, 'a', ...values];
  const sql = `SELECT ${items.join(', ')} FROM (${chosen}) AS ${freshName(context, 'x')} WHERE a IS NOT NULL`;
  const writes = clauses.map((clause, n): Write & { readonly rank: number } => {
    switch (clause.action.kind) {
      case 'update':
        return {
          ...updateFrom(target, clause.action.assignments, stageName, { prefix: `v${n}_`, where: `s.a = ${n}` }),
          rank: 0,
        };
      case 'delete':
        return {
          sql: `DELETE FROM ${stored(target).relation} WHERE rowid IN (SELECT r FROM ${stageName} WHERE a = ${n})`,
          counts: 'deleted',
          rank: 1,
        };
      case 'insert': {
        const names = target.columns.map((_, i) => `v${n}_${i}`);
        return {
          ...insertInto(target, names, `${stageName} WHERE a = ${n}`, currentPartition(target, context)),
          rank: 2,
        };
      }
    }
  });
  return {
    stage: { name: stageName, sql },
    duplicateCheck: `SELECT count(r) > count(DISTINCT r) FROM ${stageName}`,
    writes: writes.toSorted((a, b) => a.rank - b.rank).map(({ sql: text, counts }) => ({ sql: text, counts })),
  };
}

/** The number of the first clause that a joined row fits. */
function chosenClause(change: MergeTree, context: Context): string {
  const target = columnName(change.rowId.id);
  const source = columnName(change.sourceId.id);
  const matches = {
    MATCHED: `${target} IS NOT NULL AND ${source} IS NOT NULL`,
    'NOT MATCHED BY TARGET': `${target} IS NULL`,
    'NOT MATCHED BY SOURCE': `${source} IS NULL`,
  };
  const branches = change.clauses.map(({ match, condition }, n) => {
    const also = condition === undefined ? '' : ` AND ${context.emit.expression(condition, context)}`;
    return `WHEN ${matches[match]}${also} THEN ${n}`;
  });
  return `CASE ${branches.join(' ')} END`;
}

/** The values of a clause, computed only for the rows that take it. */
function clauseValues(
  target: CatalogTable,
  action: MergeTree['clauses'][number]['action'],
  n: number,
  context: Context,
): readonly string[] {
  if (action.kind === 'delete') return [];
  const assignments =
    action.kind === 'update' ? action.assignments : action.values.map((value, index) => ({ index, value }));
  return assignmentTexts(target, assignments, context).map(
    (text, i) => `CASE WHEN a = ${n} THEN ${text} END AS v${n}_${i}`,
  );
}
