/** Which columns a query needs of each table, down to the fields of structs: what BigQuery reads, and bills. */

import { callExpressions, windowExpressions } from '../tree/children.ts';
import type { Column, Expression, QueryTree } from '../tree/expression.ts';
import type { Scan, TableScan, UnnestScan, WithScan, WithTable } from '../tree/scan.ts';
import { rewriteExpression } from '../tree/walk.ts';
import { byKind, type RulesByKind } from '../syntax/by-kind.ts';

/**
 * What is read of a table: positions of columns, `3`, or of fields in them, `3.0.1`; arrays on the way are not told.
 */
export type ReadPaths = ReadonlySet<string>;

/** Where a statement's reading starts. */
export interface ReadRoots {
  readonly queries?: readonly QueryTree[];
  readonly scans?: readonly Scan[];
  /** Expressions over the columns of the scans. */
  readonly expressions?: readonly Expression[];
}

/** What is read of each scan of a table; scans that only count rows read nothing. */
export function columnsRead({
  queries = [],
  scans = [],
  expressions = [],
}: ReadRoots): ReadonlyMap<TableScan, ReadPaths> {
  const reading = newReading();
  for (const query of queries) needQuery(query, reading);
  for (const expression of expressions) need(expression, reading);
  for (const scan of scans) read(scan, reading);
  return reading.tables;
}

/** Paths that are needed, by column; the empty path is the whole. */
type Needs = Map<number, Set<string>>;

interface Reading {
  readonly tables: Map<TableScan, Set<string>>;
  readonly needs: Needs;
  /** Of WITH tables, by their ids, what is needed of the output at a position. */
  readonly withNeeds: Map<number, Needs>;
}

function newReading(): Reading {
  return { tables: new Map(), needs: new Map(), withNeeds: new Map() };
}

function note(needs: Needs, id: number, path: string): void {
  const paths = needs.get(id);
  if (paths === undefined) needs.set(id, new Set([path]));
  else paths.add(path);
}

function needQuery(query: QueryTree, reading: Reading): void {
  for (const { column } of query.columns) note(reading.needs, column.id, '');
  read(query.scan, reading);
}

/** A column, or a field of one. */
interface ColumnPath {
  readonly id: number;
  readonly path: string;
}

function pathOf(expression: Expression): ColumnPath | undefined {
  if (expression.kind === 'column') return { id: expression.column.id, path: '' };
  if (expression.kind !== 'field') return undefined;
  const base = pathOf(expression.base);
  return base === undefined ? undefined : { id: base.id, path: `${base.path}.${expression.index}` };
}

/** The expression is needed as a whole. */
function need(expression: Expression, reading: Reading): void {
  rewriteExpression(expression, (part) => {
    const column = pathOf(part);
    if (column !== undefined) {
      note(reading.needs, column.id, column.path);
      return part;
    }
    if (part.kind !== 'subquery') return undefined;
    if (part.operand !== undefined) need(part.operand, reading);
    if (part.form === 'EXISTS') read(part.query.scan, reading);
    else needQuery(part.query, reading);
    return part;
  });
}

/** Only a field of the expression is needed, or all of it when the path is empty. */
function needPath(expression: Expression, path: string, reading: Reading): void {
  const column = pathOf(expression);
  if (column !== undefined) return note(reading.needs, column.id, column.path + path);
  const [, first, rest = ''] = /^\.(\d+)(.*)$/.exec(path) ?? [];
  const field = expression.kind === 'struct' && first !== undefined ? expression.fields[Number(first)] : undefined;
  if (field === undefined) need(expression, reading);
  else needPath(field, rest, reading);
}

/** Reads what is needed of the scan's output, which is known when this is called. */
function read(scan: Scan, reading: Reading): void {
  byKind(rules, scan, reading);
}

function needsOf(column: Column, { needs }: Reading): readonly string[] {
  return [...(needs.get(column.id) ?? [])];
}

const rules: RulesByKind<Scan, [Reading], void> = {
  singleRow: () => undefined,
  table: (scan, reading) => {
    const paths = reading.tables.get(scan) ?? new Set();
    reading.tables.set(scan, paths);
    for (const { column, source } of scan.columns) {
      if (source.kind === 'column') for (const path of needsOf(column, reading)) paths.add(`${source.index}${path}`);
    }
  },
  values: ({ rows }, reading) => rows.flat().forEach((value) => need(value, reading)),
  join: ({ left, right, condition }, reading) => {
    if (condition !== undefined) need(condition, reading);
    // The right side may refer to the left one.
    read(right, reading);
    read(left, reading);
  },
  unnest: readUnnest,
  filter: ({ input, condition }, reading) => {
    need(condition, reading);
    read(input, reading);
  },
  project: ({ input, computed }, reading) => {
    for (const { column, value } of computed.toReversed()) {
      for (const path of needsOf(column, reading)) needPath(value, path, reading);
    }
    read(input, reading);
  },
  aggregate: ({ input, keys, aggregates }, reading) => {
    for (const { value } of keys) need(value, reading);
    for (const { column, call } of aggregates) {
      if (reading.needs.has(column.id)) callExpressions(call).forEach((part) => need(part, reading));
    }
    read(input, reading);
  },
  window: ({ input, functions }, reading) => {
    for (const { column, call } of functions) {
      if (reading.needs.has(column.id)) windowExpressions(call).forEach((part) => need(part, reading));
    }
    read(input, reading);
  },
  distinct: ({ input, columns }, reading) => {
    for (const { id } of columns) note(reading.needs, id, '');
    read(input, reading);
  },
  order: ({ input, keys }, reading) => {
    for (const { expression } of keys) need(expression, reading);
    read(input, reading);
  },
  limit: ({ input, count, offset }, reading) => {
    need(count, reading);
    if (offset !== undefined) need(offset, reading);
    read(input, reading);
  },
  sample: ({ input }, reading) => read(input, reading),
  set: ({ operator, distinct, inputs, columns }, reading) => {
    const all = distinct || operator !== 'UNION';
    for (const input of inputs) {
      for (const [i, column] of columns.entries()) {
        const { id } = input.columns[i] ?? column;
        for (const path of all ? [''] : needsOf(column, reading)) note(reading.needs, id, path);
      }
      read(input.scan, reading);
    }
  },
  with: readWith,
  withRef: ({ id, columns }, reading) => {
    const positions = reading.withNeeds.get(id) ?? new Map<number, Set<string>>();
    reading.withNeeds.set(id, positions);
    for (const [i, column] of columns.entries()) {
      for (const path of needsOf(column, reading)) note(positions, i, path);
    }
  },
};

/** Elements of which nothing is needed are still counted: by their smallest part. */
function readUnnest({ array, element }: UnnestScan, reading: Reading): void {
  const paths = needsOf(element, reading);
  const counted = element.type.kind === 'STRUCT' && element.type.fields.length > 0 ? '.0' : '';
  for (const path of paths.length === 0 ? [counted] : paths) needPath(array, path, reading);
}

/** WITH tables that nobody refers to are not read. A table may only refer to those before it. */
function readWith({ tables, body }: WithScan, reading: Reading): void {
  read(body, reading);
  for (const table of tables.toReversed()) {
    const positions = reading.withNeeds.get(table.id);
    if (positions !== undefined) readWithTable(table, positions, reading);
  }
}

function readWithTable({ query, recursive }: WithTable, positions: Needs, reading: Reading): void {
  if (recursive) return needQuery(query, reading);
  for (const [i, { column }] of query.columns.entries()) {
    for (const path of positions.get(i) ?? []) note(reading.needs, column.id, path);
  }
  read(query.scan, reading);
}
