/** What must hold for a row of a table to matter to a query: the conditions that stand above each scan. */

import { scanExpressions } from '../tree/children.ts';
import type { Column, Expression } from '../tree/expression.ts';
import type { ComputedColumn, JoinScan, Scan, SetScan, TableScan, WithRefScan, WithTable } from '../tree/scan.ts';
import { visitOwnExpression } from '../tree/walk.ts';
import { byKind, type RulesByKind } from '../syntax/by-kind.ts';

/** What columns stand for, by their ids. */
export interface Meanings {
  readonly get: (id: number) => Expression | undefined;
}

/** Conditions of which all must hold, over columns that have these meanings. */
export interface Premises {
  readonly conditions: readonly Expression[];
  readonly meanings: Meanings;
}

/**
 * For each scan of a table, the premises under which its rows are read; one of them must hold where a WITH table is
 * referred to several times.
 */
export function premisesOfTables(scans: readonly Scan[]): ReadonlyMap<TableScan, readonly Premises[]> {
  const search: Search = { found: new Map(), withTables: new Map(), visits: new Map() };
  for (const scan of scans) visit(scan, { conditions: [], meanings: { get: () => undefined } }, search);
  return search.found;
}

interface Search {
  readonly found: Map<TableScan, Premises[]>;
  readonly withTables: Map<number, WithTable>;
  /** How often each WITH table has been looked into. */
  readonly visits: Map<number, number>;
}

/** Beyond so many references a WITH table is read without any premise, so that chains of them stay cheap. */
const MAX_VISITS = 8;

function visit(scan: Scan, premises: Premises, search: Search): void {
  for (const expression of scanExpressions(scan)) {
    visitOwnExpression(expression, (part) => {
      if (part.kind === 'subquery') visit(part.query.scan, free(premises), search);
    });
  }
  byKind(rules, scan, premises, search);
}

/** The same place without conditions. */
function free({ meanings }: Premises): Premises {
  return { conditions: [], meanings };
}

function withConditions({ conditions, meanings }: Premises, more: readonly Expression[]): Premises {
  return { conditions: [...conditions, ...more], meanings };
}

function withMeanings({ conditions, meanings }: Premises, computed: readonly ComputedColumn[]): Premises {
  const own = new Map(computed.map(({ column, value }) => [column.id, value]));
  return { conditions, meanings: { get: (id) => own.get(id) ?? meanings.get(id) } };
}

type Rule<S> = (scan: S, premises: Premises, search: Search) => void;

const none: Rule<Scan> = () => undefined;
const through: Rule<{ readonly input: Scan }> = ({ input }, premises, search) => visit(input, premises, search);
/** What is above says nothing about which rows are below: taking some of them away would change the others. */
const blocked: Rule<{ readonly input: Scan }> = ({ input }, premises, search) => visit(input, free(premises), search);

const rules: RulesByKind<Scan, [Premises, Search], void> = {
  singleRow: none,
  values: none,
  unnest: none,
  table: (scan, premises, { found }) => {
    const before = found.get(scan);
    if (before === undefined) found.set(scan, [premises]);
    else before.push(premises);
  },
  filter: ({ input, condition }, premises, search) => visit(input, withConditions(premises, [condition]), search),
  project: ({ input, computed }, premises, search) => visit(input, withMeanings(premises, computed), search),
  // Without grouping sets a group has the keys of its rows.
  aggregate: ({ input, keys, groupingSets }, premises, search) =>
    visit(input, groupingSets === undefined ? withMeanings(premises, keys) : free(premises), search),
  distinct: through,
  order: through,
  window: blocked,
  limit: blocked,
  sample: blocked,
  join: visitJoin,
  set: visitSet,
  with: ({ tables, body }, premises, search) => {
    for (const table of tables) search.withTables.set(table.id, table);
    visit(body, premises, search);
  },
  withRef: visitReference,
};

/** A row without a match stays, so conditions above tell nothing of a side that may be missing. */
function visitJoin({ join, left, right, condition }: JoinScan, premises: Premises, search: Search): void {
  const on = condition === undefined ? [] : [condition];
  const matched = withConditions(premises, on);
  const missing = withConditions(free(premises), on);
  const inner = join === 'INNER' || join === 'CROSS';
  const sideOf = (kept: 'LEFT' | 'RIGHT'): Premises => {
    if (inner) return matched;
    if (join === 'FULL') return free(premises);
    return join === kept ? premises : missing;
  };
  visit(left, sideOf('LEFT'), search);
  visit(right, sideOf('RIGHT'), search);
}

function visitSet({ operator, inputs, columns }: SetScan, premises: Premises, search: Search): void {
  for (const input of inputs) {
    const same = operator === 'UNION' ? withMeanings(premises, renamed(columns, input.columns)) : free(premises);
    visit(input.scan, same, search);
  }
}

function visitReference({ id, columns }: WithRefScan, premises: Premises, search: Search): void {
  const table = search.withTables.get(id);
  const visits = (search.visits.get(id) ?? 0) + 1;
  search.visits.set(id, visits);
  if (table === undefined || visits > MAX_VISITS) return;
  const known = !table.recursive && visits < MAX_VISITS;
  if (table.recursive && visits > 1) return;
  const outputs = table.query.columns.map(({ column }) => column);
  visit(table.query.scan, known ? withMeanings(premises, renamed(columns, outputs)) : free(premises), search);
}

/** Columns as other names of columns. */
function renamed(columns: readonly Column[], of: readonly Column[]): readonly ComputedColumn[] {
  return columns.flatMap((column, i) => {
    const meant = of[i];
    if (meant === undefined) return [];
    const value: Expression = { kind: 'column', type: meant.type, column: meant, at: 0 };
    return [{ column, value }];
  });
}
