/** MERGE as a typed tree. */

import type { MergeClause, MergeStatement } from '../syntax/ast-statement.ts';
import type { Expression as SyntaxExpression } from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Column, Expression } from '../tree/expression.ts';
import type { Scan } from '../tree/scan.ts';
import type { MergeTree, MergeTreeClause } from '../tree/statement.ts';
import { BOOL } from '../types/sql-type.ts';
import type { CatalogTable } from './catalog.ts';
import { referTo, type Analysis, type ExpressionScope, type QueryScope } from './context.ts';
import { defaultValue, findTarget, scanTarget, targetColumn, valueFor } from './dml-target.ts';
import { trueLiteral } from './literal.ts';
import { scopeOf, type NameList } from './names.ts';
import { resolveCondition } from './resolve-condition.ts';
import { resolveAssignments } from './resolve-dml.ts';
import { resolveFrom } from './resolve-from.ts';
import { concatNames } from './resolve-join.ts';

interface MergePlace {
  readonly target: CatalogTable;
  readonly targetColumns: readonly Column[];
  readonly source: NameList;
  /** Names that each kind of clause sees. */
  readonly scopes: Readonly<Record<MergeClause['match'], ExpressionScope>>;
  readonly analysis: Analysis;
}

/** MERGE. */
export function resolveMerge(node: MergeStatement, analysis: Analysis): MergeTree {
  const scope: QueryScope = { analysis, withTables: new Map() };
  const target = findTarget(node.target, analysis, 'MERGE');
  const left = scanTarget(target, node.alias?.name ?? node.target.at(-1)?.name ?? '', scope);
  const right = resolveFrom(node.source, scope);
  const names = concatNames(left.names, right.names);
  const both: ExpressionScope = { ...scope, names: scopeOf(names), clause: 'MERGE condition' };
  const condition = resolveCondition(node.on, both);
  const sourceId = analysis.column('', BOOL);
  const marked: Scan = { kind: 'project', input: right.scan, computed: [{ column: sourceId, value: trueLiteral }] };
  const scan: Scan = { kind: 'join', join: 'FULL', left: left.scan, right: marked, condition, lateral: false };
  const place: MergePlace = {
    target,
    targetColumns: left.names.columns.map(({ column }) => column),
    source: right.names,
    scopes: {
      MATCHED: both,
      'NOT MATCHED BY TARGET': { ...both, names: scopeOf(right.names) },
      'NOT MATCHED BY SOURCE': { ...both, names: scopeOf(left.names) },
    },
    analysis,
  };
  const clauses = node.clauses.map((clause) => resolveClause(clause, place));
  return { kind: 'merge', target, scan, rowId: left.rowId, sourceId, clauses };
}

function resolveClause(clause: MergeClause, place: MergePlace): MergeTreeClause {
  const scope = place.scopes[clause.match];
  const condition = clause.condition === undefined ? undefined : resolveCondition(clause.condition, scope);
  return {
    match: clause.match,
    ...(condition === undefined ? {} : { condition }),
    action: resolveAction(clause, scope, place),
  };
}

function resolveAction(clause: MergeClause, scope: ExpressionScope, place: MergePlace): MergeTreeClause['action'] {
  const { action } = clause;
  if (action.kind === 'insert') {
    if (clause.match !== 'NOT MATCHED BY TARGET') {
      throw new SqlError(`INSERT is not allowed in WHEN ${clause.match}`, clause.at);
    }
    return { kind: 'insert', values: insertValues(action, scope, place, clause.at) };
  }
  if (clause.match === 'NOT MATCHED BY TARGET') {
    throw new SqlError(`${action.kind.toUpperCase()} is not allowed in WHEN NOT MATCHED BY TARGET`, clause.at);
  }
  if (action.kind === 'delete') return { kind: 'delete' };
  return { kind: 'update', assignments: resolveAssignments(action.items, place.target, place.targetColumns, scope) };
}

/** The values of all columns of a new row. */
function insertValues(
  action: Extract<MergeClause['action'], { kind: 'insert' }>,
  scope: ExpressionScope,
  place: MergePlace,
  at: number,
): readonly Expression[] {
  const { target, analysis } = place;
  const indexes = action.columns?.map((name) => targetColumn(target, name)) ?? target.columns.map((_, i) => i);
  const values = action.values === 'ROW' ? rowValues(place, at) : givenValues(action.values, scope);
  if (values.length !== indexes.length) {
    throw new SqlError(`Inserted row has wrong column count; Has ${values.length}, expected ${indexes.length}`, at);
  }
  return target.columns.map((column, index) => {
    const given = values[indexes.indexOf(index)];
    if (given?.value === undefined) return defaultValue(target, index, analysis);
    return valueFor(given.value, column, analysis, given);
  });
}

/** A value with its place; none for DEFAULT. */
interface GivenValue {
  readonly value?: Expression;
  readonly at: number;
}

function rowValues({ source }: MergePlace, at: number): readonly GivenValue[] {
  return source.columns.map(({ column }) => ({ value: referTo(column, at), at }));
}

function givenValues(nodes: readonly SyntaxExpression[], scope: ExpressionScope): readonly GivenValue[] {
  return nodes.map((node) =>
    node.kind === 'default' ? { at: node.at } : { value: scope.analysis.resolve.expression(node, scope), at: node.at },
  );
}
