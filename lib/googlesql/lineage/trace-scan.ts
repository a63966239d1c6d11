/** Where the columns of scans come from, and what decides which rows there are. */

import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import type { QueryTree } from '../tree/expression.ts';
import type { Scan, SetScan, TableScan, ValuesScan, WithScan, WithTable } from '../tree/scan.ts';
import { gather, mergeOrigins, nowhere, originOf, weightOf, type Reach } from './origin.ts';
import { pseudoColumn, storedColumn } from './source.ts';
import { collectKeys, traceAggregate, traceWindow } from './trace-aggregate.ts';
import { collect, columnOrigin, traceExpression } from './trace-expression.ts';
import type { TracedQuery, Tracing } from './tracing.ts';
import { ways } from './ways.ts';

/** A query inside a statement; traced once, however often it is asked for. */
export function traceQuery(query: QueryTree, tracing: Tracing): TracedQuery {
  const before = tracing.queries.get(query);
  if (before !== undefined) return before;
  const rows: Reach = new Map();
  traceScan(query.scan, rows, tracing);
  const traced = { columns: query.columns.map(({ column }) => columnOrigin(column.id, tracing)), rows };
  tracing.queries.set(query, traced);
  return traced;
}

/** Notes the origins of the scan's columns, and adds to `rows` what decides which rows it has. */
export function traceScan(scan: Scan, rows: Reach, tracing: Tracing): void {
  byKind(rules, scan, rows, tracing);
}

const rules: RulesByKind<Scan, [Reach, Tracing], void> = {
  singleRow: () => undefined,
  table: traceTable,
  withRef: (scan, rows, tracing) => {
    const table = tracing.withTables.get(scan.id);
    scan.columns.forEach(({ id }, i) => tracing.columns.set(id, table?.columns[i] ?? nowhere));
    if (table !== undefined) gather(rows, { reach: table.rows }, ways.identity);
  },
  values: traceValues,
  unnest: (scan, rows, tracing) => {
    const array = traceExpression(scan.array, tracing);
    tracing.columns.set(scan.element.id, array);
    if (scan.offset !== undefined) tracing.columns.set(scan.offset.id, nowhere);
    // There are as many rows as elements.
    gather(rows, array, ways.join);
  },
  join: (scan, rows, tracing) => {
    traceScan(scan.left, rows, tracing);
    traceScan(scan.right, rows, tracing);
    if (scan.condition !== undefined) collect(scan.condition, ways.join, rows, tracing);
  },
  filter: (scan, rows, tracing) => {
    traceScan(scan.input, rows, tracing);
    collect(scan.condition, ways.filter, rows, tracing);
  },
  project: (scan, rows, tracing) => {
    traceScan(scan.input, rows, tracing);
    for (const { column, value } of scan.computed) tracing.columns.set(column.id, traceExpression(value, tracing));
  },
  aggregate: (scan, rows, tracing) => {
    traceScan(scan.input, rows, tracing);
    for (const { column, value } of scan.keys) {
      const origin = traceExpression(value, tracing);
      tracing.columns.set(column.id, origin);
      gather(rows, origin, ways.group);
    }
    for (const { column, call } of scan.aggregates) tracing.columns.set(column.id, traceAggregate(call, tracing));
    for (const { column } of scan.groupings) tracing.columns.set(column.id, nowhere);
  },
  window: (scan, rows, tracing) => {
    traceScan(scan.input, rows, tracing);
    for (const { column, call } of scan.functions) tracing.columns.set(column.id, traceWindow(call, tracing));
  },
  order: (scan, rows, tracing) => {
    traceScan(scan.input, rows, tracing);
    collectKeys(scan.keys, ways.order, rows, tracing);
  },
  limit: (scan, rows, tracing) => traceScan(scan.input, rows, tracing),
  distinct: (scan, rows, tracing) => {
    traceScan(scan.input, rows, tracing);
    for (const { id } of scan.columns) gather(rows, columnOrigin(id, tracing), ways.group);
  },
  sample: (scan, rows, tracing) => traceScan(scan.input, rows, tracing),
  set: traceSet,
  with: traceWith,
};

function traceTable({ table, columns, rowId }: TableScan, _rows: Reach, tracing: Tracing): void {
  for (const { column, source } of columns) {
    const origin =
      source.kind === 'column'
        ? originOf(storedColumn(table, source.index))
        : source.kind === 'pseudo'
          ? originOf(pseudoColumn(table, source.name, column.type))
          : nowhere;
    tracing.columns.set(column.id, origin);
  }
  if (rowId !== undefined) tracing.columns.set(rowId.id, nowhere);
}

function traceValues({ columns, rows: written }: ValuesScan, _rows: Reach, tracing: Tracing): void {
  columns.forEach(({ id, type }, i) => {
    const values = written.flatMap((row) => row[i] ?? []);
    const list = values.map((value) => traceExpression(value, tracing)).filter((origin) => origin !== nowhere);
    tracing.columns.set(id, mergeOrigins(list, type));
  });
}

/** EXCEPT takes its rows from the first input alone; the others decide. Else every input's values are in the result. */
function traceSet({ inputs, columns, operator, distinct }: SetScan, rows: Reach, tracing: Tracing): void {
  for (const { scan } of inputs) traceScan(scan, rows, tracing);
  const giving = operator === 'EXCEPT' ? inputs.slice(0, 1) : inputs;
  const given = giving.map((input) => input.columns.map(({ id }) => columnOrigin(id, tracing)));
  columns.forEach(({ id, type }, i) => {
    const origin = mergeOrigins(
      given.map((input) => input[i] ?? nowhere),
      type,
    );
    tracing.columns.set(id, origin);
    if (distinct) gather(rows, origin, ways.group);
  });
  for (const input of operator === 'UNION' ? [] : inputs) {
    for (const { id } of input.columns) gather(rows, columnOrigin(id, tracing), ways.filter);
  }
}

function traceWith({ tables, body }: WithScan, rows: Reach, tracing: Tracing): void {
  for (const table of tables) {
    if (table.recursive) traceRecursive(table, tracing);
    else tracing.withTables.set(table.id, traceQuery(table.query, tracing));
  }
  traceScan(body, rows, tracing);
}

/** A reference to itself yields what the pass before has found; passes are made until nothing new is found. */
function traceRecursive({ id, query }: WithTable, tracing: Tracing): void {
  const before = tracing.recursive.get(id) ?? { columns: [], rows: new Map() };
  tracing.withTables.set(id, before);
  const traced = traceQuery(query, tracing);
  tracing.withTables.set(id, traced);
  tracing.recursive.set(id, traced);
  if (queryWeight(traced) > queryWeight(before)) tracing.grown = true;
}

function queryWeight({ columns, rows }: TracedQuery): number {
  return columns.reduce((sum, column) => sum + weightOf(column), weightOf({ reach: rows }));
}
